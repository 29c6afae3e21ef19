#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/product.hpp"

namespace gradtable::detail {
namespace {

struct Term {
  NodeId id;
  double factor;
};

// The terms of a linear combination through all nodes that only it uses; of few nodes, since an optimizer's
// step has few.
class Terms {
 public:
  Terms(const Rewriter& rewriter, NodeId root) : rewriter_(rewriter), type_(rewriter.node(root).type) {
    expand(root, 1);
  }

  // Those of one node added up.
  const std::vector<Term>& list() const { return terms_; }
  // Whether these are all.
  bool complete() const { return complete_; }

 private:
  static constexpr int kMostNodes = 16;

  void expand(NodeId root, double factor) {
    std::vector<Term> left = {{root, factor}};
    int nodes = 0;
    for (bool first = true; !left.empty() && complete_; first = false) {
      const Term term = left.back();
      left.pop_back();
      const Node& node = rewriter_.node(term.id);
      const auto* linear = dynamic_cast<const Linear*>(node.op.get());
      const bool ours = first || (rewriter_.uses(term.id) == 1 && node.type == type_);
      if (!linear || !ours) {
        add(term);
        continue;
      }
      const std::vector<double> factors = linear->factors();
      for (std::size_t i = 0; i < factors.size(); ++i)
        left.push_back({node.inputs[i], term.factor * factors[i]});
      complete_ = ++nodes < kMostNodes;
    }
  }

  void add(const Term& term) {
    const auto same = std::ranges::find(terms_, term.id, &Term::id);
    if (same == terms_.end())
      terms_.push_back(term);
    else
      same->factor += term.factor;
  }

  const Rewriter& rewriter_;
  const TensorType& type_;
  std::vector<Term> terms_;
  bool complete_ = true;
};

// A product that nobody else uses, and one other term of the same type.
struct ProductSum {
  Term product;
  Term other;
};

std::optional<ProductSum> find_product_sum(const Rewriter& rewriter, NodeId id) {
  const Node& root = rewriter.node(id);
  if (!dynamic_cast<const Linear*>(root.op.get())) return std::nullopt;
  const Terms found(rewriter, id);
  std::vector<Term> terms = found.list();
  if (!found.complete() || terms.size() != 2) return std::nullopt;
  // BLAS does not look at what has the factor 0.
  if (!is_moderate(terms[0].factor) || !is_moderate(terms[1].factor)) return std::nullopt;
  const auto folds = [&](const Term& term) {
    return dynamic_cast<const MatMul*>(rewriter.node(term.id).op.get()) && rewriter.uses(term.id) == 1 &&
           rewriter.node(term.id).type == root.type;
  };
  if (!folds(terms[0])) std::swap(terms[0], terms[1]);
  if (!folds(terms[0]) || rewriter.node(terms[1].id).type != root.type) return std::nullopt;
  return ProductSum{terms[0], terms[1]};
}

Tensor as_gemm(const Rewriter& rewriter, const ProductSum& sum, const Location& at) {
  const auto& product = dynamic_cast<const MatMul&>(*rewriter.node(sum.product.id).op);
  const std::vector<Tensor> factors = rewriter.inputs_of(sum.product.id);
  return gemm(factors[0], factors[1], rewriter[sum.other.id],
              {.alpha = sum.product.factor,
               .beta = sum.other.factor,
               .transpose_a = product.a_transposed(),
               .transpose_b = product.b_transposed()},
              at);
}

}  // namespace

Change product_sums(const Computation& from) {
  const auto is_product = [](const Node& node) { return dynamic_cast<const MatMul*>(node.op.get()); };
  if (!any_result(*from.graph, is_product)) return {};
  Rewriter rewriter(from);
  int made_of = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const std::optional<ProductSum> sum = find_product_sum(rewriter, id);
    if (!sum) return Tensor();
    ++made_of;
    return as_gemm(rewriter, *sum, rewriter.node(id).location);
  });
  if (made_of == 0) return {};
  return {std::move(made), fmt::format("{} sums with a matrix product became one gemm", made_of)};
}

}  // namespace gradtable::detail
