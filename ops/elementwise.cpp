#include "gradtable/ops/elementwise.hpp"

#include <cmath>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
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

class ReLU final : public detail::Unary<ReLU> {
 public:
  std::string_view name() const override { return "relu"; }
  template <class T>
  static T formula(T x) {
    // NaN stays NaN: the comparison is false for it.
    return x <= T{0} ? T{0} : x;
  }
  // relu(relu(x))
  Tensor simplified(Inputs inputs) const override {
    return detail::argument_of<ReLU>(inputs[0]).empty() ? Tensor() : inputs[0];
  }
  // dy/dx = 1 where x > 0, which is where y > 0
  Tensor bprop(Inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, heaviside(output));
  }
};

class Heaviside final : public detail::Unary<Heaviside> {
 public:
  std::string_view name() const override { return "heaviside"; }
  template <class T>
  static T formula(T x) {
    return x > T{0} ? T{1} : T{0};
  }
  // dy/dx = 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor&, std::size_t) const override {
    return zeros_like(inputs[0]);
  }
};

}  // namespace

bool detail::is_log(const Op& op) {
  return dynamic_cast<const Log*>(&op) != nullptr;
}

Tensor neg(const Tensor& x, Location at) {
  return apply<Neg>({x}, at);
}

Tensor scale(const Tensor& x, double factor, Location at) {
  return apply(std::make_shared<const Scale>(factor), {x}, at);
}

Tensor square(const Tensor& x, Location at) {
  return apply<Square>({x}, at);
}

Tensor exp(const Tensor& x, Location at) {
  return apply<Exp>({x}, at);
}

Tensor log(const Tensor& x, Location at) {
  return apply<Log>({x}, at);
}

Tensor tanh(const Tensor& x, Location at) {
  return apply<Tanh>({x}, at);
}

Tensor sigmoid(const Tensor& x, Location at) {
  return apply<Sigmoid>({x}, at);
}

Tensor relu(const Tensor& x, Location at) {
  return apply<ReLU>({x}, at);
}

Tensor heaviside(const Tensor& x, Location at) {
  return apply<Heaviside>({x}, at);
}

}  // namespace gradtable
