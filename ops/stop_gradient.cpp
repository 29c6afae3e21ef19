#include "gradtable/ops/stop_gradient.hpp"

#include "gradtable/ops/detail/elementwise.hpp"

namespace gradtable {
namespace {

class StopGradient final : public detail::Elementwise<StopGradient> {
 public:
  std::string_view name() const override { return "stop_gradient"; }
  static constexpr double kFlops = 0;
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  template <class T>
  static T formula(T x) {
    return x;
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(output.dtype(),
             [&]<class T>() { detail::forward_of<T, T>(formula_of_op(), inputs, output, parts); });
  }
  bool passes_gradient(std::size_t) const override { return false; }
  Tensor simplified(std::span<const Tensor> inputs) const override { return inputs[0]; }
};

}  // namespace

Tensor stop_gradient(const Tensor& x, Location at) {
  return apply<StopGradient>({x}, at);
}

}  // namespace gradtable
