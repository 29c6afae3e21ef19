#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/patterns/matmul.hpp"
#include "gradtable/ops/patterns/shaping.hpp"

namespace gradtable::detail {
namespace {

bool is_transpose(const Graph& graph, const Node& node) {
  return node.op && !node.inputs.empty() && is_matrix_transpose(*node.op, graph.node(node.inputs[0]).type);
}

// A factor as it is stored.
struct Factor {
  Tensor matrix;
  Transpose transposed;

  void transpose() { transposed = transposed == Transpose::no ? Transpose::yes : Transpose::no; }

  // Whether it was a transpose of what is stored.
  bool store() {
    bool changed = false;
    for (; is_transpose(matrix.graph(), matrix.node()); changed = true) {
      matrix = matrix.graph().tensor(matrix.node().inputs[0]);
      transpose();
    }
    return changed;
  }
};

struct Factors {
  Factor a;
  Factor b;

  Factors(const Product& product, std::span<const Tensor> inputs)
      : a{inputs[0], product.a_transposed()}, b{inputs[1], product.b_transposed()} {}

  // (A B)^T = B^T A^T
  void transpose() {
    std::swap(a, b);
    a.transpose();
    b.transpose();
  }

  bool store() {
    const bool of_a = a.store(), of_b = b.store();
    return of_a || of_b;
  }

  Tensor product(const Location& at) const {
    return matmul(a.matrix, b.matrix, a.transposed, b.transposed, at);
  }
};

// The product with its factors as they are stored, where one of them is not.
Tensor with_stored_factors(const Rewriter& rewriter, NodeId id) {
  const Node& node = rewriter.node(id);
  const auto* product = dynamic_cast<const MatMul*>(node.op.get());
  const auto* gemm_of = dynamic_cast<const Gemm*>(node.op.get());
  if (!product && !gemm_of) return {};
  const std::vector<Tensor> inputs = rewriter.inputs_of(id);
  Factors factors(static_cast<const Product&>(*node.op), inputs);
  if (!factors.store()) return {};
  if (product) return factors.product(node.location);
  return gemm(factors.a.matrix, factors.b.matrix, inputs[2],
              {.alpha = gemm_of->alpha(),
               .beta = gemm_of->beta(),
               .transpose_a = factors.a.transposed,
               .transpose_b = factors.b.transposed},
              node.location);
}

// The transpose of a product that nobody else uses, as a product.
Tensor as_product(const Rewriter& rewriter, const Graph& graph, NodeId id) {
  const Node& node = rewriter.node(id);
  if (!is_transpose(graph, node) || rewriter.uses(node.inputs[0]) != 1) return {};
  const auto* product = dynamic_cast<const MatMul*>(rewriter.node(node.inputs[0]).op.get());
  if (!product) return {};
  Factors factors(*product, rewriter.inputs_of(node.inputs[0]));
  factors.transpose();
  factors.store();
  return factors.product(node.location);
}

}  // namespace

Change transposes(const Computation& from) {
  const Graph& graph = *from.graph;
  if (!any_result(graph, [&](const Node& node) { return is_transpose(graph, node); })) return {};
  Rewriter rewriter(from);
  int folded = 0;
  Computation made = rewriter.run([&](NodeId id) {
    Tensor product = with_stored_factors(rewriter, id);
    if (product.empty()) product = as_product(rewriter, graph, id);
    if (!product.empty()) ++folded;
    return product;
  });
  if (folded == 0) return {};
  return {std::move(made), fmt::format("{} products that read matrices as they are stored", folded)};
}

}  // namespace gradtable::detail
