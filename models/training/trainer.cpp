#include "gradtable/models/training/trainer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/optimizers/divergence.hpp"
#include "gradtable/models/training/detail/training_steps.hpp"
#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

const TrainerOptions& validated(const TrainerOptions& options, const Model& model) {
  require_valid(options);
  if (model.parameters.empty()) throw ConfigError("trainer: expected a model with parameters, got none");
  require_valid(options.normalization, model.parameters.front().dtype());
  return options;
}

std::int64_t quotient_up(std::int64_t a, std::int64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

// What `compute` gives; where the loss is not finite, the error says what sentence() makes of it.
template <class Compute, class Sentence>
auto explained(const Compute& compute, const Sentence& sentence) {
  try {
    return compute();
  } catch (const NotFiniteError& error) {
    throw NotFiniteError(sentence(error), error.found, error.first);
  }
}

// The extents but for those of 1.
std::vector<std::int64_t> long_extents(const Shape& shape) {
  std::vector<std::int64_t> extents(shape.extents().begin(), shape.extents().end());
  std::erase(extents, 1);
  return extents;
}

// Whether examples are an input: numbers in another order are none, but for a list of all of them.
bool is_like(const Shape& example, const Shape& input) {
  const auto a = long_extents(example), b = long_extents(input);
  return example.size() == input.size() && (a == b || a.size() <= 1 || b.size() <= 1);
}

// Each from 0 to classes - 1.
void require_labels(const Dataset& data) {
  if (!data.has_classes()) return;
  for (std::int64_t i = 0; i < data.size(); ++i)
    if (const std::int64_t label = data.label(i); label < 0 || label >= data.classes)
      throw DataError(fmt::format("{}: label {} at index {}; expected a label from 0 to {}", data.name(),
                                  label, i, data.classes - 1));
}

}  // namespace

Trainer::Trainer(Graph& graph, const Sequential& network, const TrainerOptions& options, Location at)
    : Trainer(graph, model_of(network), options, at) {}

Trainer::Trainer(Graph& graph, Model model, const TrainerOptions& options, Location at)
    : model_(std::move(model)),
      options_(validated(options, model_)),
      learning_rate_(options.optimizer.learning_rate, options.schedule, options.better),
      steps_(std::make_unique<detail::TrainingSteps>(graph, model_, options_, at)) {}

Trainer::~Trainer() = default;

Score Trainer::train_epoch(const Dataset& data, std::uint64_t epoch, const Continue& go_on,
                           const Score& done) {
  require_fit(data);
  const auto order =
      options_.shuffle ? shuffled_order(data.size(), options_.seed, epoch) : natural_order(data.size());
  const Batches batches(order, options_.batch_size);
  const Schedule rate = learning_rate_.schedule(updates_in(data));
  StepMetrics step{.epoch = static_cast<std::int64_t>(epoch), .so_far = done};
  step.so_far.metrics = steps_->metrics(data);
  for (std::int64_t i = quotient_up(done.examples, options_.batch_size); i < batches.size(); ++i) {
    step.step = i + 1;
    step.learning_rate = rate(updates_before(data, {epoch, i}));
    const auto train = [&] { return train_batch(data, batches[i], {epoch, i}, step.learning_rate); };
    const detail::BatchResult batch = explained(train, [&](const NotFiniteError& error) {
      const bool has_learned = epoch > 1 || i >= batches_in_update(data);
      return fmt::format("epoch {}, step {}: {}", epoch, step.step,
                         diverged(error, options_.optimizer, has_learned));
    });
    step.loss = batch.loss;
    add(step.so_far, batch);
    if (go_on && !go_on(step)) break;
  }
  return step.so_far;
}

detail::BatchResult Trainer::train_batch(const Dataset& data, const ConstView& indices, Place at,
                                         double learning_rate) {
  const std::int64_t batches = batches_in(data), group = batches_in_update(data);
  const auto epochs_before = static_cast<std::int64_t>(at.epoch) - 1;
  const detail::StepFeeds feeds{.epoch = static_cast<std::int32_t>(at.epoch),
                                .step = static_cast<std::int32_t>(epochs_before * batches + at.batch),
                                .learning_rate = learning_rate};
  if (group == 1) return steps_->train(data, indices, feeds);
  const detail::BatchResult result = steps_->add_gradients(data, indices, feeds);
  if ((at.batch + 1) % group == 0 || at.batch + 1 == batches) steps_->update(learning_rate);
  return result;
}

std::int64_t Trainer::updates_before(const Dataset& data, Place at) const {
  return (static_cast<std::int64_t>(at.epoch) - 1) * updates_in(data) + at.batch / batches_in_update(data);
}

Score Trainer::evaluate(const Dataset& data, const Answered& answered) {
  require_fit(data);
  const auto order = natural_order(data.size());
  const Batches batches(order, options_.batch_size);
  Score total{.metrics = steps_->metrics(data)};
  for (std::int64_t i = 0; i < batches.size(); ++i) {
    const auto evaluate = [&] { return steps_->evaluate(data, batches[i]); };
    const detail::BatchResult batch = explained(evaluate, [&](const NotFiniteError& error) {
      return fmt::format("evaluation, batch {}: expected a finite loss, got {}", i + 1, loss_found(error));
    });
    const std::int64_t first = total.examples;
    add(total, batch);  // before another evaluation, made by who is answered, overwrites the batch
    if (answered) answered(steps_->answers(first));
  }
  return total;
}

double Trainer::learning_rate_at(const Dataset& data, std::uint64_t epoch) const {
  const std::int64_t updates = updates_in(data);
  return learning_rate_.schedule(updates)((static_cast<std::int64_t>(epoch) - 1) * updates);
}

OptimizerCounts Trainer::counts_at(const Dataset& data, std::int64_t epochs, const Score& done) const {
  const std::int64_t batches = quotient_up(done.examples, options_.batch_size),
                     group = batches_in_update(data);
  const bool all = batches >= batches_in(data);
  return {.updates = epochs * updates_in(data) + (all ? updates_in(data) : batches / group),
          .summed = all ? 0 : batches % group * options_.batch_size};
}

const StepGraph& Trainer::step_graph(const Dataset& data) {
  require_fit(data);
  return steps_->graph(data, std::min(options_.batch_size, data.size()), batches_in_update(data) > 1);
}

TrainingPlan Trainer::plan(const Dataset& data, std::span<const Dataset* const> evaluated) {
  require_fit(data);
  const std::int64_t group = batches_in_update(data);
  const std::vector<Batchful> sizes = sizes_of_batches(data);
  TrainingPlan plan;
  for (const Batchful& size : sizes)
    plan.epoch_flops +=
        static_cast<double>(size.batches) * steps_->training_plan(data, size.examples, group > 1).flops;
  const ProgramPlan step = steps_->training_plan(data, sizes.front().examples, group > 1);
  const double update_flops = steps_->update_plan().flops;
  plan.step_flops = step.flops + update_flops / static_cast<double>(group);
  plan.epoch_flops += update_flops * static_cast<double>(updates_in(data));
  plan.threads = step.threads;
  for (const Dataset* const other : evaluated) {
    require_fit(*other);
    for (const Batchful& size : sizes_of_batches(*other))
      plan.evaluation_flops +=
          static_cast<double>(size.batches) * steps_->evaluation_plan(*other, size.examples).flops;
  }
  plan.bytes = steps_->bytes();
  return plan;
}

std::vector<Trainer::Batchful> Trainer::sizes_of_batches(const Dataset& data) const {
  const std::int64_t full = data.size() / options_.batch_size, left = data.size() % options_.batch_size;
  std::vector<Batchful> sizes;
  if (full > 0) sizes.push_back({options_.batch_size, full});
  if (left > 0) sizes.push_back({left, 1});
  return sizes;
}

std::int64_t Trainer::batches_in(const Dataset& data) const {
  return quotient_up(data.size(), options_.batch_size);
}

std::int64_t Trainer::batches_in_update(const Dataset& data) const {
  const std::int64_t batches = batches_in(data), wanted = options_.gradient_accumulation;
  return wanted == 0 ? batches : std::min(wanted, batches);
}

std::int64_t Trainer::updates_in(const Dataset& data) const {
  return quotient_up(batches_in(data), batches_in_update(data));
}

void Trainer::begin_profile() {
  steps_->begin_profile();
}

std::optional<ProgramProfile> Trainer::end_profile() {
  return steps_->end_profile();
}

const std::vector<Metric>& Trainer::metrics(const Dataset& data) const {
  return *steps_->metrics(data);
}

void Trainer::require_fit(const Dataset& data) const {
  if (data.size() == 0) throw ConfigError("trainer: expected at least one example, got none");
  require_valid(data);
  require_labels(data);
  if (!is_like(data.example(), model_.input))
    throw ConfigError(fmt::format("trainer: expected examples of {} numbers, the network's input {}, got {}",
                                  model_.input.size(), to_string(model_.input), to_string(data.example())));
}

}  // namespace gradtable
