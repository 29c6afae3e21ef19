#include "gradtable/models/training/fit.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/io/atomic_file.hpp"
#include "gradtable/models/optimizers/divergence.hpp"
#include "gradtable/models/training/detail/epoch_check.hpp"
#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

using Clock = std::chrono::steady_clock;

// Of a batch: enough to see that a network gives numbers.
constexpr std::int64_t kMostLookedAt = 256;

// Calls a function of the watcher, if there is one.
template <class Function, class... Arguments>
void tell(const Function& function, const Arguments&... arguments) {
  if (function) function(arguments...);
}

bool goes_on(const FitWatcher& watcher) {
  return !watcher.go_on || watcher.go_on();
}

void require_same_kind(std::string_view use, const Dataset& found, const Dataset& train) {
  if (found.size() == 0) return;
  if (found.example() != train.example())
    throw ConfigError(fmt::format("fit: expected examples {} for {}, as those to train on, got {}",
                                  to_string(train.example()), use, to_string(found.example())));
  if (targets_of(found) != targets_of(train))
    throw ConfigError(fmt::format("fit: expected {} as the targets for {}, as those to train on, got {}",
                                  to_string(targets_of(train)), use, to_string(targets_of(found))));
}

void require_metric(const FitOptions& options, const FitData& data) {
  const std::string& metric = options.early_stopping.metric;
  if (!find_column(metric, options.trainer.metrics))
    throw OptionError("early_stopping.metric", in_quotes(metric),
                      fmt::format("one of {}", fmt::join(columns_of(options.trainer.metrics), ", ")), "fit");
  const bool measured = data.validation.size() > 0 || metric.starts_with("train_");
  const auto use = use_of_metric(options);
  if (use && !measured)
    throw OptionError(use->key, use->value,
                      fmt::format("examples for validation for the metric {}, or \"train_loss\" as "
                                  "early_stopping.metric",
                                  metric),
                      "fit");
}

// The options as the trainer takes them. Throws for those that it does not.
FitOptions settled(FitOptions options, const FitData& data) {
  for (const Dataset* const part : {&data.train, &data.validation, &data.test})
    if (part->size() > 0) require_valid(*part);
  ScheduleOptions& schedule = options.trainer.schedule;
  if (schedule.type == "cosine" && schedule.epochs == 0) schedule.epochs = options.epochs;
  require_valid(options);
  std::vector<Metric>& measured = options.trainer.metrics;
  if (measured.empty() && data.train.has_classes()) measured = default_metrics();
  require_metric(options, data);
  options.trainer.better = better_of(options.early_stopping.metric, measured);
  require_same_kind("validation", data.validation, data.train);
  require_same_kind("the test", data.test, data.train);
  return options;
}

// In the order in which the network has them.
std::vector<Tensor> parameters_and_states(std::vector<Tensor> parameters, const StepGraph& step) {
  for (const Update& state : step.states) parameters.push_back(state.parameter);
  return parameters;
}

int threads_of(Trainer& trainer, const FitData& data) {
  std::vector<const Dataset*> evaluated;
  for (const Dataset* const other : {&data.validation, &data.test})
    if (other->size() > 0) evaluated.push_back(other);
  return trainer.plan(data.train, evaluated).threads;
}

}  // namespace

Fit::Fit(Graph& graph, const Sequential& network, const FitData& data, const FitOptions& options, Location at)
    : Fit(graph, model_of(network), data, options, at) {}

Fit::Fit(Graph& graph, Model model, const FitData& data, const FitOptions& options, Location at)
    : graph_(graph),
      data_(data),
      options_(settled(options, data)),
      trainer_(graph, model, options_.trainer, at),
      kept_(parameters_and_states(model.parameters, trainer_.step_graph(data_.train))),
      threads_(threads_of(trainer_, data_)),
      first_examples_(part_of(data_.train, 0,
                              std::min({options_.trainer.batch_size, kMostLookedAt, data_.train.size()}))),
      stopping_(options_.trainer.better, options_.early_stopping.patience) {}

const NamedTexts& Fit::fields() {
  if (!fields_) fields_ = fields_of(options_, data_);
  return *fields_;
}

std::vector<std::string> Fit::resume(const std::string& file) {
  Checkpoint checkpoint = read_checkpoint(file);
  require_same_training(checkpoint, fields(), default_fields(options_));
  require_classes(checkpoint.path, checkpoint.texts, data_.train.classes);
  require_same_normalization(checkpoint.texts, checkpoint.path, options_.trainer.normalization);
  const FitState state = state_of(checkpoint, options_, data_);
  require_epochs_left(state);
  require_kept(checkpoint, state);
  require_sums(checkpoint, state);
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  require_possible_state(checkpoint.parameters, checkpoint.path,
                         trainer_.counts_at(data_.train, done, state.so_far));
  std::vector<std::string> names = restore(graph_, checkpoint, options_.not_finite);
  epochs_ = state.epochs;
  so_far_ = state.so_far;
  seconds_ = state.seconds;
  stopping_.restore(state.best);
  trainer_.learning_rate().restore(state.rate);
  best_ = std::move(checkpoint.kept);
  resumed_ = true;
  has_checkpoint_ = ended_ = false;
  changes_ = gradtable::changes(checkpoint, bits_of(options_.trainer, threads_));
  return names;
}

// None may be left: then there is nothing to do but to evaluate.
void Fit::require_epochs_left(const FitState& state) const {
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  const bool part = state.so_far.examples > 0;
  const std::int64_t least = done + (part ? 1 : 0);
  if (options_.epochs < least)
    throw OptionError("epochs", fmt::format("{}", options_.epochs),
                      fmt::format("at least {}: the checkpoint has done {}{}", least, done,
                                  part ? " and a part of the next" : ""),
                      "fit");
}

void Fit::require_kept(const Checkpoint& checkpoint, const FitState& state) const {
  std::map<std::string, TensorType> expected;
  if (options_.keep_best && state.best.best_epoch > 0)
    for (const Tensor& tensor : kept_) expected.emplace(tensor.node().name, tensor.type());
  const std::string source = fmt::format("{}: kept of the best epoch", checkpoint.path);
  require_tensors(checkpoint.kept, source, expected);
  if (options_.not_finite == NotFinite::refuse) gradtable::require_finite(checkpoint.kept, source);
}

// Each metric sums as many numbers as it gives for an example, and their sums give a value of its range.
void Fit::require_sums(const Checkpoint& checkpoint, const FitState& state) {
  const std::vector<Tensor>& expected = trainer_.step_graph(data_.train).sums;
  for (std::size_t i = 0; i < state.so_far.sums.size(); ++i) {
    const auto found = static_cast<std::int64_t>(state.so_far.sums[i].size());
    if (found == 0) continue;
    const Metric& metric = options_.trainer.metrics[i];
    if (found != expected[i].shape().size())
      throw CheckpointError(fmt::format("{}: {} sums of {}; expected {}", checkpoint.path, found, metric.name,
                                        expected[i].shape().size()));
    detail::require_in_range(metric, state.so_far.metric(metric.name),
                             fmt::format("{}: {} by its sums", checkpoint.path, metric.name));
  }
}

FitResult Fit::run(const FitWatcher& watcher) {
  if (ended_) return {end(), epochs_, kept_epoch()};
  if (!options_.checkpoint.empty()) require_can_be_written(options_.checkpoint);
  while (!is_done() && goes_on(watcher)) {
    if (!train_epoch(watcher)) break;
    finish_epoch(watcher);
    const auto done = static_cast<std::int64_t>(epochs_.size());
    const bool last = is_done() || !goes_on(watcher);
    if (!last && done % options_.checkpoint_every == 0) save(watcher);
  }
  if (resumed_ || !epochs_.empty() || so_far_.examples > 0) save(watcher);
  ended_ = is_done();
  if (ended_ && !best_.empty()) set_values(graph_, kept_, best_, "the best epoch");
  return {end(), epochs_, ended_ ? kept_epoch() : std::nullopt};
}

bool Fit::all_epochs_are_done() const {
  return epochs_.size() >= static_cast<std::size_t>(options_.epochs);
}

bool Fit::is_done() const {
  return all_epochs_are_done() || stopping_.stop();
}

FitEnd Fit::end() const {
  if (all_epochs_are_done()) return FitEnd::finished;
  return stopping_.stop() ? FitEnd::stopped_early : FitEnd::interrupted;
}

bool Fit::train_epoch(const FitWatcher& watcher) {
  const std::size_t epoch = epochs_.size() + 1;
  tell(watcher.begin_epoch, static_cast<std::int64_t>(epoch), so_far_.examples);
  const Clock::time_point start = Clock::now();
  const double before = seconds_;
  const auto go_on = [&](const StepMetrics& step) {
    so_far_ = step.so_far;
    seconds_ = before + std::chrono::duration<double>(Clock::now() - start).count();
    tell(watcher.step, step);
    return goes_on(watcher);
  };
  trainer_.train_epoch(data_.train, epoch, go_on, so_far_);
  const bool whole = so_far_.examples >= data_.train.size();
  if (!whole) tell(watcher.cut_epoch, so_far_);
  return whole;
}

void Fit::finish_epoch(const FitWatcher& watcher) {
  const EpochMetrics epoch = measured();
  const double metric = watched_metric(options_, epoch);
  if (stopping_.is_best(epoch.epoch, metric) && options_.keep_best) best_ = values_of(graph_, kept_);
  trainer_.learning_rate().end_epoch(metric);
  epochs_.push_back(epoch);
  so_far_ = {};
  seconds_ = 0;
  tell(watcher.end_epoch, epoch);
}

EpochMetrics Fit::measured() {
  EpochMetrics epoch{.epoch = static_cast<std::int64_t>(epochs_.size()) + 1};
  epoch.values = so_far_.values("train_");
  measure(epoch, "validation_", data_.validation);
  measure(epoch, "test_", data_.test);
  epoch.learning_rate = trainer_.learning_rate_at(data_.train, static_cast<std::uint64_t>(epoch.epoch));
  epoch.seconds = seconds_;
  epoch.examples_per_second = seconds_ > 0 ? static_cast<double>(so_far_.examples) / seconds_ : 0;
  return epoch;
}

void Fit::measure(EpochMetrics& epoch, const char* prefix, const Dataset& data) {
  if (data.size() == 0) return;
  const MetricValues values = evaluate(data).values(prefix);
  epoch.values.insert(epoch.values.end(), values.begin(), values.end());
}

Score Fit::evaluate(const Dataset& data, const Trainer::Answered& answered) {
  try {
    return trainer_.evaluate(data, answered);
  } catch (const NotFiniteError& error) {
    throw_diverged("loss " + loss_found(error));
  }
}

std::optional<std::int64_t> Fit::kept_epoch() const {
  if (best_.empty()) return std::nullopt;
  return stopping_.state().best_epoch;
}

std::int64_t Fit::steps_of_epoch() const {
  const std::int64_t batch = options_.trainer.batch_size;
  return so_far_.examples / batch + (so_far_.examples % batch != 0 ? 1 : 0);
}

std::string Fit::place() const {
  return so_far_.examples > 0
             ? fmt::format("epoch {}, after {} examples", epochs_.size() + 1, so_far_.examples)
             : fmt::format("after epoch {}", epochs_.size());
}

void Fit::throw_diverged(const std::string& found) const {
  throw NumericError(fmt::format("{}: {}", place(), diverged(found, options_.trainer.optimizer)));
}

void Fit::require_finite() {
  const auto names = names_of_not_finite(graph_, parameters_of(graph_));
  if (!names.empty()) throw_diverged(fmt::format("not finite: {}", fmt::join(names, ", ")));
  evaluate(first_examples_);
}

void Fit::save(const FitWatcher& watcher) {
  if (options_.checkpoint.empty()) return;
  if (options_.not_finite == NotFinite::refuse) require_finite();
  NamedTexts texts = to_texts(
      {epochs_, so_far_, seconds_, stopping_.state(), trainer_.learning_rate().state()}, columns(), fields());
  texts.merge(bits_of(options_.trainer, threads_));
  texts.emplace("classes", fmt::format("{}", data_.train.classes));
  texts.emplace(kNormalizationKey, to_text(options_.trainer.normalization));
  if (!resumed_ && !has_checkpoint_ && keep_previous_checkpoint(options_.checkpoint))
    tell(watcher.kept_previous, previous_checkpoint(options_.checkpoint));
  write_checkpoint(options_.checkpoint, graph_, best_, std::move(texts));
  has_checkpoint_ = true;
}

}  // namespace gradtable
