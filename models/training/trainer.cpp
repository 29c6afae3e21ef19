#include "gradtable/models/training/trainer.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/indexing.hpp"

namespace gradtable {

// The graph, the programs and the memory for batches of one size. Programs are made when first needed.
struct Trainer::Step {
  StepGraph graph;
  Array images;
  Array labels;
  std::optional<Program> training;
  std::optional<Program> evaluation;
};

int suitable_threads(const Fcnn& network, std::int64_t batch_size) {
  constexpr double kWorthTheTeam = 1e8;
  double weights = 0;
  for (std::size_t layer = 1; layer < network.widths().size(); ++layer)
    weights +=
        static_cast<double>(network.widths()[layer - 1]) * static_cast<double>(network.widths()[layer]);
  // A multiplication and an addition for each weight and example: forward, for the weights' gradient, and for
  // that of the layer's input.
  const double operations = 3 * 2 * weights * static_cast<double>(batch_size);
  return operations < kWorthTheTeam ? 1 : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Trainer::Trainer(Graph& graph, Fcnn network, const TrainerOptions& options, Location at)
    : graph_(graph), network_(std::move(network)), options_(options), location_(at) {
  if (options.batch_size < 1)
    throw ConfigError(
        fmt::format("trainer: expected a batch size of at least 1, got {}", options.batch_size));
  if (options.threads < 0)
    throw ConfigError(fmt::format("trainer: expected 0 or more threads, got {}", options.threads));
  require_learning_rate(options.learning_rate);
  if (options.threads == 0) options_.threads = suitable_threads(network_, options.batch_size);
}

Trainer::~Trainer() = default;

Score Trainer::train_epoch(const Dataset& data, std::uint64_t epoch, const Continue& go_on) {
  require_fit(data);
  const auto order =
      options_.shuffle ? shuffled_order(data.size(), options_.seed, epoch) : natural_order(data.size());
  const Batches batches(order, options_.batch_size);
  Score total;
  for (std::int64_t i = 0; i < batches.size(); ++i) {
    try {
      const Score score = run(data, batches[i], true);
      total.images += score.images;
      total.correct += score.correct;
      total.loss_sum += score.loss_sum;
    } catch (const NumericError& error) {
      throw NumericError(fmt::format("epoch {}, step {}: {}", epoch, i + 1, error.what()));
    }
    if (go_on && !go_on(total)) break;
  }
  return total;
}

Score Trainer::evaluate(const Dataset& data, const Predicted& predicted) {
  require_fit(data);
  const auto order = natural_order(data.size());
  const Batches batches(order, options_.batch_size);
  Score total;
  for (std::int64_t i = 0; i < batches.size(); ++i) {
    const Score score = run(data, batches[i], false);
    total.images += score.images;
    total.correct += score.correct;
    total.loss_sum += score.loss_sum;
    Step& step = step_for(score.images);
    if (predicted)
      predicted(step.evaluation->value(step.graph.predictions).as<std::int32_t>(),
                step.labels.as<std::int32_t>());
  }
  return total;
}

const StepGraph& Trainer::step_graph() {
  StepGraph& step = step_for(options_.batch_size).graph;
  add_updates(step);
  return step;
}

Trainer::Step& Trainer::step_for(std::int64_t m) {
  if (const auto found = steps_.find(m); found != steps_.end()) return *found->second;
  auto step = std::make_unique<Step>();
  StepGraph& g = step->graph;
  const DType dtype = network_.parameters().front().dtype();
  const std::string suffix = m == options_.batch_size ? "" : fmt::format(" of {}", m);
  const Shape shape = {m, network_.widths().front()};
  g.images = graph_.input(graph_.free_name("images" + suffix), shape, dtype, location_);
  g.labels = graph_.input(graph_.free_name("labels" + suffix), {m}, DType::int32, location_);
  g.scores = network_(g.images, location_).named("scores");
  g.loss = softmax_cross_entropy(g.scores, g.labels, location_).named("loss");
  g.predictions = argmax(g.scores, location_).named("predictions");
  step->images = Array(g.images.dtype(), g.images.shape());
  step->labels = Array(g.labels.dtype(), g.labels.shape());
  return *steps_.emplace(m, std::move(step)).first->second;
}

void Trainer::add_updates(StepGraph& step) {
  if (step.updates.empty())
    step.updates = sgd(build_grad(step.loss, network_.parameters()), options_.learning_rate);
}

// One batch; what it says of the parameters before the update.
Score Trainer::run(const Dataset& data, std::span<const std::uint32_t> indices, bool training) {
  const auto m = static_cast<std::int64_t>(indices.size());
  Step& step = step_for(m);
  if (training) add_updates(step.graph);
  const StepGraph& g = step.graph;
  std::optional<Program>& program = training ? step.training : step.evaluation;
  if (!program)
    program = compile(graph_, {.outputs = {g.loss, g.predictions},
                               .updates = training ? g.updates : std::vector<Update>{},
                               .finite = {g.loss},
                               .threads = options_.threads});
  gather(data, indices, step.images.view(), step.labels.view());
  program->run({{g.images, step.images}, {g.labels, step.labels}});

  const auto labels = step.labels.as<std::int32_t>();
  const auto predictions = program->value(g.predictions).as<std::int32_t>();
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += labels[i] == predictions[i] ? 1 : 0;
  return {m, correct, program->value(g.loss).item() * static_cast<double>(m)};
}

void Trainer::require_fit(const Dataset& data) const {
  if (data.size() == 0) throw ConfigError("trainer: expected at least one image, got none");
  if (data.features() != network_.widths().front())
    throw ConfigError(
        fmt::format("trainer: expected images of {} pixels, the width of the network's input, got {} x {}",
                    network_.widths().front(), data.rows, data.columns));
  if (data.classes > network_.widths().back())
    throw ConfigError(fmt::format("trainer: expected at most {} classes, the outputs of the network, got {}",
                                  network_.widths().back(), data.classes));
}

}  // namespace gradtable
