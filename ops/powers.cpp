#include "gradtable/ops/powers.hpp"

#include <cmath>
#include <limits>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/constants.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Sqrt final : public detail::Unary<Sqrt> {
 public:
  std::string_view name() const override { return "sqrt"; }
  static constexpr double kFlops = 4;
  template <class T>
  static T formula(T x) {
    return std::sqrt(x);
  }
  // dy/dx = 1 / (2 y)
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return div(gradient, scale(output, 2));
  }
};

class Reciprocal final : public detail::Unary<Reciprocal> {
 public:
  std::string_view name() const override { return "reciprocal"; }
  template <class T>
  static T formula(T x) {
    return T{1} / x;
  }
  // dy/dx = -1 / x^2 = -y^2
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return neg(mul(gradient, square(output)));
  }
};

// x^c for a number c.
class Power final : public detail::Unary<Power> {
 public:
  explicit Power(double exponent) : exponent_(exponent) {}
  std::string_view name() const override { return "pow"; }
  std::vector<Attribute> attributes() const override { return {{"exponent", exponent_}}; }
  double exponent() const { return exponent_; }
  static constexpr double kFlops = 30;
  template <class T>
  T formula(T x) const {
    return detail::pow(x, static_cast<T>(exponent_));
  }
  // x^1, x^2, x^-1
  Tensor simplified(Inputs inputs) const override {
    if (exponent_ == 1) return inputs[0];
    if (exponent_ == 2) return square(inputs[0]);
    return exponent_ == -1 ? reciprocal(inputs[0]) : Tensor();
  }
  // dy/dx = c x^(c-1), which is 0 for c = 0, also at x = 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    if (exponent_ == 0) return zeros_like(inputs[0]);
    if (exponent_ == 1) return gradient;
    return mul(gradient, scale(pow(inputs[0], exponent_ - 1), exponent_));
  }

 private:
  double exponent_;
};

// a, but 1 where b = 0 and 1/a may not be finite: numbers whose powers can be multiplied by b.
Tensor base_beside(const Tensor& a, const Tensor& b) {
  const double least = dispatch_floating(
      a.dtype(), []<class T>() { return static_cast<double>(std::numeric_limits<T>::min()); });
  return where(equal(b, 0), where(greater_equal(abs(a), least), a, 1), a);
}

class Pow final : public detail::Binary<Pow> {
 public:
  std::string_view name() const override { return "pow"; }
  static constexpr double kFlops = 30;
  template <class T>
  static T formula(T a, T b) {
    return detail::pow(a, b);
  }
  // a^number
  Tensor simplified(Inputs inputs) const override {
    const auto exponent = detail::constant_value(inputs[1]);
    const bool fits = exponent && broadcasts_to(inputs[1].shape(), inputs[0].shape());
    return fits ? pow(inputs[0], *exponent) : Tensor();
  }
  // dc/da = b a^(b-1), and 0 where b = 0; dc/db = c ln a, and 0 where c = 0, as at a = 0 for b > 0. The
  // exceptions are made of the operands, since derivatives of 0 times infinity would be NaN behind a where.
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t wrt) const override {
    const Tensor &a = inputs[0], &b = inputs[1];
    if (wrt == 0) return mul(gradient, mul(b, pow(base_beside(a, b), b - 1)));
    return mul(gradient, mul(output, log(where(equal(output, 0), 1, a))));
  }
};

}  // namespace

std::optional<double> detail::exponent_of(const Op& op) {
  if (is_square(op)) return 2;
  if (dynamic_cast<const Sqrt*>(&op)) return 0.5;
  if (dynamic_cast<const Reciprocal*>(&op)) return -1;
  const auto* power = dynamic_cast<const Power*>(&op);
  return power ? std::optional(power->exponent()) : std::nullopt;
}

Tensor sqrt(const Tensor& x, Location at) {
  return apply<Sqrt>({x}, at);
}

Tensor reciprocal(const Tensor& x, Location at) {
  return apply<Reciprocal>({x}, at);
}

Tensor pow(const Tensor& x, double exponent, Location at) {
  return apply(std::make_shared<const Power>(exponent), {x}, at);
}

Tensor pow(const Tensor& a, const Tensor& b, Location at) {
  return apply<Pow>({a, b}, at);
}

}  // namespace gradtable
