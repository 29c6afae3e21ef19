#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/patterns/shaping.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::detail {
namespace {

using Query = bool (*)(const Op&);

// factor times a node.
struct Multiple {
  NodeId id;
  double factor;
};

// factor times the sum of all y_ij log_softmax(x)_ij.
struct Loss {
  NodeId product;
  NodeId x;
  Multiple y;
};

// factor times share times (y - softmax(x) sum_j y_j), row by row; the share is a single number, or none.
struct LossGradient {
  NodeId probabilities;
  Multiple y;
  NodeId share = -1;
};

// Old nodes as formulas.
class Formulas {
 public:
  explicit Formulas(const Rewriter& rewriter, Graph& graph) : rewriter_(rewriter), graph_(graph) {}

  bool is(NodeId id, Query query) const {
    const Node& node = rewriter_.node(id);
    return node.op && query(*node.op);
  }
  NodeId input(NodeId id, std::size_t i) const { return rewriter_.node(id).inputs[i]; }
  const TensorType& type(NodeId id) const { return rewriter_.node(id).type; }

  std::optional<Loss> loss(NodeId id) const;
  std::optional<LossGradient> loss_gradient(NodeId id) const;

 private:
  static constexpr int kMostNodes = 16;  // a loss has few

  std::optional<Multiple> multiple(NodeId id) const;
  Multiple without_factors(NodeId id) const;
  std::optional<Multiple> summed(NodeId id) const;
  bool sums_rows(NodeId id) const;
  std::optional<NodeId> gradient_of_log_softmax(NodeId id, NodeId& probabilities) const;
  bool take_share(LossGradient& gradient) const;
  NodeId broadcast_number(NodeId id) const;

  const Rewriter& rewriter_;
  Graph& graph_;
};

// The node as a multiple of an input of its own type: -x, c x, x c, x / c.
std::optional<Multiple> Formulas::multiple(NodeId id) const {
  const Node& node = rewriter_.node(id);
  if (!node.op) return std::nullopt;
  if (const auto* linear = dynamic_cast<const Linear*>(node.op.get()))
    return node.inputs.size() == 1 ? std::optional(Multiple{node.inputs[0], linear->factors()[0]})
                                   : std::nullopt;
  const bool quotient = is_div(*node.op);
  if (!quotient && !is_mul(*node.op)) return std::nullopt;
  for (const std::size_t i : {std::size_t{1}, std::size_t{0}}) {
    const std::optional<double> number = constant_value(graph_.tensor(node.inputs[i]));
    const double factor = quotient ? 1 / number.value_or(0) : number.value_or(0);
    const NodeId other = node.inputs[1 - i];
    if (number && std::isnormal(factor) && type(other) == node.type) return Multiple{other, factor};
    if (quotient) break;
  }
  return std::nullopt;
}

Multiple Formulas::without_factors(NodeId id) const {
  Multiple found{id, 1};
  for (int i = 0; i < kMostNodes; ++i) {
    const std::optional<Multiple> inner = multiple(found.id);
    if (!inner) break;
    found = {inner->id, found.factor * inner->factor};
  }
  return found;
}

// The node as a multiple of its input, perhaps summed over some axes.
std::optional<Multiple> Formulas::summed(NodeId id) const {
  const Node& node = rewriter_.node(id);
  if (!node.op) return std::nullopt;
  if (is_reshape(*node.op)) return Multiple{node.inputs[0], 1};
  if (const auto* reduction = dynamic_cast<const WeightedSum*>(node.op.get()))
    return Multiple{node.inputs[0], reduction->weight(type(node.inputs[0]).shape)};
  return multiple(id);
}

std::optional<Loss> Formulas::loss(NodeId id) const {
  if (type(id).shape.size() != 1) return std::nullopt;
  Multiple sum{id, 1};
  for (int i = 0; i < kMostNodes; ++i) {
    const std::optional<Multiple> inner = summed(sum.id);
    if (!inner) break;
    if (rewriter_.uses(inner->id) != 1) return std::nullopt;
    sum = {inner->id, sum.factor * inner->factor};
  }
  const Shape& shape = type(sum.id).shape;
  if (sum.id == id || !is(sum.id, is_mul) || shape.rank() != 2 || shape.size() == 0) return std::nullopt;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const Multiple logarithms = without_factors(input(sum.id, i));
    Multiple y = without_factors(input(sum.id, 1 - i));
    if (!is(logarithms.id, is_log_softmax) || rewriter_.uses(logarithms.id) != 1) continue;
    if (type(y.id) != type(sum.id) || type(logarithms.id) != type(sum.id)) continue;
    y.factor *= sum.factor * logarithms.factor;
    return Loss{sum.id, input(logarithms.id, 0), y};
  }
  return std::nullopt;
}

// Whether the node is its input summed over the last axis, which stays with an extent of 1.
bool Formulas::sums_rows(NodeId id) const {
  const auto* reduction = dynamic_cast<const WeightedSum*>(rewriter_.node(id).op.get());
  if (!reduction) return false;
  const Shape &from = type(input(id, 0)).shape, &to = type(id).shape;
  if (from.rank() == 0 || to.rank() != from.rank() || reduction->weight(from) != 1) return false;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (to[axis] != (axis + 1 == from.rank() ? 1 : from[axis])) return false;
  }
  return true;
}

// What bprop of log_softmax gives: Z - p sum_j Z_j.
std::optional<NodeId> Formulas::gradient_of_log_softmax(NodeId id, NodeId& probabilities) const {
  if (!is(id, is_sub) || !is(input(id, 1), is_mul)) return std::nullopt;
  const NodeId z = input(id, 0), product = input(id, 1);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const NodeId p = input(product, i), sum = input(product, 1 - i);
    if (!is(p, is_softmax) || !sums_rows(sum) || input(sum, 0) != z || type(z) != type(p)) continue;
    probabilities = p;
    return z;
  }
  return std::nullopt;
}

// The single number that the node repeats; -1 if it is something else.
NodeId Formulas::broadcast_number(NodeId id) const {
  for (int i = 0; i < kMostNodes && type(id).shape.size() != 1; ++i) {
    if (!is(id, is_broadcast)) return -1;
    id = input(id, 0);
  }
  return type(id).shape.size() == 1 ? id : -1;
}

// Takes a number out of y = y' * number.
bool Formulas::take_share(LossGradient& gradient) const {
  const NodeId y = gradient.y.id;
  if (gradient.share >= 0 || !is(y, is_mul)) return false;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const NodeId number = broadcast_number(input(y, i)), other = input(y, 1 - i);
    if (number < 0 || type(other) != type(y)) continue;
    gradient.share = number;
    const Multiple inner = without_factors(other);
    gradient.y = {inner.id, gradient.y.factor * inner.factor};
    return true;
  }
  return false;
}

std::optional<LossGradient> Formulas::loss_gradient(NodeId id) const {
  LossGradient gradient{};
  const std::optional<NodeId> z = gradient_of_log_softmax(id, gradient.probabilities);
  if (!z) return std::nullopt;
  gradient.y = without_factors(*z);
  take_share(gradient);
  const bool cheaper = gradient.y.id != *z || is(gradient.y.id, is_one_hot);
  return cheaper ? std::optional(gradient) : std::nullopt;
}

Tensor times(const Tensor& x, double factor, const Location& at) {
  return factor == 1 ? x : scale(x, factor, at);
}

// 1 where only the rounding of the factors keeps it from 1.
double rounded(double factor) {
  return std::abs(factor - 1) < 8 * std::numeric_limits<double>::epsilon() ? 1 : factor;
}

Tensor as_op(const Rewriter& rewriter, const Formulas& formulas, const Loss& loss, const Node& like) {
  const bool indices = formulas.is(loss.y.id, is_one_hot);
  const Tensor y = rewriter[indices ? formulas.input(loss.y.id, 0) : loss.y.id];
  const Tensor mean = softmax_cross_entropy(rewriter[loss.x], y, {}, like.location);
  const auto rows = static_cast<double>(rewriter.node(loss.x).type.shape[0]);
  return reshape(times(mean, rounded(-loss.y.factor * rows), like.location), like.type.shape, like.location);
}

Tensor as_difference(const Rewriter& rewriter, const Formulas& formulas, const LossGradient& gradient,
                     const Location& at) {
  const Tensor p = rewriter[gradient.probabilities], y = rewriter[gradient.y.id];
  Tensor expected = p;
  if (!formulas.is(gradient.y.id, is_one_hot)) expected = mul(p, sum(y, {-1}, true, at), at);
  const bool negative = gradient.y.factor < 0;
  Tensor made = negative ? sub(expected, y, at) : sub(y, expected, at);
  made = times(made, std::abs(gradient.y.factor), at);
  if (gradient.share < 0) return made;
  return mul(made, reshape(rewriter[gradient.share], {}, at), at);
}

bool makes_probabilities(const Node& node) {
  return is_softmax(*node.op) || is_log_softmax(*node.op);
}

}  // namespace

Change softmax_cross_entropy_parts(const Computation& from) {
  if (!any_result(*from.graph, makes_probabilities)) return {};
  Rewriter rewriter(from);
  const Formulas formulas(rewriter, *from.graph);
  std::unordered_set<NodeId> losses;  // by their products, since each node from there to the root is replaced
  int gradients = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    if (const std::optional<Loss> loss = formulas.loss(id)) {
      losses.insert(loss->product);
      return as_op(rewriter, formulas, *loss, node);
    }
    if (const std::optional<LossGradient> gradient = formulas.loss_gradient(id)) {
      ++gradients;
      return as_difference(rewriter, formulas, *gradient, node.location);
    }
    return Tensor();
  });
  if (losses.empty() && gradients == 0) return {};
  return {std::move(made),
          fmt::format("{} losses and {} gradients from their parts", losses.size(), gradients)};
}

}  // namespace gradtable::detail
