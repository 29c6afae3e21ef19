#include "tests/graph/random_graph.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::testing {

RandomGraph::RandomGraph(std::uint64_t seed, std::int64_t rows, std::int64_t columns)
    : random(seed), rows_(rows), columns_(columns) {
  for (int i = 0; i < 4; ++i) {
    Array value(DType::float64, {rows, columns});
    for (double& v : value.as<double>()) v = random.uniform(-1, 1);
    parameters.push_back(graph.parameter(fmt::format("p{}", i), std::move(value)));
  }
  nodes = parameters;
  nodes.push_back(graph.constant(0.75, DType::float64));
  while (nodes.size() < 250) nodes.push_back(grow());
}

CompileOptions RandomGraph::options() {
  CompileOptions options;
  for (int i = 0; i < 12; ++i) options.outputs.push_back(any());
  for (const Tensor& parameter : parameters) options.updates.push_back({parameter, update_of(parameter)});
  return options;
}

// Half of the new values are made of the old, as those of an optimizer.
Tensor RandomGraph::update_of(const Tensor& parameter) {
  const Tensor from = any(), other = any();
  const Tensor value = from.type() == parameter.type() ? from : other;
  if (value.type() == parameter.type() && random.below(2) == 0) return value;
  if (random.below(2) == 0) return parameter - scale(tanh(parameter), 0.5);
  const Tensor rows = sigmoid(matmul(parameter, parameter, Transpose::no, Transpose::yes));
  return parameter -
         scale(matmul(rows, parameter), 0.5 / static_cast<double>(std::max<std::int64_t>(rows_, 1)));
}

Tensor RandomGraph::recent() {
  const auto count = static_cast<std::uint32_t>(nodes.size());
  return random.below(3) == 0 ? any() : nodes[count - 1 - random.below(std::min(count, 5U))];
}

Tensor RandomGraph::grow() {
  const Tensor a = recent(), b = random.below(4) == 0 ? a : any();
  switch (random.below(9)) {
    case 0:
      return tanh(a);
    case 1:
      return sigmoid(a);
    case 2:
      return relu(scale(a, random.uniform(-2, 2)));
    case 3:
      if (a.shape().rank() == 0) return neg(a);
      return a.shape()[0] > 0 ? mean(a, {0}) : sum(a, {0});
    case 4:
      if (a.shape().rank() == 2) return transpose(a);
      return broadcast_to(a, a.shape().rank() == 1 ? Shape{rows_, a.shape()[0]} : Shape{columns_});
    case 5:
      return a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[0]
                 ? scale(matmul(a, b), 1 / static_cast<double>(std::max<std::int64_t>(b.shape()[0], 1)))
                 : square(tanh(a));
    default:
      if (!broadcast_shapes(a.shape(), b.shape())) return tanh(sum(a));
      if (random.below(4) == 0) return where(greater(a, b), tanh(a - b), 0);
      return random.below(2) == 0 ? tanh(a - b) : mul(a, sigmoid(b));
  }
}

std::map<NodeId, Array> values_one_by_one(const Graph& graph) {
  std::map<NodeId, Array> values;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id) {
    const Node& node = graph.node(id);
    if (node.value) {
      values.emplace(id, *node.value);
      continue;
    }
    std::vector<ConstView> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(values.at(input).view());
    values.emplace(id, compute(*node.op, inputs));
  }
  return values;
}

}  // namespace gradtable::testing
