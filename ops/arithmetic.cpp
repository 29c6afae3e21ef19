#include "gradtable/ops/arithmetic.hpp"

#include <cmath>

#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/operand.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// Whether inputs[wrt] has the value in all elements, and the other input the shape of the result, which the
// operation then leaves as it is.
bool is_neutral(Inputs inputs, std::size_t wrt, double value) {
  const Tensor& other = inputs[1 - wrt];
  return detail::constant_value(inputs[wrt]) == value && broadcasts_to(inputs[wrt].shape(), other.shape());
}

// factor * x, if that has the shape of the result.
Tensor scaled(const Tensor& x, std::optional<double> factor, const Tensor& other) {
  return factor && broadcasts_to(other.shape(), x.shape()) ? scale(x, *factor) : Tensor();
}

// 1 / c where this has no rounding, in float32 too.
std::optional<double> exact_inverse(std::optional<double> c) {
  int exponent = 0;
  if (!c || std::abs(std::frexp(*c, &exponent)) != 0.5 || std::abs(exponent) > 120) return {};
  return 1 / *c;
}

class Add final : public detail::Binary<Add>, public detail::Linear {
 public:
  std::string_view name() const override { return "add"; }
  template <class T>
  static T formula(T a, T b) {
    return a + b;
  }
  std::vector<double> factors() const override { return {1, 1}; }
  // a + 0, 0 + b
  Tensor simplified(Inputs inputs) const override {
    if (is_neutral(inputs, 1, 0)) return inputs[0];
    return is_neutral(inputs, 0, 0) ? inputs[1] : Tensor();
  }
  // dc/da = 1, dc/db = 1
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override { return gradient; }
};

class Sub final : public detail::Binary<Sub>, public detail::Linear {
 public:
  std::string_view name() const override { return "sub"; }
  template <class T>
  static T formula(T a, T b) {
    return a - b;
  }
  std::vector<double> factors() const override { return {1, -1}; }
  // a - 0, 0 - b
  Tensor simplified(Inputs inputs) const override {
    if (is_neutral(inputs, 1, 0)) return inputs[0];
    return is_neutral(inputs, 0, 0) ? neg(inputs[1]) : Tensor();
  }
  // dc/da = 1, dc/db = -1
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return wrt == 0 ? gradient : neg(gradient);
  }
};

class Mul final : public detail::Binary<Mul> {
 public:
  std::string_view name() const override { return "mul"; }
  template <class T>
  static T formula(T a, T b) {
    return a * b;
  }
  // a * 1, 1 * b, a * number, number * b
  Tensor simplified(Inputs inputs) const override {
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      if (is_neutral(inputs, 1 - i, 1)) return inputs[i];
      const Tensor product = scaled(inputs[i], detail::constant_value(inputs[1 - i]), inputs[1 - i]);
      if (!product.empty()) return product;
    }
    return {};
  }
  // dc/da = b, dc/db = a
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return mul(gradient, inputs[1 - wrt]);
  }
};

class Div final : public detail::Binary<Div> {
 public:
  std::string_view name() const override { return "div"; }
  template <class T>
  static T formula(T a, T b) {
    return a / b;
  }
  // a / 1, a / 2^n
  Tensor simplified(Inputs inputs) const override {
    if (is_neutral(inputs, 1, 1)) return inputs[0];
    return scaled(inputs[0], exact_inverse(detail::constant_value(inputs[1])), inputs[1]);
  }
  // dc/da = 1 / b, dc/db = -a / b^2 = -c / b
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t wrt) const override {
    if (wrt == 0) return div(gradient, inputs[1]);
    return neg(div(mul(gradient, output), inputs[1]));
  }
};

}  // namespace

bool detail::is_sub(const Op& op) {
  return dynamic_cast<const Sub*>(&op) != nullptr;
}

bool detail::is_mul(const Op& op) {
  return dynamic_cast<const Mul*>(&op) != nullptr;
}

bool detail::is_div(const Op& op) {
  return dynamic_cast<const Div*>(&op) != nullptr;
}

Tensor add(const Tensor& a, const Tensor& b, Location at) {
  return apply<Add>({a, b}, at);
}

Tensor sub(const Tensor& a, const Tensor& b, Location at) {
  return apply<Sub>({a, b}, at);
}

Tensor mul(const Tensor& a, const Tensor& b, Location at) {
  return apply<Mul>({a, b}, at);
}

Tensor div(const Tensor& a, const Tensor& b, Location at) {
  return apply<Div>({a, b}, at);
}

Tensor operator+(const Operand& a, const Operand& b) {
  return add(detail::tensor_of("add", a, b), detail::tensor_of("add", b, a), a.at);
}

Tensor operator-(const Operand& a, const Operand& b) {
  return sub(detail::tensor_of("sub", a, b), detail::tensor_of("sub", b, a), a.at);
}

Tensor operator*(const Operand& a, const Operand& b) {
  if (a.number && !b.number) return scale(b.value, *a.number, b.at);
  if (b.number && !a.number) return scale(a.value, *b.number, a.at);
  return mul(detail::tensor_of("mul", a, b), detail::tensor_of("mul", b, a), a.at);
}

Tensor operator/(const Operand& a, const Operand& b) {
  return div(detail::tensor_of("div", a, b), detail::tensor_of("div", b, a), a.at);
}

Tensor operator-(const Operand& a) {
  return neg(a.value, a.at);
}

}  // namespace gradtable
