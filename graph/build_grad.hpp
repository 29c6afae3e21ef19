// General back-propagation: Goodfellow et al., section 6.5.6, algorithms 6.5 and 6.6.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/gradient_events.hpp"

namespace gradtable {

// The gradients of one scalar z, as nodes: table[X] is dz/dX, of X's shape and type.
class GradTable {
 public:
  struct Entry {
    Tensor target;
    Tensor gradient;
  };

  explicit GradTable(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // Throws GradientError when the tensor is not among the targets.
  Tensor operator[](const Tensor& target) const;
  // The targets with their gradients, in the order in which they were asked for.
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
};

// What to do with a target that z does not depend on.
enum class Unreached : bool { error, zeros };

struct BuildGradOptions {
  Unreached unreached = Unreached::error;
  // Is told each line of the algorithm (gradient_events.hpp); what it throws ends build_grad. None: nothing
  // is made for it.
  GradientObserver observer = {};
};

// Adds the gradients of z with respect to the targets to the graph. They are nodes like others: they can be
// evaluated, drawn and differentiated again. Only nodes between the targets and z take part. Integers, and
// nodes made of integers alone, count as constants.
// A target is a node. An expression that is written twice is one node (h1 = tanh(x), h2 = tanh(x)), so its
// gradient counts both; constants are nodes of their own. A gradient shares no node made outside, unless an
// op's bprop names it, as an input or as its output. If one target is made of another, each is varied alone.
// In gradients of gradients this holds if all of them are targets each time
// (docs/decisions/equal-nodes.md).
// Throws GradientError when z is not a real scalar, z does not depend on a target, or an op on the way has no
// derivative.
GradTable build_grad(const Tensor& z, const std::vector<Tensor>& targets,
                     const BuildGradOptions& options = {});

// The same for a z that need not be in the graph. known[Y] = dz/dY, of Y's type, for some tensors Y on which
// z depends: the table begins with them. With known = {{z, 1}} it is the function above; with
// any numbers, a vector-Jacobian product (derivatives.hpp). A Y that is listed twice counts twice.
// Throws ShapeError when a gradient is not of its Y's type.
GradTable build_grad(const GradTable& known, const std::vector<Tensor>& targets,
                     const BuildGradOptions& options = {});

}  // namespace gradtable
