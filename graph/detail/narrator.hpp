// Tells the observer of build_grad which line of the algorithm it has done.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/gradient_events.hpp"

namespace gradtable::detail {

// V as one of the inputs of C.
struct Use {
  const Tensor& v;
  const Tensor& c;
  std::size_t input;
};

// Without an observer no event is made. A line is told when it is done, with the nodes inserted since the
// line before.
class Narrator {
 public:
  Narrator(Graph& graph, const GradientObserver& observer)
      : graph_(graph), observer_(observer), next_node_(static_cast<NodeId>(graph.size())) {}

  void start(std::span<const NodeId> ys);
  // Which nodes up to the last of the `ys` are not among those `kept`.
  void prune(std::span<const NodeId> ys, const NodeMap<bool>& kept);
  void form(const Tensor& c, const Tensor& form);
  void seed(const Tensor& y, const Tensor& gradient);
  void variable(const Tensor& v);
  // And the op of C, and its entry D.
  void consumer(const Use& use, const Tensor& d);
  void bprop(const Use& use, const Tensor& d, const Tensor& part);
  // What became of the part that op.bprop gave: the same, its sum, or zeros in places.
  void fitted(const Use& use, const Tensor& part, const Tensor& result);
  void add(const Tensor& v, const Tensor& term, const Tensor& sum);
  void entry(const Tensor& v, const Tensor& gradient);
  void end(const std::vector<Tensor>& targets);

 private:
  template <class Make>
  void tell(const Make& event);

  Graph& graph_;
  const GradientObserver& observer_;
  NodeId next_node_;
};

}  // namespace gradtable::detail
