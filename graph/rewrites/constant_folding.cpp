#include <algorithm>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {
namespace {

// A constant may be as large as a page whatever it is made of.
constexpr std::size_t kSmall = 4096;

bool is_constant(const Tensor& tensor) {
  return tensor.node().kind == NodeKind::constant;
}

bool folds(const Node& node, std::span<const Tensor> inputs) {
  if (!node.op || inputs.empty() || node.op->may_throw() || !std::ranges::all_of(inputs, is_constant))
    return false;
  std::size_t bytes = kSmall;
  for (const Tensor& input : inputs) bytes = std::max(bytes, input.type().bytes());
  return node.type.bytes() <= bytes;
}

Array computed(const Node& node, std::span<const Tensor> inputs) {
  std::vector<ConstView> views;
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) {
    views.push_back(input.node().value->view());
    types.push_back(input.type());
  }
  Array value(node.type.dtype, node.type.shape);
  node.op->forward(views, value.view(), {0, node.op->parts(types, node.type)});
  return value;
}

}  // namespace

Change constant_folding(const Computation& from) {
  Rewriter rewriter(from);
  int folded = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    const std::vector<Tensor> inputs = rewriter.inputs_of(id);
    if (!folds(node, inputs)) return Tensor();
    ++folded;
    return inputs.front().graph().constant(computed(node, inputs), node.location);
  });
  if (folded == 0) return {};
  return {std::move(made), fmt::format("{} results of constants computed once", folded)};
}

}  // namespace gradtable::detail
