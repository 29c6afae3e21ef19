#include "gradtable/models/training/detail/training_steps.hpp"

#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/data/augment.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {
namespace {

template <class T>
ConstView scalar(const T& value) {
  return {std::span(&value, 1), {}};
}

BatchResult result(const Program& program, const StepGraph& g) {
  return {.loss = program.value(g.loss).item(),
          .predictions = program.value(g.predictions).as<std::int32_t>(),
          .labels = program.value(g.labels).as<std::int32_t>()};
}

}  // namespace

TrainingSteps::TrainingSteps(Graph& graph, const Model& model, const TrainerOptions& options, Location at)
    : graph_(graph), model_(model), options_(options), loss_(find_classifier_loss(options.loss)), at_(at) {}

TrainingSteps::Step& TrainingSteps::find(const Dataset& data, std::int64_t m) {
  const std::tuple key(m, data.size(), data.pixel_view().dtype());
  if (const auto found = steps_.find(key); found != steps_.end()) return found->second;
  return steps_.emplace(key, made(data, m)).first->second;
}

TrainingSteps::Step TrainingSteps::made(const Dataset& data, std::int64_t m) {
  const Graph::Scope scope(graph_, at_);
  Step step;
  StepGraph& g = step.training;
  g.pixels = input("pixels", {data.size(), model_.input.size()}, data.pixel_view().dtype());
  g.classes = input("classes", {data.size()}, DType::uint8);
  g.indices = input("indices", {m}, DType::int32);
  g.labels = cast(gather(g.classes, g.indices), DType::int32).named("labels");
  step.evaluation = g;
  if (options_.augmentation) g.epoch = input("epoch", {}, DType::int32);
  g.step = input("step", {}, DType::int32);
  g.images = images_of(augmented(g, data));
  if (model_.training) {
    Sequential::Training training = model_.training(g.images, g.step);
    g.outputs = training.outputs;
    g.states = std::move(training.updates);
  } else {
    g.outputs = model_.outputs(g.images);
  }
  add_loss(g, data, options_.label_smoothing);
  if (graph_.consumers(g.step.id()).empty()) g.step = {};
  step.evaluation.images = images_of(gather(g.pixels, g.indices));
  step.evaluation.outputs = model_.outputs(step.evaluation.images);
  add_loss(step.evaluation, data, 0);
  step.probabilities = loss_.probabilities(step.evaluation.outputs, at_);
  return step;
}

Tensor TrainingSteps::input(const char* name, const Shape& shape, DType dtype) {
  return graph_.input(graph_.free_name(name), shape, dtype, at_);
}

Tensor TrainingSteps::augmented(const StepGraph& g, const Dataset& data) {
  if (g.epoch.empty()) return gather(g.pixels, g.indices);
  if (!data.is_bytes())
    throw ConfigError(fmt::format(
        "{}: pixels that are no bytes; expected bytes, or a training without augmentation", data.source));
  const Augmenter augmenter(options_.augmentation, data.rows, data.columns, options_.seed);
  return augment(g.pixels, g.indices, g.epoch, augmenter);
}

Tensor TrainingSteps::images_of(const Tensor& pixels) const {
  const Tensor numbers = cast(pixels, model_.parameters.front().dtype());
  const Tensor scaled = pixels.dtype() == DType::uint8 ? numbers / 255 : numbers;
  std::vector<std::int64_t> extents = {pixels.shape()[0]};
  extents.insert(extents.end(), model_.input.extents().begin(), model_.input.extents().end());
  return reshape(normalized(scaled, options_.normalization, at_).named("images"), extents);
}

void TrainingSteps::add_loss(StepGraph& g, const Dataset& data, double label_smoothing) {
  const Shape& outputs = g.outputs.shape();
  if (outputs.rank() != 2)
    throw ConfigError(fmt::format("trainer: expected outputs (images, classes), got {}", to_string(outputs)));
  if (data.classes > outputs[1])
    throw ConfigError(fmt::format("trainer: expected at most {} classes, the outputs of the network, got {}",
                                  outputs[1], data.classes));
  g.outputs.named("outputs");
  g.loss = loss_.mean(g.outputs, g.labels, label_smoothing, at_).named("loss");
  g.predictions = argmax(g.outputs).named("predictions");
}

void TrainingSteps::add_updates(Step& step, bool by_sums) {
  StepGraph& g = step.training;
  if (!g.updates.empty()) return;
  const Graph::Scope scope(graph_, at_);
  if (learning_rate_.empty()) learning_rate_ = input("learning rate", {}, DType::float64);
  g.learning_rate = learning_rate_;
  const bool is_sum = options_.loss_reduction == LossReduction::sum;
  const auto images = static_cast<double>(g.labels.shape().size());
  GradTable gradients = build_grad(is_sum && !by_sums ? scale(g.loss, images) : g.loss, model_.parameters);
  if (by_sums) {
    step.sums = accumulate(gradients, images);
    gradients = is_sum ? step.sums->total : step.sums->mean;
  }
  g.updates = make_updates(options_.optimizer, gradients, g.learning_rate);
}

Program& TrainingSteps::training_program(Step& step, bool by_sums) {
  add_updates(step, by_sums);
  const StepGraph& g = step.training;
  std::optional<Program>& program = by_sums ? step.add_gradients : step.train;
  if (!program) {
    // Running statistics follow every batch, however many of them make one update.
    std::vector<Update> updates = by_sums ? step.sums->add : g.updates;
    updates.insert(updates.end(), g.states.begin(), g.states.end());
    program = compiled({g.loss, g.predictions, g.labels}, std::move(updates), {g.loss});
  }
  // One for batches of all sizes, which add to the same sums.
  if (by_sums && !update_) update_ = compiled({}, step.sums->then(g.updates), {});
  return *program;
}

Program& TrainingSteps::evaluation_program(Step& step) {
  const StepGraph& g = step.evaluation;
  if (!step.evaluate) {
    std::vector<Tensor> finite;
    if (options_.evaluation == NotFinite::refuse) finite = {g.loss};
    step.evaluate = compiled({g.loss, g.predictions, g.labels, step.probabilities}, {}, finite);
  }
  return *step.evaluate;
}

Program TrainingSteps::compiled(std::vector<Tensor> outputs, std::vector<Update> updates,
                                const std::vector<Tensor>& finite) {
  return compile(graph_, {.outputs = std::move(outputs),
                          .updates = std::move(updates),
                          .finite = finite,
                          .threads = options_.threads,
                          .deterministic = options_.deterministic});
}

void TrainingSteps::run(Program& program, const StepGraph& g, const Dataset& data, const ConstView& indices,
                        std::initializer_list<Feed> more) {
  feeds_.assign({{g.pixels, data.pixel_view()}, {g.classes, data.label_view()}, {g.indices, indices}});
  for (const Feed& feed : more)
    if (!feed.input.empty()) feeds_.push_back(feed);
  program.run(feeds_);
}

BatchResult TrainingSteps::train(const Dataset& data, const ConstView& indices, const StepFeeds& feeds) {
  Step& step = find(data, indices.shape().size());
  Program& program = training_program(step, false);
  const StepGraph& g = step.training;
  run(program, g, data, indices,
      {{g.epoch, scalar(feeds.epoch)},
       {g.step, scalar(feeds.step)},
       {g.learning_rate, scalar(feeds.learning_rate)}});
  return result(program, g);
}

BatchResult TrainingSteps::add_gradients(const Dataset& data, const ConstView& indices,
                                         const StepFeeds& feeds) {
  Step& step = find(data, indices.shape().size());
  Program& program = training_program(step, true);
  const StepGraph& g = step.training;
  run(program, g, data, indices, {{g.epoch, scalar(feeds.epoch)}, {g.step, scalar(feeds.step)}});
  return result(program, g);
}

void TrainingSteps::update(double learning_rate) {
  update_->run({{learning_rate_, scalar(learning_rate)}});
}

BatchResult TrainingSteps::evaluate(const Dataset& data, const ConstView& indices) {
  Step& step = find(data, indices.shape().size());
  Program& program = evaluation_program(step);
  run(program, step.evaluation, data, indices, {});
  BatchResult found = result(program, step.evaluation);
  found.probabilities = program.value(step.probabilities);
  return found;
}

const StepGraph& TrainingSteps::graph(const Dataset& data, std::int64_t m, bool by_sums) {
  Step& step = find(data, m);
  add_updates(step, by_sums);
  return step.training;
}

ProgramPlan TrainingSteps::training_plan(const Dataset& data, std::int64_t m, bool by_sums) {
  return training_program(find(data, m), by_sums).plan();
}

ProgramPlan TrainingSteps::evaluation_plan(const Dataset& data, std::int64_t m) {
  return evaluation_program(find(data, m)).plan();
}

ProgramPlan TrainingSteps::update_plan() const {
  return update_ ? update_->plan() : ProgramPlan{};
}

std::size_t TrainingSteps::bytes() const {
  std::size_t bytes = update_plan().peak_bytes;
  for (const auto& [sizes, step] : steps_)
    for (const std::optional<Program>* program : {&step.train, &step.add_gradients, &step.evaluate})
      if (*program) bytes += (*program)->plan().peak_bytes;
  return bytes;
}

}  // namespace gradtable::detail
