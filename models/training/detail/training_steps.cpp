#include "gradtable/models/training/detail/training_steps.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/data/augment.hpp"
#include "gradtable/models/networks/activations.hpp"
#include "gradtable/models/training/trainer_fields.hpp"
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

std::shared_ptr<const std::vector<Metric>> shared(std::vector<Metric> metrics) {
  return std::make_shared<const std::vector<Metric>>(std::move(metrics));
}

// What is asked of every batch.
std::vector<Tensor> measured(const StepGraph& g) {
  std::vector<Tensor> outputs = {g.loss};
  for (const Tensor& sum : g.sums)
    if (!sum.empty()) outputs.push_back(sum);
  return outputs;
}

// What Augmenter asks for, by the option that a user can change.
void require_size(const AugmentationOptions& options, const Dataset& data) {
  const std::int64_t most = Augmenter::most_pixels(options);
  if (data.rows() <= most && data.columns() <= most) return;
  const std::string images = fmt::format("images of {}x{}", data.rows(), data.columns());
  const std::string expected = fmt::format("images of at most {}x{}", most, most);
  if (options.elastic.alpha > 0)
    throw OptionError("augmentation.elastic.alpha", fmt::format("{} and {}", options.elastic.alpha, images),
                      expected + " for elastic distortion, which 0 turns off");
  throw OptionError("augmentation", images, expected);
}

}  // namespace

void add(Score& total, const BatchResult& batch) {
  total.examples += batch.examples;
  total.loss_sum += batch.loss * static_cast<double>(batch.examples);
  total.sums.resize(batch.sums.size());
  for (std::size_t i = 0; i < batch.sums.size(); ++i) {
    const ConstView& found = batch.sums[i];
    total.sums[i].resize(static_cast<std::size_t>(found.shape().size()));
    dispatch_floating(found.dtype(), [&]<class T>() {
      for (std::size_t j = 0; j < total.sums[i].size(); ++j)
        total.sums[i][j] += static_cast<double>(found.as<T>()[j]);
    });
  }
}

TrainingSteps::TrainingSteps(Graph& graph, const Model& model, const TrainerOptions& options, Location at)
    : graph_(graph),
      model_(model),
      options_(options),
      loss_(find_loss(options.loss)),
      of_classes_(shared(options.metrics.empty() ? default_metrics() : options.metrics)),
      of_numbers_(shared(options.metrics)),
      at_(at) {}

TrainingSteps::About TrainingSteps::about(const Dataset& data) {
  return {data.name(), targets_of(data), data.classes};
}

TrainingSteps::Step& TrainingSteps::find(const Dataset& data, std::int64_t m) {
  const Kind kind{m, data.inputs.type(), data.targets.type(), data.classes};
  for (auto& [made_for, step] : steps_)
    if (made_for == kind) return step;
  return steps_.emplace_back(kind, made(data, m)).second;
}

TrainingSteps::Step TrainingSteps::made(const Dataset& data, std::int64_t m) {
  const Graph::Scope scope(graph_, at_);
  const bool has_classes = data.has_classes(), is_bytes = data.inputs.dtype() == DType::uint8;
  Step step;
  StepGraph& g = step.training;
  g.all_inputs =
      input(is_bytes ? "pixels" : "inputs", {data.size(), model_.input.size()}, data.inputs.dtype());
  g.all_targets = input(has_classes ? "classes" : "targets", data.targets.shape(), data.targets.dtype());
  g.indices = input("indices", {m}, DType::int32);
  if (options_.augmentation) g.epoch = input("epoch", {}, DType::int32);
  g.step = input("step", {}, DType::int32);
  g.inputs = prepared(augmented(g, data));
  if (model_.training) {
    Sequential::Training training = model_.training(g.inputs, g.step);
    g.outputs = training.outputs;
    g.states = std::move(training.updates);
  } else {
    g.outputs = model_.outputs(g.inputs);
  }
  add_loss(g, about(data), options_.label_smoothing);
  add_metrics(g, about(data), true);
  if (graph_.consumers(g.step.id()).empty()) g.step = {};
  return step;
}

const Function& TrainingSteps::evaluation(const Dataset& data) {
  Function& found = evaluations_[{targets_of(data), data.classes}];
  if (found.empty())
    found = Function(graph_, Function::Build([this, of = about(data)](std::span<const Tensor> in) {
                       return evaluated(in, of);
                     }),
                     FunctionOptions{}.most_programs, at_);
  return found;
}

CompileOptions TrainingSteps::evaluated(std::span<const Tensor> inputs, const About& data) const {
  const Graph::Scope scope(graph_, at_);
  StepGraph e;
  e.all_inputs = inputs[0];
  e.all_targets = inputs[1];
  e.indices = inputs[2];
  e.inputs = prepared(gather(e.all_inputs, e.indices));
  e.outputs = model_.outputs(e.inputs);
  add_loss(e, data, 0);
  add_metrics(e, data, false);
  CompileOptions asked{
      .outputs = measured(e), .threads = options_.threads, .deterministic = options_.deterministic};
  if (options_.evaluation == NotFinite::refuse) asked.finite = {e.loss};
  asked.outputs.insert(asked.outputs.end(), {e.outputs, e.targets});
  if (data.targets == Targets::classes)
    asked.outputs.insert(asked.outputs.end(),
                         {argmax(e.outputs).named("predictions"),
                          options_.loss_function ? e.outputs : loss_.probabilities(e.outputs, at_)});
  return asked;
}

Tensor TrainingSteps::input(const char* name, const Shape& shape, DType dtype) {
  return graph_.input(graph_.free_name(name), shape, dtype, at_);
}

Tensor TrainingSteps::augmented(const StepGraph& g, const Dataset& data) {
  if (g.epoch.empty()) return gather(g.all_inputs, g.indices);
  if (data.inputs.dtype() != DType::uint8)
    throw ConfigError(fmt::format(
        "{}: pixels that are no bytes; expected bytes, or a training without augmentation", data.name()));
  require_size(options_.augmentation, data);
  const Augmenter augmenter(options_.augmentation, data.rows(), data.columns(), options_.seed);
  return augment(g.all_inputs, g.indices, g.epoch, augmenter);
}

Tensor TrainingSteps::prepared(const Tensor& inputs) const {
  std::vector<std::int64_t> extents = {inputs.shape()[0]};
  extents.insert(extents.end(), model_.input.extents().begin(), model_.input.extents().end());
  if (inputs.dtype() == DType::int32) {
    if (options_.normalization)
      throw ConfigError("trainer: expected pixels or real numbers to normalize, got int32 inputs");
    return reshape(inputs, extents);
  }
  const bool is_bytes = inputs.dtype() == DType::uint8;
  const Tensor numbers = cast(inputs, dtype());
  const Tensor scaled = is_bytes ? numbers / 255 : numbers;
  return reshape(normalized(scaled, options_.normalization, at_).named(is_bytes ? "images" : "examples"),
                 extents);
}

// Real targets (m) are columns (m,1) where the outputs are.
Tensor TrainingSteps::targets(const StepGraph& g, const About& data) const {
  const Tensor batch = gather(g.all_targets, g.indices);
  if (data.targets == Targets::classes) return cast(batch, DType::int32).named("labels");
  const Tensor numbers = cast(batch, dtype());
  const Shape column{batch.shape()[0], 1};
  return (numbers.shape().rank() == 1 && g.outputs.shape() == column ? reshape(numbers, column) : numbers)
      .named("batch targets");
}

void TrainingSteps::require_fit(const Tensor& outputs, const About& data) const {
  const Shape& shape = outputs.shape();
  const std::string found = fmt::format("{} of {}", to_string(data.targets), data.name);
  if (!options_.loss_function && loss_.targets != data.targets)
    throw ConfigError(fmt::format("trainer: expected a loss of {}, one of {}, got {}, which takes {}", found,
                                  fmt::join(loss_names(data.targets), ", "), loss_.name,
                                  to_string(loss_.targets)));
  const std::string_view activation = output_activation_of(outputs);
  if (!options_.loss_function && !activation.empty() && !takes_outputs(loss_, activation))
    throw ConfigError(fmt::format("trainer: expected the output activation {} with the loss {}, got {}  [{}]",
                                  fmt::join(loss_.outputs, " or "), loss_.name, activation,
                                  to_string(outputs.node().location)));
  for (const Metric& metric : *metrics(data.targets))
    if (metric.targets && *metric.targets != data.targets)
      throw ConfigError(fmt::format("trainer: expected metrics of {}, got {}, which takes {}", found,
                                    metric.name, to_string(*metric.targets)));
  if (data.targets != Targets::classes) return;
  if (shape.rank() != 2)
    throw ConfigError(fmt::format("trainer: expected outputs (examples, classes), got {}", to_string(shape)));
  if (data.classes > shape[1])
    throw ConfigError(fmt::format("trainer: expected at most {} classes, the outputs of the network, got {}",
                                  shape[1], data.classes));
}

Tensor TrainingSteps::loss(const StepGraph& g, double label_smoothing) const {
  const Tensor loss = options_.loss_function ? options_.loss_function(g.outputs, g.targets)
                                             : loss_.mean(g.outputs, g.targets, label_smoothing, at_);
  if (loss.shape().rank() != 0 || !is_floating(loss.dtype()))
    throw ConfigError(
        fmt::format("trainer: expected a loss that is one real number, the mean over the batch, got {}",
                    to_string(loss.type())));
  return loss;
}

void TrainingSteps::add_loss(StepGraph& g, const About& data, double label_smoothing) const {
  require_fit(g.outputs, data);
  g.targets = targets(g, data);
  if (!options_.loss_function && data.targets == Targets::numbers && g.targets.shape() != g.outputs.shape())
    throw ConfigError(fmt::format("trainer: expected targets {}, as the outputs of the network, got {}",
                                  to_string(g.outputs.shape()), to_string(g.targets.shape())));
  g.outputs.named("outputs");
  g.loss = loss(g, label_smoothing).named("loss");
}

void TrainingSteps::add_metrics(StepGraph& g, const About& data, bool in_training) const {
  const std::int64_t m = g.indices.shape().size();
  for (const Metric& metric : *metrics(data.targets)) {
    Tensor values;
    if (metric.in_training || !in_training) {
      values = metric.values(g.outputs, g.targets);
      const Shape& shape = values.shape();
      if (shape.rank() < 1 || shape.rank() > 2 || shape[0] != m || !is_floating(values.dtype()))
        throw ConfigError(
            fmt::format("trainer: expected that metric {0} gives a real number of each example, ({1}) or "
                        "({1},k), got {2}",
                        metric.name, m, to_string(values.type())));
      const std::int64_t numbers = shape.rank() == 1 ? 1 : shape[1];
      if (!metric.result && numbers != 1)
        throw ConfigError(
            fmt::format("trainer: expected a result of metric {}, which gives {} numbers of each "
                        "example, got none",
                        metric.name, numbers));
      values = sum(values, {0}).named(metric.name);
    }
    g.sums.push_back(values);
  }
}

void TrainingSteps::add_updates(Step& step, bool by_sums) {
  StepGraph& g = step.training;
  if (!g.updates.empty()) return;
  const Graph::Scope scope(graph_, at_);
  if (learning_rate_.empty()) learning_rate_ = input("learning rate", {}, DType::float64);
  g.learning_rate = learning_rate_;
  const bool is_sum = options_.loss_reduction == LossReduction::sum;
  const auto examples = static_cast<double>(g.indices.shape().size());
  g.objective = is_sum && !by_sums ? scale(g.loss, examples).named("summed loss") : g.loss;
  const auto note = [&](const GradientEvent& event) { g.events.push_back(event); };
  g.gradients =
      build_grad(g.objective, learned_parameters(options_.optimizer, model_.parameters), {.observer = note});
  GradTable gradients = g.gradients;
  if (by_sums) {
    step.sums = accumulate(gradients, examples);
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
    program = compiled(measured(g), std::move(updates), {g.loss});
  }
  // One for batches of all sizes, which add to the same sums.
  if (by_sums && !update_) update_ = compiled({}, step.sums->then(g.updates), {});
  return *program;
}

Program TrainingSteps::compiled(std::vector<Tensor> outputs, std::vector<Update> updates,
                                const std::vector<Tensor>& finite) {
  return compile(graph_, {.outputs = std::move(outputs),
                          .updates = std::move(updates),
                          .finite = finite,
                          .threads = options_.threads,
                          .deterministic = options_.deterministic});
}

BatchResult TrainingSteps::result(const Program& program, const StepGraph& g) {
  sums_.clear();
  for (const Tensor& sum : g.sums) sums_.push_back(sum.empty() ? ConstView() : program.value(sum));
  return {.examples = g.indices.shape().size(), .loss = program.value(g.loss).item(), .sums = sums_};
}

std::span<const Feed> TrainingSteps::fed(const StepGraph& g, const Dataset& data, const ConstView& indices,
                                         std::initializer_list<Feed> more) {
  feeds_.assign({{g.all_inputs, data.input_rows()}, {g.all_targets, data.targets}, {g.indices, indices}});
  for (const Feed& feed : more)
    if (!feed.input.empty()) feeds_.push_back(feed);
  return feeds_;
}

void TrainingSteps::run(Program& program, const Dataset& data, std::int64_t m, std::span<const Feed> feeds) {
  const bool is_full = m == std::min(options_.batch_size, data.size());
  if (times_ && is_full)
    program.run(feeds, *times_);
  else
    program.run(feeds);
}

std::optional<ProgramProfile> TrainingSteps::end_profile() {
  const std::optional<RunTimes> times = std::exchange(times_, std::nullopt);
  return times && times->runs() > 0 ? std::optional(times->profile()) : std::nullopt;
}

BatchResult TrainingSteps::train(const Dataset& data, const ConstView& indices, const StepFeeds& feeds) {
  Step& step = find(data, indices.shape().size());
  Program& program = training_program(step, false);
  const StepGraph& g = step.training;
  run(program, data, indices.shape().size(),
      fed(g, data, indices,
          {{g.epoch, scalar(feeds.epoch)},
           {g.step, scalar(feeds.step)},
           {g.learning_rate, scalar(feeds.learning_rate)}}));
  return result(program, g);
}

BatchResult TrainingSteps::add_gradients(const Dataset& data, const ConstView& indices,
                                         const StepFeeds& feeds) {
  Step& step = find(data, indices.shape().size());
  Program& program = training_program(step, true);
  const StepGraph& g = step.training;
  run(program, data, indices.shape().size(),
      fed(g, data, indices, {{g.epoch, scalar(feeds.epoch)}, {g.step, scalar(feeds.step)}}));
  return result(program, g);
}

void TrainingSteps::update(double learning_rate) {
  update_->run({{learning_rate_, scalar(learning_rate)}});
}

BatchResult TrainingSteps::evaluate(const Dataset& data, const ConstView& indices) {
  answers_ = evaluation(data)({data.input_rows(), data.targets, indices});
  const std::size_t metrics = this->metrics(data)->size();
  sums_.assign(answers_.begin() + 1, answers_.begin() + 1 + static_cast<std::ptrdiff_t>(metrics));
  return {.examples = indices.shape().size(), .loss = answers_.front().item(), .sums = sums_};
}

Answers TrainingSteps::answers(std::int64_t first) const {
  const Array* const last = answers_.data() + 1 + sums_.size();
  Answers answers{.first = first, .outputs = last[0], .targets = last[1]};
  if (answers_.size() == sums_.size() + 3) return answers;
  answers.predictions = last[2].as<std::int32_t>();
  answers.probabilities = last[3];
  answers.labels = last[1].as<std::int32_t>();
  return answers;
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
  const TensorType types[] = {data.input_rows().type, data.targets.type(), {DType::int32, {m}}};
  return evaluation(data).plan(types);
}

ProgramPlan TrainingSteps::update_plan() const {
  return update_ ? update_->plan() : ProgramPlan{};
}

std::size_t TrainingSteps::bytes() const {
  std::size_t bytes = update_plan().peak_bytes;
  for (const auto& [kind, step] : steps_)
    for (const std::optional<Program>* program : {&step.train, &step.add_gradients})
      if (*program) bytes += (*program)->plan().peak_bytes;
  for (const auto& [classes, function] : evaluations_) bytes += function.bytes();
  return bytes;
}

}  // namespace gradtable::detail
