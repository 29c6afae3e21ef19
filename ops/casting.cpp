#include "gradtable/ops/casting.hpp"

#include "gradtable/ops/detail/map.hpp"

namespace gradtable {
namespace {

class Cast final : public Op {
 public:
  explicit Cast(DType dtype) : dtype_(dtype) {}
  std::string_view name() const override { return "cast"; }
  std::vector<Attribute> attributes() const override { return {{"dtype", dtype_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override { return {dtype_, inputs[0].shape}; }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
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
    const std::int64_t count = parts.end - parts.begin;
    dispatch(inputs[0].dtype(), [&]<class From>() {
      dispatch(dtype_, [&]<class To>() {
        const From* x = static_cast<const From*>(inputs[0].data) + parts.begin;
        To* y = static_cast<To*>(output.data) + parts.begin;
        if constexpr (std::is_floating_point_v<To>)
          detail::map([](From v) GRADTABLE_INLINE { return static_cast<To>(v); }, count, y, x);
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
