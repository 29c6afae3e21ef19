// An op that the library does not have, written outside of it.
#include <algorithm>
#include <cmath>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// [op]
class SmoothReLU final : public Op {
 public:
  explicit SmoothReLU(double beta) : beta_(beta) {}
  std::string_view name() const override { return "smooth_relu"; }
  std::vector<Attribute> attributes() const override { return {{"beta", beta_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!is_floating(inputs[0].dtype))
      throw ShapeError("expected float32 or float64, got " + to_string(inputs[0]));
    return inputs[0];
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const auto first = static_cast<std::size_t>(parts.begin);
      const auto count = static_cast<std::size_t>(parts.end - parts.begin);
      const auto x = inputs[0].as<T>().subspan(first, count);
      const auto beta = static_cast<T>(beta_);
      // ln(1 + e^u) = max(u, 0) + ln(1 + e^-|u|), which no u overflows.
      std::ranges::transform(x, output.as<T>().subspan(first, count).begin(), [beta](T value) {
        const T u = beta * value;
        return (std::max(u, T{0}) + std::log1p(std::exp(-std::abs(u)))) / beta;
      });
    });
  }

  // dy/dx = sigmoid(beta x)
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    return mul(gradient, sigmoid(scale(inputs[0], beta_)));
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool elementwise() const override { return true; }
  bool may_overwrite(std::size_t) const override { return true; }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return 30 * static_cast<double>(output.shape.size());
  }

 private:
  double beta_;
};
// [/op]

// [function]
// y = ln(1 + e^(beta x)) / beta, element by element; float32 or float64, beta > 0. Throws ShapeError.
Tensor smooth_relu(const Tensor& x, double beta = 1, Location at = Location::current()) {
  return apply(std::make_shared<const SmoothReLU>(beta), {x}, at);
}
// [/function]

}  // namespace

int main() {
  // [check]
  const Array x = Array::of<double>({2, 3}, {-40, -1.5, -0.1, 0, 2, 30});
  const auto f = [](const std::vector<Tensor>& inputs) { return smooth_relu(inputs[0], 2); };
  const CheckOpResult result = check_op(f, {x});
  std::cout << result.message() << '\n';
  // [/check]

  // [use]
  Graph g;
  const Tensor input = g.input("x", {2, 3}, DType::float64);
  const Tensor y = smooth_relu(input);
  const Tensor dy = build_grad(sum(y), {input})[input];
  const Array values = evaluate(y, {{input, x}}), slopes = evaluate(dy, {{input, x}});
  for (std::size_t i = 0; i < 6; ++i)
    std::cout << x.as<double>()[i] << ": " << values.as<double>()[i] << ", slope " << slopes.as<double>()[i]
              << '\n';
  // [/use]
  return result.passed() && std::abs(values.as<double>()[3] - std::log(2.0)) < 1e-15 ? 0 : 1;
}
