#include "apps/classifier/training.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/text.hpp>
#include <gradtable/models/training/confusion.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::EpochMetrics;
using gradtable::NamedTexts;
using gradtable::Score;

constexpr std::string_view kField = "config.";  // begins the names of fields among a checkpoint's texts

// What a training may be gone on with in another way: where the data and results are, how long it goes on,
// and what is only looked at.
bool may_differ(const std::string& key) {
  return key == "threads" || key == "training.epochs" || key == "training.early_stopping.patience" ||
         key == "training.measure_test" || key.starts_with("data.") || key.starts_with("output.");
}

// Texts without the quotes of JSON: messages put them in quotes.
std::string as_text(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// What must be the same for a training to go on.
NamedTexts fields_of(const Program& program, Config config, const Data& data) {
  NamedTexts fields = {{"program", program.name},
                       {"training images", fingerprint(data.train)},
                       {"validation images", fingerprint(data.validation)}};
  gradtable::ScheduleOptions& schedule = config.training.schedule;
  if (schedule.type == "cosine" && schedule.epochs == 0) schedule.epochs = config.training.epochs;
  const gradtable::ConfigTable table = config_table(program, config);
  for (const gradtable::Field& field : table.fields())
    if (!may_differ(field.key)) fields.emplace(field.key, as_text(field.write()));
  return fields;
}

// The texts of a checkpoint as numbers.
class Texts {
 public:
  explicit Texts(const gradtable::Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  const std::string& text(const std::string& key) const {
    const auto found = checkpoint_.texts.find(key);
    if (found == checkpoint_.texts.end())
      throw gradtable::CheckpointError(fmt::format("{}: no text {}; expected the checkpoint of a training",
                                                   checkpoint_.path, gradtable::in_quotes(key)));
    return found->second;
  }

  template <class T>
  T number(const std::string& key) const {
    const std::string& digits = text(key);
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw gradtable::CheckpointError(fmt::format("{}: {} is {}; expected a number", checkpoint_.path, key,
                                                   gradtable::in_quotes(digits)));
    return value;
  }

  // From 0 to `most`.
  std::int64_t count(const std::string& key, std::int64_t most) const {
    const auto value = number<std::int64_t>(key);
    if (value < 0 || value > most)
      throw gradtable::CheckpointError(
          fmt::format("{}: {} is {}; expected a number from 0 to {}", checkpoint_.path, key, value, most));
    return value;
  }

  std::vector<EpochMetrics> metrics() const {
    try {
      return gradtable::parse_metrics_csv(text("metrics"), fmt::format("{}: metrics", checkpoint_.path));
    } catch (const gradtable::DataError& error) {
      throw gradtable::CheckpointError(error.what());
    }
  }

  NamedTexts fields() const {
    NamedTexts fields;
    for (const auto& [key, value] : checkpoint_.texts)
      if (key.starts_with(kField)) fields.emplace(key.substr(kField.size()), value);
    return fields;
  }

 private:
  const gradtable::Checkpoint& checkpoint_;
};

// NaN when it was not measured: then nothing depends on it.
double metric_of(const EpochMetrics& epoch, const std::string& name) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (name == "train_loss") return epoch.train_loss;
  if (name == "validation_loss") return epoch.validation_loss.value_or(kNaN);
  if (name == "validation_accuracy") return epoch.validation_accuracy.value_or(kNaN);
  return epoch.validation_balanced_accuracy.value_or(kNaN);
}

}  // namespace

Training::Training(const Program& program, const Config& config, const Data& data, Setup& setup)
    : program_(program),
      config_(config),
      data_(data),
      setup_(setup),
      stopping_(better_of(config.training.early_stopping.metric), config.training.early_stopping.patience) {
  setup.trainer.step_graph(data.train);  // makes what the optimizer remembers
}

void Training::begin(const Options& options) {
  not_finite_ = not_finite_rule(options);
  if (options.init) load_weights(options, setup_);
  if (options.resume) warn_of_not_finite(resume(*options.resume));
}

std::vector<std::string> Training::resume(const std::filesystem::path& path) {
  const gradtable::Checkpoint checkpoint = gradtable::read_checkpoint(path.string());
  const Texts texts(checkpoint);
  gradtable::require_same(checkpoint.path, texts.fields(), fields_of(program_, config_, data_));
  std::vector<EpochMetrics> epochs = texts.metrics();
  const auto done = static_cast<std::int64_t>(epochs.size());
  const std::int64_t images = texts.count("images", data_.train.size());
  const Score so_far{images, texts.count("correct", images), texts.number<double>("loss_sum")};
  const gradtable::EarlyStopping::State best{texts.number<double>("best"), texts.count("best_epoch", done),
                                             texts.count("waited", done)};
  const gradtable::Plateau::State rate{
      texts.number<double>("plateau.rate"), texts.number<double>("plateau.best"),
      texts.count("plateau.worse", done), texts.count("plateau.remaining", done)};
  const double seconds = texts.number<double>("seconds");
  std::vector<std::string> not_finite_names = gradtable::restore(setup_.graph, checkpoint, not_finite_);

  epochs_ = std::move(epochs);
  so_far_ = so_far;
  seconds_ = seconds;
  stopping_.restore(best);
  setup_.trainer.learning_rate().restore(rate);
  best_ = checkpoint.kept;
  return not_finite_names;
}

End Training::run(Progress& progress, const gradtable::InterruptGuard& guard) {
  if (!config_.output.metrics_csv.empty()) csv_.emplace(config_.output.metrics_csv.string(), epochs_);
  const auto epochs = static_cast<std::size_t>(config_.training.epochs);
  while (epochs_.size() < epochs && !stopping_.stop() && !guard.interrupted()) {
    const std::size_t epoch = epochs_.size() + 1;
    progress.begin_epoch(static_cast<std::int64_t>(epoch), so_far_.images);
    so_far_ = setup_.trainer.train_epoch(
        data_.train, epoch,
        [&](const Score& score) {
          progress.update(score);
          return !guard.interrupted();
        },
        so_far_);
    seconds_ += progress.seconds();
    if (so_far_.images < data_.train.size()) break;
    finish_epoch(progress);
    const bool last = epochs_.size() == epochs || stopping_.stop() || guard.interrupted();
    if (!last && epoch % static_cast<std::size_t>(config_.output.checkpoint_every) == 0) save();
  }
  progress.stop(so_far_);
  save();
  if (epochs_.size() >= epochs) return End::finished;
  return stopping_.stop() ? End::stopped_early : End::interrupted;
}

void Training::finish_epoch(Progress& progress) {
  const EpochMetrics epoch = measured();
  const double metric = metric_of(epoch, config_.training.early_stopping.metric);
  if (stopping_.is_best(epoch.epoch, metric) && config_.training.keep_best)
    best_ = values_of(setup_.graph, setup_.network.parameters);
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
  if (data_.validation.size() > 0) {
    gradtable::ConfusionMatrix confusion(data_.validation.classes);
    const Score score = setup_.trainer.evaluate(data_.validation, [&](const gradtable::Answers& batch) {
      confusion.add(batch.predictions, batch.labels);
    });
    epoch.validation_loss = score.loss();
    epoch.validation_accuracy = score.accuracy();
    epoch.validation_balanced_accuracy = confusion.balanced_accuracy();
  }
  if (config_.training.measure_test) {
    const Score score = setup_.trainer.evaluate(data_.test);
    epoch.test_loss = score.loss();
    epoch.test_accuracy = score.accuracy();
  }
  return epoch;
}

std::optional<std::int64_t> Training::kept_epoch() const {
  if (best_.empty()) return std::nullopt;
  return stopping_.state().best_epoch;
}

void Training::use_best() {
  if (!best_.empty()) set_values(setup_.graph, setup_.network.parameters, best_, "the best epoch");
}

void Training::save() const {
  if (config_.output.checkpoint.empty()) return;
  // The loss of a step is that before its update, which may have been the first to go beyond all numbers.
  if (not_finite_ == gradtable::NotFinite::refuse)
    gradtable::require_finite(values_of(setup_.graph, gradtable::parameters_of(setup_.graph)),
                              fmt::format("after epoch {}", epochs_.size()));
  write_checkpoint(config_.output.checkpoint.string(), setup_.graph, best_, texts());
}

NamedTexts Training::texts() const {
  const auto text = [](auto number) { return fmt::format("{}", number); };
  const gradtable::EarlyStopping::State& best = stopping_.state();
  const gradtable::Plateau::State& rate = setup_.trainer.learning_rate().state();
  NamedTexts texts = {{"classes", text(data_.train.classes)},
                      {"metrics", gradtable::metrics_csv(epochs_)},
                      {"images", text(so_far_.images)},
                      {"correct", text(so_far_.correct)},
                      {"loss_sum", text(so_far_.loss_sum)},
                      {"seconds", text(seconds_)},
                      {"best", text(best.best)},
                      {"best_epoch", text(best.best_epoch)},
                      {"waited", text(best.waited)},
                      {"plateau.rate", text(rate.rate)},
                      {"plateau.best", text(rate.best)},
                      {"plateau.worse", text(rate.worse)},
                      {"plateau.remaining", text(rate.remaining)}};
  for (const auto& [key, value] : fields_of(program_, config_, data_))
    texts.emplace(fmt::format("{}{}", kField, key), value);
  return texts;
}

}  // namespace classifier
