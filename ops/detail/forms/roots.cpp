#include "gradtable/ops/detail/forms/roots.hpp"

#include <cmath>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/matmul.hpp"
#include "gradtable/ops/patterns/reduction.hpp"
#include "gradtable/ops/patterns/shaping.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::detail {
namespace {

constexpr int kDepth = 6;  // how far the parts of a formula are looked into

// x = value^2
struct Root {
  Tensor value = {};
  bool is_positive = false;  // or 0
};

// The standard deviation.
Tensor root_of_variance(const Tensor& y) {
  if (!is_made_by(y, is_var) || y.shape().size() == 0) return {};
  const Tensor x = input_of(y, 0);
  const std::vector<std::int64_t> axes = joined_axes(y);
  if (axes.empty()) return {};
  const Tensor length = norm(sub(x, mean(x, axes, true)), axes);
  return scale(reshape(length, y.shape()), std::sqrt(variance_weight(*y.node().op, x.shape())));
}

// x^T x
Tensor root_of_product(const Tensor& y) {
  if (!y.node().op || !is_product(*y.node().op) || y.shape().size() != 1) return {};
  const auto source = [](Tensor x) {
    while (x.node().op && is_reshape(*x.node().op)) x = input_of(x, 0);
    return x;
  };
  const Tensor x = source(input_of(y, 0));
  return x == source(input_of(y, 1)) ? reshape(norm(x), y.shape()) : Tensor();
}

class Roots {
 public:
  explicit Roots(Constants constants) : constants_(constants) {}

  Root of(const Tensor& x, int depth) const {
    if (!x.node().op || depth == 0) return {};
    if (const Tensor u = base_of_square(x); !u.empty()) return {u};
    if (picks(x)) return of_picked(x, depth);
    if (const auto factor = factor_of(x)) {
      const Root root = *factor > 0 ? of(input_of(x, 0), depth - 1) : Root();
      return root.value.empty() ? root : Root{scale(root.value, std::sqrt(*factor)), root.is_positive};
    }
    if (is_made_by(x, is_mul) || is_made_by(x, is_div)) return of_multiple(x, depth);
    if (const auto sum = weighted_sum_of(x)) return of_sum(x, *sum, depth);
    if (const Tensor u = root_of_variance(x); !u.empty()) return {u, true};
    if (const Tensor u = root_of_product(x); !u.empty()) return {u, true};
    const std::optional<SumOfTwo> two = sum_of_two(x);
    if (!two || two->sign != 1) return {};
    const Root u = of(two->a, depth - 1), v = u.value.empty() ? u : of(two->b, depth - 1);
    if (v.value.empty()) return {};
    return {reshape(norm(pair_of(u.value, v.value, x.shape()), {0}), x.shape()), true};
  }

 private:
  Root of_picked(const Tensor& x, int depth) const {
    bool is_positive = true;
    const Tensor value = picked(x, [&](const Tensor& y) {
      const Root root = of(y, depth - 1);
      is_positive = is_positive && root.is_positive;
      return root.value;
    });
    return {value, is_positive};
  }

  // Of c y, y c and y / c.
  Root of_multiple(const Tensor& x, int depth) const {
    const Tensor a = input_of(x, 0), b = input_of(x, 1);
    if (is_made_by(x, is_mul) && constant_value(a) && !constant_value(b)) return of_multiple(x, b, a, depth);
    return constant_value(b) ? of_multiple(x, a, b, depth) : Root();
  }
  Root of_multiple(const Tensor& x, const Tensor& y, const Tensor& constant, int depth) const {
    const Tensor c = of_constant(
        constant, constants_, [](double v) { return std::sqrt(v); }, [](const Tensor& v) { return sqrt(v); });
    const Root root = c.empty() ? Root() : of(y, depth - 1);
    if (root.value.empty()) return {};
    return {is_made_by(x, is_mul) ? mul(root.value, c) : div(root.value, c), root.is_positive};
  }

  Root of_sum(const Tensor& x, const Reduced& sum, int depth) const {
    const Root root = of(sum.x, depth - 1);
    if (root.value.empty()) return {};
    const Tensor length = sum.axes.empty() ? root.value : norm(root.value, sum.axes);
    const Tensor y = reshape(length, x.shape());
    return {sum.weight == 1 ? y : scale(y, std::sqrt(sum.weight)), root.is_positive || !sum.axes.empty()};
  }

  Constants constants_;
};

}  // namespace

Tensor square_root_form(const Tensor& x, Constants constants) {
  const Root root = Roots(constants).of(x, kDepth);
  return root.value.empty() || root.is_positive ? root.value : abs(root.value);
}

}  // namespace gradtable::detail
