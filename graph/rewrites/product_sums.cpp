#include <algorithm>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/matmul.hpp"

namespace gradtable::detail {
namespace {

// factor * node, or factor * scalar * node, where the scalar is a node, as a learning rate that changes.
struct Term {
  NodeId id;
  double factor;
  std::optional<NodeId> scalar = {};
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
      const bool ours = first || (rewriter_.uses(term.id) == 1 && node.type == type_);
      const std::vector<Term> inner = ours ? terms_of(node, term) : std::vector<Term>();
      if (inner.empty()) {
        add(term);
        continue;
      }
      left.insert(left.end(), inner.begin(), inner.end());
      complete_ = ++nodes < kMostNodes;
    }
  }

  // Those that a term's node adds up; empty where it does not.
  std::vector<Term> terms_of(const Node& node, const Term& term) const {
    std::vector<Term> inner;
    if (const auto* linear = dynamic_cast<const Linear*>(node.op.get())) {
      const std::vector<double> factors = linear->factors();
      for (std::size_t i = 0; i < factors.size(); ++i)
        inner.push_back({node.inputs[i], term.factor * factors[i], term.scalar});
    } else if (node.op && is_mul(*node.op) && !term.scalar) {
      for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        const bool scales = rewriter_.node(node.inputs[1 - i]).type.shape.rank() == 0;
        if (scales && inner.empty()) inner.push_back({node.inputs[i], term.factor, node.inputs[1 - i]});
      }
    }
    return inner;
  }

  void add(const Term& term) {
    const auto same = std::ranges::find_if(
        terms_, [&](const Term& known) { return known.id == term.id && known.scalar == term.scalar; });
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

// The factor of a product with the fewest numbers.
std::size_t smallest_factor(const Rewriter& rewriter, const Node& product) {
  const auto size = [&](std::size_t i) { return rewriter.node(product.inputs[i]).type.shape.size(); };
  return size(0) < size(1) ? 0 : 1;
}

// Whether a scalar is multiplied with the product's smallest factor at no more cost than with the product.
bool is_cheaper_in_factor(const Rewriter& rewriter, const Node& product) {
  const NodeId factor = product.inputs[smallest_factor(rewriter, product)];
  return rewriter.node(factor).type.shape.size() <= product.type.shape.size();
}

// A product that nobody else uses, and the other terms, of its type.
struct ProductSum {
  Term product;
  std::vector<Term> others;
};

bool folds(const Rewriter& rewriter, const Term& term) {
  const Node& node = rewriter.node(term.id);
  // BLAS does not look at what has the factor 0.
  return dynamic_cast<const MatMul*>(node.op.get()) && rewriter.uses(term.id) == 1 &&
         is_moderate(term.factor) && (!term.scalar || is_cheaper_in_factor(rewriter, node));
}

// Whether gemm can add the product to this multiple itself.
bool is_multiple(const Term& term) {
  return is_moderate(term.factor) && !term.scalar;
}

// `parameter`: the one that is updated to the node's value.
std::optional<ProductSum> find_product_sum(const Rewriter& rewriter, NodeId id,
                                           std::optional<NodeId> parameter) {
  const Node& root = rewriter.node(id);
  if (!dynamic_cast<const Linear*>(root.op.get())) return std::nullopt;
  const Terms found(rewriter, id);
  std::vector<Term> terms = found.list();
  const auto same_type = [&](const Term& term) { return rewriter.node(term.id).type == root.type; };
  if (!found.complete() || terms.size() < 2 || !std::ranges::all_of(terms, same_type)) return std::nullopt;
  const auto product = std::ranges::find_if(terms, [&](const Term& term) { return folds(rewriter, term); });
  if (product == terms.end()) return std::nullopt;
  std::rotate(terms.begin(), product, product + 1);
  if (terms.size() == 2 && !is_multiple(terms[1]) && folds(rewriter, terms[1])) std::swap(terms[0], terms[1]);
  ProductSum sum{terms[0], {terms.begin() + 1, terms.end()}};
  if (sum.others.size() == 1 && is_multiple(sum.others[0])) return sum;
  // The others are added up first, which is cheaper only in a parameter's memory, without a copy at the end.
  const bool in_place = parameter && std::ranges::find(sum.others, *parameter, &Term::id) != sum.others.end();
  const auto is_leaf = [&](const Term& term) { return !rewriter.node(term.id).op; };
  if (!in_place || !std::ranges::all_of(sum.others, is_leaf)) return std::nullopt;
  return sum;
}

Tensor sum_of(const Rewriter& rewriter, const std::vector<Term>& terms, const Location& at) {
  Tensor sum;
  for (const Term& term : terms) {
    Tensor x = scale(rewriter[term.id], term.factor, at);
    if (term.scalar) x = mul(x, rewriter[*term.scalar], at);
    sum = sum.empty() ? x : add(sum, x, at);
  }
  return sum;
}

Tensor as_gemm(const Rewriter& rewriter, const ProductSum& sum, const Location& at) {
  const Node& node = rewriter.node(sum.product.id);
  const auto& product = dynamic_cast<const MatMul&>(*node.op);
  std::vector<Tensor> factors = rewriter.inputs_of(sum.product.id);
  if (sum.product.scalar) {
    Tensor& factor = factors[smallest_factor(rewriter, node)];
    factor = mul(factor, rewriter[*sum.product.scalar], at);
  }
  const bool one = sum.others.size() == 1 && is_multiple(sum.others[0]);
  const Tensor c = one ? rewriter[sum.others[0].id] : sum_of(rewriter, sum.others, at);
  return gemm(factors[0], factors[1], c,
              {.alpha = sum.product.factor,
               .beta = one ? sum.others[0].factor : 1,
               .transpose_a = product.a_transposed(),
               .transpose_b = product.b_transposed()},
              at);
}

}  // namespace

Change product_sums(const Computation& from) {
  const auto is_product = [](const Node& node) { return dynamic_cast<const MatMul*>(node.op.get()); };
  if (!any_result(*from.graph, is_product)) return {};
  std::unordered_map<NodeId, NodeId> updated;  // parameters by the nodes of their new values
  for (const Update& update : from.updates) updated.emplace(update.value.id(), update.parameter.id());
  Rewriter rewriter(from);
  int made_of = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const auto parameter = updated.find(id);
    const std::optional<ProductSum> sum = find_product_sum(
        rewriter, id, parameter == updated.end() ? std::nullopt : std::optional(parameter->second));
    if (!sum) return Tensor();
    ++made_of;
    return as_gemm(rewriter, *sum, rewriter.node(id).location);
  });
  if (made_of == 0) return {};
  return {std::move(made), fmt::format("{} sums with a matrix product became one gemm", made_of)};
}

}  // namespace gradtable::detail
