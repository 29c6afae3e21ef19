#include "gradtable/models/training/trainer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {

// The graph and the programs for batches of one size from data sets of one size. Programs are made when first
// needed.
struct Trainer::Step {
  StepGraph graph;
  std::optional<Program> training;
  std::optional<Program> evaluation;
};

Trainer::Trainer(Graph& graph, Fcnn network, const TrainerOptions& options, Location at)
    : graph_(graph), network_(std::move(network)), options_(options), location_(at) {
  if (options.batch_size < 1)
    throw ConfigError(
        fmt::format("trainer: expected a batch size of at least 1, got {}", options.batch_size));
  if (options.threads < 0)
    throw ConfigError(fmt::format("trainer: expected 0 or more threads, got {}", options.threads));
  require_learning_rate(options.learning_rate);
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
    const Step& step = step_for(score.images, data.size());
    if (predicted)
      predicted(step.evaluation->value(step.graph.predictions).as<std::int32_t>(),
                step.evaluation->value(step.graph.labels).as<std::int32_t>());
  }
  return total;
}

const StepGraph& Trainer::step_graph(const Dataset& data) {
  require_fit(data);
  StepGraph& step = step_for(options_.batch_size, data.size()).graph;
  add_updates(step);
  return step;
}

int Trainer::threads(const Dataset& data) {
  require_fit(data);
  Step& step = step_for(std::min(options_.batch_size, data.size()), data.size());
  return program_for(step, true).plan().threads;
}

Trainer::Step& Trainer::step_for(std::int64_t m, std::int64_t n) {
  if (const auto found = steps_.find({m, n}); found != steps_.end()) return *found->second;
  auto step = std::make_unique<Step>();
  StepGraph& g = step->graph;
  const DType dtype = network_.parameters().front().dtype();
  const auto input = [&](const char* name, const Shape& shape, DType type) {
    return graph_.input(graph_.free_name(name), shape, type, location_);
  };
  g.pixels = input("pixels", {n, network_.widths().front()}, DType::uint8);
  g.classes = input("classes", {n}, DType::uint8);
  g.indices = input("indices", {m}, DType::int32);
  const Tensor bytes = gather(g.pixels, g.indices, 0, location_);
  g.images = div(cast(bytes, dtype, location_), graph_.constant(255, dtype, location_), location_);
  g.labels = cast(gather(g.classes, g.indices, 0, location_), DType::int32, location_).named("labels");
  g.scores = network_(g.images.named("images"), location_).named("scores");
  g.loss = softmax_cross_entropy(g.scores, g.labels, {}, location_).named("loss");
  g.predictions = argmax(g.scores, -1, false, location_).named("predictions");
  return *steps_.emplace(std::pair(m, n), std::move(step)).first->second;
}

void Trainer::add_updates(StepGraph& step) {
  if (step.updates.empty())
    step.updates = sgd(build_grad(step.loss, network_.parameters()), options_.learning_rate);
}

Program& Trainer::program_for(Step& step, bool training) {
  std::optional<Program>& program = training ? step.training : step.evaluation;
  if (program) return *program;
  if (training) add_updates(step.graph);
  const StepGraph& g = step.graph;
  program = compile(graph_, {.outputs = {g.loss, g.predictions, g.labels},
                             .updates = training ? g.updates : std::vector<Update>{},
                             .finite = {g.loss},
                             .threads = options_.threads,
                             .deterministic = options_.deterministic});
  return *program;
}

// One batch; what it says of the parameters before the update.
Score Trainer::run(const Dataset& data, const ConstView& indices, bool training) {
  const std::int64_t m = indices.shape().size();
  Step& step = step_for(m, data.size());
  const StepGraph& g = step.graph;
  Program& program = program_for(step, training);
  program.run({{g.pixels, data.pixel_view()}, {g.classes, data.label_view()}, {g.indices, indices}});

  const auto labels = program.value(g.labels).as<std::int32_t>();
  const auto predictions = program.value(g.predictions).as<std::int32_t>();
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += labels[i] == predictions[i] ? 1 : 0;
  return {m, correct, program.value(g.loss).item() * static_cast<double>(m)};
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
