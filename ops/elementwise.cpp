#include "gradtable/ops/elementwise.hpp"

#include <cmath>
#include <numbers>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/patterns/arithmetic.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/linear.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Neg final : public detail::Unary<Neg>, public detail::Linear {
 public:
  std::string_view name() const override { return "neg"; }
  template <class T>
  static T formula(T x) {
    return -x;
  }
  std::vector<double> factors() const override { return {-1}; }
  // -(-x)
  Tensor simplified(Inputs inputs) const override { return detail::argument_of<Neg>(inputs[0]); }
  // dy/dx = -1
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return neg(gradient);
  }
};

class Scale final : public detail::Unary<Scale>, public detail::Linear {
 public:
  explicit Scale(double factor) : factor_(factor) {}
  std::string_view name() const override { return "scale"; }
  std::vector<Attribute> attributes() const override { return {{"factor", factor_}}; }
  template <class T>
  T formula(T x) const {
    return static_cast<T>(factor_) * x;
  }
  std::vector<double> factors() const override { return {factor_}; }
  // 1 x, -1 x, c (-x), c (d x)
  Tensor simplified(Inputs inputs) const override {
    if (factor_ == 1) return inputs[0];
    if (factor_ == -1) return neg(inputs[0]);
    const Tensor negated = detail::argument_of<Neg>(inputs[0]);
    if (!negated.empty()) return scale(negated, -factor_);
    const Tensor x = detail::argument_of<Scale>(inputs[0]);
    if (x.empty()) return {};
    // Neither d x nor c d overflows, or vanishes, where the other one would not.
    const double inner = detail::op_of<Scale>(inputs[0]).factor_, both = factor_ * inner;
    const bool same_way = (std::abs(inner) < 1) == (std::abs(factor_) < 1);
    return same_way && detail::is_moderate(both) ? scale(x, both) : Tensor();
  }
  // dy/dx = factor
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return scale(gradient, factor_);
  }

 private:
  double factor_;
};

class Square final : public detail::Unary<Square> {
 public:
  std::string_view name() const override { return "square"; }
  template <class T>
  static T formula(T x) {
    return x * x;
  }
  // dy/dx = 2 x
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, scale(inputs[0], 2));
  }
};

class Abs final : public detail::Unary<Abs> {
 public:
  std::string_view name() const override { return "abs"; }
  template <class T>
  static T formula(T x) {
    return std::abs(x);
  }
  // |(|x|)|
  Tensor simplified(Inputs inputs) const override {
    return detail::argument_of<Abs>(inputs[0]).empty() ? Tensor() : inputs[0];
  }
  // dy/dx = sign(x), which is 0 at 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, sign(inputs[0]));
  }
};

class Exp final : public detail::Unary<Exp> {
 public:
  std::string_view name() const override { return "exp"; }
  static constexpr double kFlops = 10;
  template <class T>
  static T formula(T x) {
    return detail::exp(x);
  }
  // dy/dx = y
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, output);
  }
};

class Expm1 final : public detail::Unary<Expm1> {
 public:
  std::string_view name() const override { return "expm1"; }
  static constexpr double kFlops = 12;
  template <class T>
  static T formula(T x) {
    return detail::expm1(x);
  }
  // dy/dx = e^x, which y + 1 would round
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, exp(inputs[0]));
  }
};

class Log final : public detail::Unary<Log> {
 public:
  std::string_view name() const override { return "log"; }
  static constexpr double kFlops = 10;
  template <class T>
  static T formula(T x) {
    return detail::log(x);
  }
  // dy/dx = 1 / x
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return div(gradient, inputs[0]);
  }
};

class Log1p final : public detail::Unary<Log1p> {
 public:
  std::string_view name() const override { return "log1p"; }
  static constexpr double kFlops = 12;
  template <class T>
  static T formula(T x) {
    return detail::log1p(x);
  }
  // dy/dx = 1 / (1 + x)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return div(gradient, 1.0 + inputs[0]);
  }
};

class Sin final : public detail::Unary<Sin> {
 public:
  std::string_view name() const override { return "sin"; }
  static constexpr double kFlops = 15;
  template <class T>
  static T formula(T x) {
    return detail::sin(x);
  }
  // dy/dx = cos x
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, cos(inputs[0]));
  }
};

class Cos final : public detail::Unary<Cos> {
 public:
  std::string_view name() const override { return "cos"; }
  static constexpr double kFlops = 15;
  template <class T>
  static T formula(T x) {
    return detail::cos(x);
  }
  // dy/dx = -sin x
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return neg(mul(gradient, sin(inputs[0])));
  }
};

class Tanh final : public detail::Unary<Tanh> {
 public:
  std::string_view name() const override { return "tanh"; }
  static constexpr double kFlops = 15;
  template <class T>
  static T formula(T x) {
    return detail::tanh(x);
  }
  // dy/dx = 1 - y^2
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, 1.0 - square(output));
  }
};

class Sigmoid final : public detail::Unary<Sigmoid> {
 public:
  std::string_view name() const override { return "sigmoid"; }
  static constexpr double kFlops = 12;
  template <class T>
  static T formula(T x) {
    return T{1} / (T{1} + detail::exp(-x));
  }
  // dy/dx = y (1 - y)
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, mul(output, 1.0 - output));
  }
};

class Erf final : public detail::Unary<Erf> {
 public:
  std::string_view name() const override { return "erf"; }
  static constexpr double kFlops = 20;
  template <class T>
  static T formula(T x) {
    return detail::erf(x);
  }
  // dy/dx = 2 / sqrt(pi) e^(-x^2)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, scale(exp(neg(square(inputs[0]))), 2 * std::numbers::inv_sqrtpi));
  }
};

}  // namespace

bool detail::is_log(const Op& op) {
  return dynamic_cast<const Log*>(&op) != nullptr;
}

bool detail::is_log1p(const Op& op) {
  return dynamic_cast<const Log1p*>(&op) != nullptr;
}

bool detail::is_exp(const Op& op) {
  return dynamic_cast<const Exp*>(&op) != nullptr;
}

bool detail::is_sigmoid(const Op& op) {
  return dynamic_cast<const Sigmoid*>(&op) != nullptr;
}

bool detail::is_tanh(const Op& op) {
  return dynamic_cast<const Tanh*>(&op) != nullptr;
}

bool detail::is_square(const Op& op) {
  return dynamic_cast<const Square*>(&op) != nullptr;
}

Tensor neg(const Tensor& x, Location at) {
  return apply<Neg>({x}, at);
}

Tensor scale(const Tensor& x, double factor, Location at) {
  return apply(std::make_shared<const Scale>(factor), {x}, at);
}

Tensor abs(const Tensor& x, Location at) {
  return apply<Abs>({x}, at);
}

Tensor square(const Tensor& x, Location at) {
  return apply<Square>({x}, at);
}

Tensor exp(const Tensor& x, Location at) {
  return apply<Exp>({x}, at);
}

Tensor expm1(const Tensor& x, Location at) {
  return apply<Expm1>({x}, at);
}

Tensor log(const Tensor& x, Location at) {
  return apply<Log>({x}, at);
}

Tensor log1p(const Tensor& x, Location at) {
  return apply<Log1p>({x}, at);
}

Tensor sin(const Tensor& x, Location at) {
  return apply<Sin>({x}, at);
}

Tensor cos(const Tensor& x, Location at) {
  return apply<Cos>({x}, at);
}

Tensor tanh(const Tensor& x, Location at) {
  return apply<Tanh>({x}, at);
}

Tensor erf(const Tensor& x, Location at) {
  return apply<Erf>({x}, at);
}

Tensor sigmoid(const Tensor& x, Location at) {
  return apply<Sigmoid>({x}, at);
}

}  // namespace gradtable
