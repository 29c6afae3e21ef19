#include "gradtable/ops/casting.hpp"

#include "gradtable/ops/detail/elementwise.hpp"

namespace gradtable {
namespace {

class Cast final : public detail::Elementwise<Cast> {
 public:
  explicit Cast(DType dtype) : dtype_(dtype) {}
  std::string_view name() const override { return "cast"; }
  std::vector<Attribute> attributes() const override { return {{"dtype", dtype_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override { return {dtype_, inputs[0].shape}; }

  bool may_throw() const override { return !is_floating(dtype_); }
  Tensor simplified(std::span<const Tensor> inputs) const override {
    return inputs[0].dtype() == dtype_ ? inputs[0] : Tensor();
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch(inputs[0].dtype(), [&]<class From>() {
      dispatch(dtype_, [&]<class To>() {
        if constexpr (std::is_floating_point_v<To>) {
          const auto convert = [](From x) GRADTABLE_INLINE { return static_cast<To>(x); };
          detail::forward_of<To, From>(convert, inputs, output, parts);
        } else {
          const Shape shape{parts.end - parts.begin};
          const From* x = static_cast<const From*>(inputs[0].data) + parts.begin;
          cast(ConstView({dtype_of<From>(), shape}, x),
               View{{dtype_, shape}, static_cast<To*>(output.data) + parts.begin});
        }
      });
    });
  }

  // dy/dx = 1
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    return gradtable::cast(gradient, inputs[0].dtype());
  }

 private:
  DType dtype_;
};

}  // namespace

Tensor cast(const Tensor& x, DType dtype, Location at) {
  return apply(std::make_shared<const Cast>(dtype), {x}, at);
}

Tensor as_type(const Tensor& x, DType dtype, Location at) {
  return x.dtype() == dtype ? x : cast(x, dtype, at);
}

}  // namespace gradtable
