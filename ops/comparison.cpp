#include "gradtable/ops/comparison.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/operand.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/patterns/choice.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// c = 1 where formula(a, b), else 0, for numbers of any one type. Derivatives are 0 but for jumps.
template <class Derived>
class Comparison : public detail::Elementwise<Derived> {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override {
    detail::one_dtype(inputs);
    return {DType::uint8, detail::broadcast_shape(inputs)};
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(inputs[0].dtype(), [&]<class T>() {
      detail::forward_of<std::uint8_t, T, T>(this->formula_of_op(), inputs, output, parts);
    });
  }
  bool passes_gradient(std::size_t) const override { return false; }
};

class Equal final : public Comparison<Equal> {
 public:
  std::string_view name() const override { return "equal"; }
  template <class T>
  static bool formula(T a, T b) {
    return a == b;
  }
};

class NotEqual final : public Comparison<NotEqual> {
 public:
  std::string_view name() const override { return "not_equal"; }
  template <class T>
  static bool formula(T a, T b) {
    return a != b;
  }
};

class Less final : public Comparison<Less> {
 public:
  std::string_view name() const override { return "less"; }
  template <class T>
  static bool formula(T a, T b) {
    return a < b;
  }
};

class LessEqual final : public Comparison<LessEqual> {
 public:
  std::string_view name() const override { return "less_equal"; }
  template <class T>
  static bool formula(T a, T b) {
    return a <= b;
  }
};

class Greater final : public Comparison<Greater> {
 public:
  std::string_view name() const override { return "greater"; }
  template <class T>
  static bool formula(T a, T b) {
    return a > b;
  }
};

class GreaterEqual final : public Comparison<GreaterEqual> {
 public:
  std::string_view name() const override { return "greater_equal"; }
  template <class T>
  static bool formula(T a, T b) {
    return a >= b;
  }
};

class Where final : public detail::Elementwise<Where>, public detail::Choice {
 public:
  std::string_view name() const override { return "where"; }
  TensorType infer(std::span<const TensorType> inputs) const override {
    if (inputs[0].dtype != DType::uint8)
      throw ShapeError(fmt::format("expected a condition of uint8, got {}", to_string(inputs[0])));
    return {detail::one_dtype(inputs.subspan(1)), detail::broadcast_shape(inputs)};
  }
  template <class T>
  static T formula(std::uint8_t condition, T a, T b) {
    return condition != 0 ? a : b;
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(output.dtype(), [&]<class T>() {
      detail::forward_of<T, std::uint8_t, T, T>(formula_of_op(), inputs, output, parts);
    });
  }
  Tensor taken(Inputs inputs, const Tensor&, std::size_t wrt) const override {
    return wrt == 1 ? inputs[0] : equal(inputs[0], 0);
  }
  // where(condition, a, a)
  Tensor simplified(Inputs inputs) const override {
    const bool same = inputs[1] == inputs[2] && broadcasts_to(inputs[0].shape(), inputs[1].shape());
    return same ? inputs[1] : Tensor();
  }
  // y = a where the condition holds, else b: each gets the gradient there, and 0 elsewhere
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t wrt) const override {
    if (wrt == 0) return Op::bprop(inputs, output, gradient, wrt);
    return wrt == 1 ? where(inputs[0], gradient, 0) : where(inputs[0], 0, gradient);
  }
};

// G where the comparison holds, half of it where the two inputs are equal, 0 elsewhere.
Tensor share(Inputs inputs, const Tensor& gradient, const Tensor& holds) {
  return where(equal(inputs[0], inputs[1]), scale(gradient, 0.5), where(holds, gradient, 0));
}

class Maximum final : public detail::Binary<Maximum>, public detail::Choice {
 public:
  std::string_view name() const override { return "maximum"; }
  template <class T>
  static T formula(T a, T b) {
    return a > b || a != a ? a : b;  // NaN when one is
  }
  Tensor taken(Inputs inputs, const Tensor&, std::size_t wrt) const override {
    return greater_equal(inputs[wrt], inputs[1 - wrt]);
  }
  // dc/da = 1 where a > b, 1/2 where they are equal, else 0; the same for b
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return share(inputs, gradient, greater(inputs[wrt], inputs[1 - wrt]));
  }
};

class Minimum final : public detail::Binary<Minimum>, public detail::Choice {
 public:
  std::string_view name() const override { return "minimum"; }
  template <class T>
  static T formula(T a, T b) {
    return a < b || a != a ? a : b;  // NaN when one is
  }
  Tensor taken(Inputs inputs, const Tensor&, std::size_t wrt) const override {
    return less_equal(inputs[wrt], inputs[1 - wrt]);
  }
  // dc/da = 1 where a < b, 1/2 where they are equal, else 0; the same for b
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return share(inputs, gradient, less(inputs[wrt], inputs[1 - wrt]));
  }
};

class Clip final : public detail::Unary<Clip>, public detail::Choice {
 public:
  Clip(double low, double high) : low_(low), high_(high) {}
  std::string_view name() const override { return "clip"; }
  std::vector<Attribute> attributes() const override { return {{"low", low_}, {"high", high_}}; }
  static constexpr double kFlops = 2;
  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!(low_ <= high_)) throw ShapeError(fmt::format("expected low <= high, got {} and {}", low_, high_));
    return Unary::infer(inputs);
  }
  template <class T>
  T formula(T x) const {
    const T low = static_cast<T>(low_), high = static_cast<T>(high_);
    return x < low ? low : x > high ? high : x;
  }
  Tensor taken(Inputs inputs, const Tensor& output, std::size_t) const override {
    return equal(inputs[0], output);
  }
  // dy/dx = 1 where x = y, which is from low to high, else 0
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    return where(equal(inputs[0], output), gradient, 0);
  }

 private:
  double low_;
  double high_;
};

template <class OpClass>
Tensor apply_to(std::string_view name, const Operand& a, const Operand& b, Location at) {
  return apply<OpClass>({detail::tensor_of(name, a, b), detail::tensor_of(name, b, a)}, at);
}

}  // namespace

Tensor equal(const Operand& a, const Operand& b, Location at) {
  return apply_to<Equal>("equal", a, b, at);
}

Tensor not_equal(const Operand& a, const Operand& b, Location at) {
  return apply_to<NotEqual>("not_equal", a, b, at);
}

Tensor less(const Operand& a, const Operand& b, Location at) {
  return apply_to<Less>("less", a, b, at);
}

Tensor less_equal(const Operand& a, const Operand& b, Location at) {
  return apply_to<LessEqual>("less_equal", a, b, at);
}

Tensor greater(const Operand& a, const Operand& b, Location at) {
  return apply_to<Greater>("greater", a, b, at);
}

Tensor greater_equal(const Operand& a, const Operand& b, Location at) {
  return apply_to<GreaterEqual>("greater_equal", a, b, at);
}

Tensor operator<(const Operand& a, const Operand& b) {
  return less(a, b, a.at);
}

Tensor operator<=(const Operand& a, const Operand& b) {
  return less_equal(a, b, a.at);
}

Tensor operator>(const Operand& a, const Operand& b) {
  return greater(a, b, a.at);
}

Tensor operator>=(const Operand& a, const Operand& b) {
  return greater_equal(a, b, a.at);
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b, Location at) {
  return apply<Where>({condition, detail::tensor_of("where", a, b), detail::tensor_of("where", b, a)}, at);
}

Tensor maximum(const Operand& a, const Operand& b, Location at) {
  return apply_to<Maximum>("maximum", a, b, at);
}

Tensor minimum(const Operand& a, const Operand& b, Location at) {
  return apply_to<Minimum>("minimum", a, b, at);
}

Tensor clip(const Tensor& x, double low, double high, Location at) {
  return apply(std::make_shared<const Clip>(low, high), {x}, at);
}

}  // namespace gradtable
