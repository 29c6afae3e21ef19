#include "gradtable/models/networks/network.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/models/optimizers/sgd.hpp"

namespace gradtable {

Network::Network(Graph& graph, DataSource data, Loss loss, NetworkOptions options, Location at)
    : graph_(graph), data_(std::move(data)), loss_(std::move(loss)), options_(std::move(options)), at_(at) {
  require_learning_rate(options_.learning_rate);
  if (!is_floating(options_.dtype))
    throw ConfigError(fmt::format("network: expected float32 or float64, got {}", to_string(options_.dtype)));
  find_initializer(options_.initializer);
}

Network& Network::append_layer(Layer layer, Location at) {
  if (!nodes_.empty()) throw GraphError("network: expected all layers before the first numbers, got another");
  stages_.push_back({std::move(layer), at});
  return *this;
}

double Network::forward() {
  batch_ = data_();
  Nodes& nodes = nodes_for(batch_->inputs, &batch_->labels);
  if (!nodes.forward) nodes.forward = compile(graph_, {.outputs = {nodes.loss}, .finite = {nodes.loss}});
  return run(nodes, *nodes.forward);
}

void Network::backward() {
  if (!batch_) throw GraphError("network: expected forward() before backward()");
  Nodes& nodes = nodes_for(batch_->inputs, &batch_->labels);
  if (!nodes.backward) {
    const GradTable table = build_grad(nodes.loss, learned_);
    std::vector<Update> updates = sgd(table, options_.learning_rate);
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
  Nodes& nodes = nodes_for(inputs, nullptr);
  if (!nodes.test) nodes.test = compile(graph_, {.outputs = {nodes.prediction}});
  return std::move(nodes.test->infer({{nodes.inputs, inputs}}).front());
}

std::int64_t Network::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : learned_) count += parameter.shape().size();
  return count;
}

// For training with labels, for use without.
Network::Nodes& Network::nodes_for(const ConstView& inputs, const ConstView* labels) {
  const auto found = std::ranges::find_if(nodes_, [&](const Nodes& nodes) {
    return nodes.inputs.type() == inputs.type && nodes.labels.empty() == !labels &&
           (!labels || nodes.labels.type() == labels->type);
  });
  if (found != nodes_.end()) return *found;
  const auto input = [&](const char* name, const TensorType& type) {
    return graph_.input(graph_.free_name(options_.prefix + name), type.shape, type.dtype, at_);
  };
  Nodes nodes;
  nodes.inputs = input("inputs", inputs.type);
  LayerBuilder build(graph_, options_, parameters_by_name_, labels != nullptr);
  nodes.prediction = through_layers(build, nodes.inputs);
  if (labels) {
    const Graph::Scope scope(graph_, at_);
    nodes.labels = input("labels", labels->type);
    nodes.loss = loss_(nodes.prediction, nodes.labels).named(options_.prefix + "loss");
  }
  nodes.step = build.step_input();
  nodes.updates = build.updates();
  learned_ = build.learned();
  return nodes_.emplace_back(std::move(nodes));
}

Tensor Network::through_layers(LayerBuilder& build, Tensor x) const {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Graph::Scope scope(graph_, stages_[i].at);
    build.begin(i + 1);
    x = stages_[i].layer(build, x);
  }
  return x;
}

double Network::run(Nodes& nodes, Program& program) {
  const auto step = static_cast<std::int32_t>(losses_.size());
  std::vector<Feed> feeds = {{nodes.inputs, batch_->inputs}, {nodes.labels, batch_->labels}};
  if (!nodes.step.empty()) feeds.push_back({nodes.step, ConstView(std::span(&step, 1), {})});
  program.run(feeds);
  return program.value(nodes.loss).item();
}

}  // namespace gradtable
