#include "gradtable/graph/detail/products.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/ancestors.hpp"

namespace gradtable::detail {
namespace {

void require_filled(std::string_view where, std::string_view what, const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    if (tensor.empty())
      throw GradientError(fmt::format("{}: expected tensors as {}, got an empty one", where, what));
  }
}

std::string place(const Tensor& tensor) {
  return fmt::format("[{}]", to_string(tensor.node().location));
}

}  // namespace

void require_scalar(std::string_view where, const Tensor& z) {
  if (z.empty()) throw GradientError(fmt::format("{}: expected a real scalar z, got an empty tensor", where));
  if (!is_floating(z.dtype()) || z.shape().rank() != 0)
    throw GradientError(
        fmt::format("{}: expected a real scalar z, got {} of {}; reduce it by sum or mean  {}", where,
                    z.label(), to_string(z.type()), place(z)));
}

void require_real(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  for (const auto& [what, tensors] : {std::pair("ys", &ys), std::pair("xs", &xs)}) {
    if (tensors->empty())
      throw GradientError(fmt::format("{}: expected at least one tensor as {}, got none", where, what));
    require_filled(where, what, *tensors);
    for (const Tensor& tensor : *tensors) {
      if (&tensor.graph() != &ys.front().graph())
        throw GradientError(fmt::format("{}: expected {} of one graph, got {} of another graph", where, what,
                                        tensor.label()));
      if (!is_floating(tensor.dtype()))
        throw GradientError(fmt::format("{}: expected real {}, got {} of {}  {}", where, what, tensor.label(),
                                        to_string(tensor.type()), place(tensor)));
    }
  }
}

void require_vectors(std::string_view where, std::string_view what, const std::vector<Tensor>& tensors,
                     const std::vector<Tensor>& vectors) {
  if (vectors.size() != tensors.size())
    throw ShapeError(fmt::format("{}: expected as many {} as tensors, {}, got {}", where, what,
                                 tensors.size(), vectors.size()));
  require_filled(where, what, vectors);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (&vectors[i].graph() != &tensors[i].graph())
      throw GradientError(fmt::format("{}: expected {} in the graph of {}, got {} of another graph", where,
                                      what, tensors[i].label(), vectors[i].label()));
    if (vectors[i].type() != tensors[i].type())
      throw ShapeError(fmt::format("{}: expected {} of the type of {}, {}, got {}", where, what,
                                   tensors[i].label(), to_string(tensors[i].type()),
                                   to_string(vectors[i].type())));
  }
}

void require_paths(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  std::vector<bool> is_used(xs.size());
  const Tensor* alone = nullptr;  // the first y that depends on no x
  std::vector<NodeId> ids;
  for (const Tensor& y : ys) {
    const std::array<NodeId, 1> last{ids.emplace_back(y.id())};
    const std::vector<NodeId> made_of = differentiable_ancestors(y.graph(), last);
    bool depends = false;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (!std::ranges::binary_search(made_of, xs[i].id())) continue;
      is_used[i] = depends = true;
    }
    if (!depends && !alone) alone = &y;
  }
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!is_used[i])
      throw GradientError(fmt::format("{}: expected {} to depend on the target {}, got {}  {}", where,
                                      ys.size() == 1 ? ys[0].label() : "an output", xs[i].label(),
                                      missing_path(xs[i].graph(), ids, xs[i].id()), place(xs[i])));
  }
  if (alone)
    throw GradientError(fmt::format("{}: expected {} to depend on a target, got no path between them  {}",
                                    where, alone->label(), place(*alone)));
}

std::string missing_path(const Graph& graph, std::span<const NodeId> ys, NodeId x) {
  const std::vector<NodeId> made_of = ancestors(graph, ys);
  NodeMap<bool> reached(graph.size());
  reached[x] = true;
  for (const NodeId id : made_of) {
    const Node& node = graph.node(id);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!reached[node.inputs[i]]) continue;
      if (passes_gradient(graph, node, i)) {
        reached[id] = true;
        continue;
      }
      const bool real = is_floating(node.type.dtype);
      return fmt::format("no path between them but through {}, which derivatives take as constant{} [{}]",
                         node.op->name(), real ? "" : ", as all integers", to_string(node.location));
    }
  }
  return "no path between them";
}

std::vector<Tensor> free_cotangents(const std::vector<Tensor>& ys) {
  std::vector<Tensor> us;
  for (const Tensor& y : ys) {
    Graph& graph = y.graph();
    const Graph::Scope scope(graph, Phase::gradient, y.id());
    const std::string name = graph.free_name(fmt::format("cotangent of {}", y.label()));
    us.push_back(graph.input(name, y.shape(), y.dtype()));
  }
  return us;
}

}  // namespace gradtable::detail
