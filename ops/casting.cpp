#include "gradtable/ops/casting.hpp"

#include <algorithm>

#include "gradtable/ops/detail/elementwise.hpp"
#include "gradtable/ops/detail/simd.hpp"

namespace gradtable {
namespace {

// Bytes to floats, for images.
GRADTABLE_SIMD void convert(const std::uint8_t* __restrict x, float* __restrict y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<float>(x[i]);
}

template <class From, class To>
void convert(const From* x, To* y, std::int64_t count) {
  std::transform(x, x + count, y, [](From v) { return static_cast<To>(v); });
}

class Cast final : public Op {
 public:
  explicit Cast(DType dtype) : dtype_(dtype) {}
  std::string_view name() const override { return "cast"; }
  std::vector<Attribute> attributes() const override { return {{"dtype", dtype_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override { return {dtype_, inputs[0].shape}; }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return detail::blocks(output.shape.size());
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool elementwise() const override { return true; }
  bool may_throw() const override { return !is_floating(dtype_); }

  Tensor simplified(std::span<const Tensor> inputs) const override {
    return inputs[0].dtype() == dtype_ ? inputs[0] : Tensor();
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const std::int64_t begin = parts.begin * detail::kBlock;
    const std::int64_t count = std::min(parts.end * detail::kBlock, output.shape().size()) - begin;
    dispatch(inputs[0].dtype(), [&]<class From>() {
      dispatch(dtype_, [&]<class To>() {
        const From* x = static_cast<const From*>(inputs[0].data) + begin;
        To* y = static_cast<To*>(output.data) + begin;
        if constexpr (std::is_floating_point_v<To>)
          convert(x, y, count);
        else
          cast(ConstView(std::span(x, static_cast<std::size_t>(count)), {count}), View{{dtype_, {count}}, y});
      });
    });
  }

  // dy/dx = 1
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (!is_floating(inputs[0].dtype()) || !is_floating(dtype_))
      return Op::bprop(inputs, output, gradient, wrt);
    return gradtable::cast(gradient, inputs[0].dtype());
  }

 private:
  DType dtype_;
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype, Location at) {
  return apply(std::make_shared<const Cast>(dtype), {x}, at);
}

}  // namespace gradtable
