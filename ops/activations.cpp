#include "gradtable/ops/activations.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/constants.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Sign final : public detail::Unary<Sign> {
 public:
  std::string_view name() const override { return "sign"; }
  template <class T>
  static T formula(T x) {
    return x > T{0} ? T{1} : x < T{0} ? T{-1} : x;  // zeros and NaN stay
  }
  // dy/dx = 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor&, std::size_t) const override {
    return zeros_like(inputs[0]);
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

// z = g where x > 0, else 0, also for a g that is infinite or NaN: relu's gradient.
class ReLUGradient final : public detail::Binary<ReLUGradient> {
 public:
  std::string_view name() const override { return "relu_gradient"; }
  template <class T>
  static T formula(T g, T x) {
    return x > T{0} ? g : T{0};
  }
  // dz/dg = 1 where x > 0; dz/dx = 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return wrt == 0 ? apply<ReLUGradient>({gradient, inputs[1]}, Location::current()) : zeros_like(inputs[1]);
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
    return apply<ReLUGradient>({gradient, output}, Location::current());
  }
};

class LeakyReLU final : public detail::Unary<LeakyReLU> {
 public:
  explicit LeakyReLU(double slope) : slope_(slope) {}
  std::string_view name() const override { return "leaky_relu"; }
  std::vector<Attribute> attributes() const override { return {{"slope", slope_}}; }
  static constexpr double kFlops = 2;
  template <class T>
  T formula(T x) const {
    return x > T{0} ? x : static_cast<T>(slope_) * x;
  }
  // dy/dx = 1 where x > 0, else slope, which scales no infinite gradient to NaN when it is 0
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor below = slope_ == 0 ? zeros_like(gradient) : scale(gradient, slope_);
    return where(greater(inputs[0], 0), gradient, below);
  }

 private:
  double slope_;
};

class ELU final : public detail::Unary<ELU> {
 public:
  explicit ELU(double alpha) : alpha_(alpha) {}
  std::string_view name() const override { return "elu"; }
  std::vector<Attribute> attributes() const override { return {{"alpha", alpha_}}; }
  static constexpr double kFlops = 15;
  template <class T>
  T formula(T x) const {
    return x > T{0} ? x : static_cast<T>(alpha_) * detail::expm1(x);
  }
  // dy/dx = 1 where x > 0, else alpha e^x; of min(x, 0), since where would pass 0 times infinity on to e^x.
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor& x = inputs[0];
    const Tensor slope = scale(exp(clip(x, -std::numeric_limits<double>::infinity(), 0)), alpha_);
    return where(greater(x, 0), gradient, mul(gradient, slope));
  }

 private:
  double alpha_;
};

class Softplus final : public detail::Unary<Softplus> {
 public:
  std::string_view name() const override { return "softplus"; }
  static constexpr double kFlops = 25;
  template <class T>
  static T formula(T x) {
    // max(x, 0) + ln(1 + e^-|x|), which no x overflows.
    return (x > T{0} ? x : T{0}) + detail::log1p(detail::exp(-std::abs(x)));
  }
  // dy/dx = 1 / (1 + e^-x)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, sigmoid(inputs[0]));
  }
};

class LogSigmoid final : public detail::Unary<LogSigmoid> {
 public:
  std::string_view name() const override { return "log_sigmoid"; }
  static constexpr double kFlops = 25;
  template <class T>
  static T formula(T x) {
    // min(x, 0) - ln(1 + e^-|x|), which no x overflows.
    return (x < T{0} ? x : T{0}) - detail::log1p(detail::exp(-std::abs(x)));
  }
  // dy/dx = 1 / (1 + e^x), which 1 - sigmoid(x) would round
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return mul(gradient, sigmoid(neg(inputs[0])));
  }
};

// P(x), the distribution function of the standard normal distribution. erfc keeps the digits that 1 + erf
// loses far below 0.
template <class T>
GRADTABLE_INLINE inline T normal_distribution(T x) {
  return detail::erfc(-x * static_cast<T>(1 / std::numbers::sqrt2)) / T{2};
}

class NormalDistribution final : public detail::Unary<NormalDistribution> {
 public:
  std::string_view name() const override { return "normal_distribution"; }
  static constexpr double kFlops = 20;
  template <class T>
  static T formula(T x) {
    return normal_distribution(x);
  }
  // dy/dx = e^(-x^2 / 2) / sqrt(2 pi)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor density =
        scale(exp(scale(square(inputs[0]), -0.5)), std::numbers::inv_sqrtpi / std::numbers::sqrt2);
    return mul(gradient, density);
  }
};

class GELU final : public detail::Unary<GELU> {
 public:
  std::string_view name() const override { return "gelu"; }
  static constexpr double kFlops = 20;
  template <class T>
  static T formula(T x) {
    const T probability = normal_distribution(x);
    return probability == T{0} ? T{0} : x * probability;  // 0 for -inf
  }
  // y = x P(x), dy/dx = P(x) + x P'(x)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor& x = inputs[0];
    const Tensor density = scale(exp(scale(square(x), -0.5)), std::numbers::inv_sqrtpi / std::numbers::sqrt2);
    return mul(gradient, apply<NormalDistribution>({x}, Location::current()) + mul(x, density));
  }
};

}  // namespace

Tensor sign(const Tensor& x, Location at) {
  return apply<Sign>({x}, at);
}

Tensor heaviside(const Tensor& x, Location at) {
  return apply<Heaviside>({x}, at);
}

Tensor relu(const Tensor& x, Location at) {
  return apply<ReLU>({x}, at);
}

Tensor leaky_relu(const Tensor& x, double slope, Location at) {
  return apply(std::make_shared<const LeakyReLU>(slope), {x}, at);
}

Tensor elu(const Tensor& x, double alpha, Location at) {
  return apply(std::make_shared<const ELU>(alpha), {x}, at);
}

Tensor softplus(const Tensor& x, Location at) {
  return apply<Softplus>({x}, at);
}

Tensor log_sigmoid(const Tensor& x, Location at) {
  return apply<LogSigmoid>({x}, at);
}

Tensor gelu(const Tensor& x, Location at) {
  return apply<GELU>({x}, at);
}

}  // namespace gradtable
