// Gradients compared with differences.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/report/detail/node_values.hpp"

namespace gradtable::report::detail {

struct Difference {
  NodeId target;
  std::string element;  // of the target: "[2,1]"; empty for a scalar
  double gradient;      // of this element, the largest of the gradient
  double difference;    // (z(x + h) - z(x - h)) / 2h
};

// For each entry, dz/dtarget of z, both in float64: all real nodes are copied as such, with every target a
// leaf of its own. None where an op does not take float64. `values` has those of the leaves and targets.
std::vector<Difference> central_differences(const Tensor& z, std::span<const GradTable::Entry> entries,
                                            const NodeValues& values);

}  // namespace gradtable::report::detail
