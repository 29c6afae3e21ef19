#include "gradtable/models/networks/network.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/optimizers/divergence.hpp"

namespace gradtable {
namespace {

Shape example_of(const Shape& batch) {
  if (batch.rank() == 0) throw ShapeError("network: expected a batch of examples as inputs, got a scalar");
  return Shape(std::vector(batch.extents().begin() + 1, batch.extents().end()));
}

}  // namespace

Network::Network(Graph& graph, DataSource data, Loss loss, OptimizerOptions optimizer, NetworkOptions options,
                 Location at)
    : graph_(graph),
      data_(std::move(data)),
      loss_(std::move(loss)),
      optimizer_(std::move(optimizer)),
      options_(std::move(options)),
      at_(at) {
  require_valid(optimizer_);
  require_valid(options_);
}

Network& Network::set_schedule(Schedule schedule) {
  if (std::ranges::any_of(nodes_, [](const Nodes& nodes) { return nodes.backward.has_value(); }))
    throw GraphError("network: expected the schedule before the first step, got it after");
  schedule_ = std::move(schedule);
  return *this;
}

Network& Network::append_layer(Layer layer) {
  if (network_) throw GraphError("network: expected all layers before the first numbers, got another");
  layers_.push_back(std::move(layer));
  return *this;
}

double Network::forward() {
  batch_ = data_();
  Nodes& nodes = nodes_for(*batch_);
  if (!nodes.forward) nodes.forward = compile(graph_, {.outputs = {nodes.loss}, .finite = {nodes.loss}});
  return run(nodes, *nodes.forward);
}

void Network::backward() {
  if (!batch_) throw GraphError("network: expected forward() before backward()");
  Nodes& nodes = nodes_for(*batch_);
  if (!nodes.backward) {
    const GradTable table = build_grad(nodes.loss, learned_parameters(optimizer_, network_->parameters()));
    if (schedule_ && learning_rate_.empty()) learning_rate_ = input("learning rate", {DType::float64, {}});
    std::vector<Update> updates = make_updates(optimizer_, table, learning_rate_);
    updates.insert(updates.end(), nodes.updates.begin(), nodes.updates.end());
    nodes.backward = compile(graph_, {.outputs = {nodes.loss}, .updates = updates, .finite = {nodes.loss}});
  }
  losses_.push_back(run(nodes, *nodes.backward));
}

void Network::train(int iterations) {
  for (int i = 0; i < iterations; ++i) {
    batch_ = data_();
    backward();
  }
}

Array Network::test(const ConstView& inputs) {
  return network_for(inputs).predict(inputs);
}

std::vector<Tensor> Network::parameters() const {
  return network_ ? network_->parameters() : std::vector<Tensor>{};
}

std::int64_t Network::parameter_count() const {
  return network_ ? network_->parameter_count() : 0;
}

const Sequential& Network::network_for(const ConstView& inputs) {
  if (!network_) {
    network_.emplace(graph_, example_of(inputs.shape()), layers_, options_, at_);
    step_ = input("step", {DType::int32, {}});
  }
  return *network_;
}

Network::Nodes& Network::nodes_for(const Batch& batch) {
  const auto found = std::ranges::find_if(nodes_, [&](const Nodes& nodes) {
    return nodes.inputs.type() == batch.inputs.type && nodes.labels.type() == batch.labels.type;
  });
  if (found != nodes_.end()) return *found;
  const Sequential& network = network_for(batch.inputs);
  Nodes nodes;
  nodes.inputs = input("inputs", batch.inputs.type);
  Sequential::Training training = network.training(nodes.inputs, step_);
  const Graph::Scope scope(graph_, at_);
  nodes.prediction = training.outputs;
  nodes.updates = std::move(training.updates);
  nodes.labels = input("labels", batch.labels.type);
  nodes.loss = loss_(nodes.prediction, nodes.labels).named(options_.prefix + "loss");
  return nodes_.emplace_back(std::move(nodes));
}

Tensor Network::input(const char* name, const TensorType& type) {
  return graph_.input(graph_.free_name(options_.prefix + name), type.shape, type.dtype, at_);
}

double Network::run(Nodes& nodes, Program& program) {
  const auto step = static_cast<std::int32_t>(losses_.size());
  const double rate = schedule_ ? schedule_(step) : 0;
  std::vector<Feed> feeds = {{nodes.inputs, batch_->inputs},
                             {nodes.labels, batch_->labels},
                             {step_, ConstView(std::span(&step, 1), {})}};
  if (!learning_rate_.empty()) feeds.push_back({learning_rate_, ConstView(std::span(&rate, 1), {})});
  try {
    program.run(feeds);
  } catch (const NotFiniteError& error) {
    throw NotFiniteError(fmt::format("network: step {}: {}", step + 1, diverged(error, optimizer_, step > 0)),
                         error.found, error.first);
  }
  return program.value(nodes.loss).item();
}

}  // namespace gradtable
