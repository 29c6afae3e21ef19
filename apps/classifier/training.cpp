#include "apps/classifier/training.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "apps/classifier/normalization.hpp"
#include "apps/classifier/output_checks.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/training/confusion.hpp>

namespace classifier {
namespace {

using gradtable::EpochMetrics;
using gradtable::Score;

// Of a batch: enough to see that a network gives numbers.
constexpr std::int64_t kMostLookedAt = 256;

// None may be left: then only the test is made again.
void require_epochs_left(std::int64_t epochs, const TrainingState& state,
                         const std::filesystem::path& config_file) {
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  const bool part = state.so_far.images > 0;
  const std::int64_t least = done + (part ? 1 : 0);
  if (epochs < least)
    throw gradtable::ConfigError(
        fmt::format("{} at /training/epochs: {}; expected at least {}: the checkpoint has done {}{}",
                    gradtable::printable(config_file.native()), epochs, least, done,
                    part ? " and a part of the next" : ""));
}

}  // namespace

Training::Training(const Program& program, const Config& config, const Data& data, Setup& setup)
    : program_(program),
      config_(config),
      data_(data),
      setup_(setup),
      fields_(fields_of(program, config, data)),
      first_images_(
          part_of(data.train, 0, std::min({config.training.batch_size, kMostLookedAt, data.train.size()}))),
      stopping_(better_of(config.training.early_stopping.metric), config.training.early_stopping.patience) {
  setup.trainer.step_graph(data.train);  // makes what the optimizer remembers
}

std::vector<std::string> Training::begin(const Options& options) {
  not_finite_ = not_finite_rule(options);
  if (options.resume) warn_of_not_finite(resume(options));
  if (!options.init) return {};
  return load_weights(read_weights_file(options), options, data_.train, setup_);
}

std::vector<std::string> Training::resume(const Options& options) {
  gradtable::Checkpoint checkpoint = gradtable::read_checkpoint(options.resume->string());
  require_same_training(checkpoint, fields_, default_fields(program_));
  require_classes(checkpoint.path, checkpoint.texts, data_.train.classes);
  require_same_normalization(checkpoint.texts, checkpoint.path, setup_.normalization);
  const TrainingState state = state_of(checkpoint, config_, data_);
  require_epochs_left(config_.training.epochs, state, options.config);
  require_kept(checkpoint, state);
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  require_possible_state(checkpoint.parameters, checkpoint.path,
                         setup_.trainer.counts_at(data_.train, done, state.so_far));
  std::vector<std::string> names = gradtable::restore(setup_.graph, checkpoint, not_finite_);
  epochs_ = state.epochs;
  so_far_ = state.so_far;
  seconds_ = state.seconds;
  stopping_.restore(state.best);
  setup_.trainer.learning_rate().restore(state.rate);
  best_ = std::move(checkpoint.kept);
  goes_on_ = true;
  changes_ = classifier::changes(checkpoint, bits());
  return names;
}

gradtable::NamedTexts Training::bits() {
  return bits_of(config_, setup_.trainer.plan(data_.train).threads);
}

void Training::require_kept(const gradtable::Checkpoint& checkpoint, const TrainingState& state) const {
  std::map<std::string, gradtable::TensorType> expected;
  if (config_.training.keep_best && state.best.best_epoch > 0)
    for (const gradtable::Tensor& parameter : setup_.network.parameters())
      expected.emplace(parameter.node().name, parameter.type());
  const std::string source = fmt::format("{}: kept of the best epoch", checkpoint.path);
  gradtable::require_tensors(checkpoint.kept, source, expected);
  if (not_finite_ == gradtable::NotFinite::refuse) gradtable::require_finite(checkpoint.kept, source);
}

End Training::run(Progress& progress, const gradtable::InterruptGuard& guard) {
  if (!config_.output.metrics_csv.empty()) csv_.emplace(config_.output.metrics_csv.string(), epochs_);
  while (!is_done() && !guard.interrupted()) {
    if (!train_epoch(progress, guard)) break;
    finish_epoch(progress);
    const auto done = static_cast<std::int64_t>(epochs_.size());
    const bool last = is_done() || guard.interrupted();
    if (!last && done % config_.output.checkpoint_every == 0) save(progress);
  }
  progress.stop(so_far_);
  if (goes_on_ || !epochs_.empty() || so_far_.images > 0) save(progress);
  if (all_epochs_are_done()) return End::finished;
  return stopping_.stop() ? End::stopped_early : End::interrupted;
}

bool Training::all_epochs_are_done() const {
  return epochs_.size() >= static_cast<std::size_t>(config_.training.epochs);
}

bool Training::is_done() const {
  return all_epochs_are_done() || stopping_.stop();
}

bool Training::train_epoch(Progress& progress, const gradtable::InterruptGuard& guard) {
  const std::size_t epoch = epochs_.size() + 1;
  progress.begin_epoch(static_cast<std::int64_t>(epoch), so_far_.images);
  const auto go_on = [&](const Score& score) {
    progress.update(score);
    return !guard.interrupted();
  };
  so_far_ = setup_.trainer.train_epoch(data_.train, epoch, go_on, so_far_);
  seconds_ += progress.seconds();
  return so_far_.images >= data_.train.size();
}

void Training::finish_epoch(Progress& progress) {
  const EpochMetrics epoch = measured();
  const double metric = metric_of(epoch, config_.training.early_stopping.metric);
  if (stopping_.is_best(epoch.epoch, metric) && config_.training.keep_best)
    best_ = values_of(setup_.graph, setup_.network.parameters());
  setup_.trainer.learning_rate().end_epoch(metric);
  epochs_.push_back(epoch);
  so_far_ = {};
  seconds_ = 0;
  if (csv_) csv_->add(epoch);
  progress.end_epoch(epoch);
}

EpochMetrics Training::measured() {
  EpochMetrics epoch{.epoch = static_cast<std::int64_t>(epochs_.size()) + 1,
                     .train_loss = so_far_.loss(),
                     .train_accuracy = so_far_.accuracy()};
  epoch.learning_rate = setup_.trainer.learning_rate_at(data_.train, static_cast<std::uint64_t>(epoch.epoch));
  epoch.seconds = seconds_;
  epoch.images_per_second = seconds_ > 0 ? static_cast<double>(so_far_.images) / seconds_ : 0;
  if (data_.validation.size() > 0) measure_validation(epoch);
  if (config_.training.measure_test) {
    const Score score = evaluated([&] { return setup_.trainer.evaluate(data_.test); });
    epoch.test_loss = score.loss();
    epoch.test_accuracy = score.accuracy();
  }
  return epoch;
}

void Training::measure_validation(EpochMetrics& epoch) {
  gradtable::ConfusionMatrix confusion(data_.validation.classes);
  const Score score = evaluated([&] {
    return setup_.trainer.evaluate(data_.validation, [&](const gradtable::Answers& batch) {
      confusion.add(batch.predictions, batch.labels);
    });
  });
  epoch.validation_loss = score.loss();
  epoch.validation_accuracy = score.accuracy();
  epoch.validation_balanced_accuracy = confusion.balanced_accuracy();
}

std::optional<std::int64_t> Training::kept_epoch() const {
  if (best_.empty()) return std::nullopt;
  return stopping_.state().best_epoch;
}

void Training::use_best() {
  if (!best_.empty()) set_values(setup_.graph, setup_.network.parameters(), best_, "the best epoch");
}

std::string Training::place() const {
  return so_far_.images > 0 ? fmt::format("epoch {}, after {} images", epochs_.size() + 1, so_far_.images)
                            : fmt::format("after epoch {}", epochs_.size());
}

void Training::throw_diverged(const std::string& found) const {
  throw gradtable::NumericError(
      fmt::format("{}: {}", place(), gradtable::diverged(found, config_.training.optimizer)));
}

void Training::require_finite() {
  const auto names = gradtable::names_of_not_finite(setup_.graph, gradtable::parameters_of(setup_.graph));
  if (!names.empty()) throw_diverged(fmt::format("not finite: {}", fmt::join(names, ", ")));
  evaluated([&] { return setup_.trainer.evaluate(first_images_); });
}

void Training::save(const Progress& progress) {
  if (config_.output.checkpoint.empty()) return;
  if (not_finite_ == gradtable::NotFinite::refuse) require_finite();
  gradtable::NamedTexts texts = to_texts(
      {epochs_, so_far_, seconds_, stopping_.state(), setup_.trainer.learning_rate().state()}, fields_);
  texts.merge(bits());
  texts.emplace("classes", fmt::format("{}", data_.train.classes));
  texts.emplace(gradtable::kNormalizationKey, to_text(setup_.normalization));
  if (!goes_on_ && !is_saved_ && keep_previous_checkpoint(config_))
    progress.say(fmt::format("earlier  checkpoint kept as {}",
                             previous_checkpoint(config_.output.checkpoint).string()));
  write_checkpoint(config_.output.checkpoint.string(), setup_.graph, best_, std::move(texts));
  is_saved_ = true;
}

}  // namespace classifier
