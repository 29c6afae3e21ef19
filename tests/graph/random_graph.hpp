// Random graphs, for what must hold of every program.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/core/random.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::testing {

// 250 nodes, float64: matrices of (rows,columns) and of what transposing and multiplying makes of these,
// their rows and columns, and scalars. Their numbers stay of the order of 1.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed, std::int64_t rows = 3, std::int64_t columns = 4);

  Tensor any() { return nodes[random.below(static_cast<std::uint32_t>(nodes.size()))]; }
  // Twelve outputs, and an update of every parameter.
  CompileOptions options();

  Graph graph;
  Random random;
  std::vector<Tensor> parameters;
  std::vector<Tensor> nodes;

 private:
  // A recent one more often than not, so that chains arise as well as values that live long.
  Tensor recent();
  Tensor grow();
  Tensor update_of(const Tensor& parameter);

  std::int64_t rows_;
  std::int64_t columns_;
};

// Each node by its own forward, into memory of its own.
std::map<NodeId, Array> values_one_by_one(const Graph& graph);

}  // namespace gradtable::testing
