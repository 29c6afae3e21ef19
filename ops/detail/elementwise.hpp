// Bases of element-wise ops: a class gives its name, its formula of single numbers, and its bprop.
//
// A formula calls exp, log and tanh of simd.hpp, not those of <cmath>, which hold up whole vectors.
#pragma once

#include <cstddef>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/map.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/strides.hpp"

namespace gradtable::detail {

// What both have in common: parts are elements, and the formula takes `Derived::kFlops` operations.
template <class Derived>
class Elementwise : public Op {
 public:
  static constexpr double kFlops = 1;

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override {
    return inputs[input].shape == output.shape;
  }
  bool elementwise() const override { return true; }
  bool may_overwrite(std::size_t) const override { return true; }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return Derived::kFlops * static_cast<double>(output.shape.size());
  }

 protected:
  // The formula as a function that holds a copy of the op.
  auto formula_of_op() const {
    return [op = static_cast<const Derived&>(*this)](auto... x) GRADTABLE_INLINE { return op.formula(x...); };
  }
};

// y = formula(x), element by element.
template <class Derived>
class Unary : public Elementwise<Derived> {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override {
    return {floating(inputs), inputs[0].shape};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data) + parts.begin;
      map(this->formula_of_op(), parts.end - parts.begin, static_cast<T*>(output.data) + parts.begin, x);
    });
  }
};

// c = formula(a, b), element by element, with NumPy's broadcasting.
template <class Derived>
class Binary : public Elementwise<Derived> {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override { return broadcast(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape &a_shape = inputs[0].shape(), &b_shape = inputs[1].shape(), &c_shape = output.shape();
    const Walk<2> walk(c_shape, {broadcast_strides(a_shape, c_shape), broadcast_strides(b_shape, c_shape)});
    dispatch_floating(output.dtype(), [&]<class T>() {
      const auto* a = static_cast<const T*>(inputs[0].data);
      const auto* b = static_cast<const T*>(inputs[1].data);
      auto* c = static_cast<T*>(output.data) + parts.begin;
      walk.for_pieces(parts.begin, parts.end, [&](const auto& at, std::int64_t count) {
        compute(a + at[0], walk.run_stride(0), b + at[1], walk.run_stride(1), c, count);
        c += count;
      });
    });
  }

 private:
  // A stride is 1, or 0 for a value that is repeated; both are 0 only for a single element.
  template <class T>
  void compute(const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride, T* c,
               std::int64_t count) const {
    if (a_stride == b_stride)
      map(this->formula_of_op(), count, c, a, b);
    else if (a_stride == 0)
      map(this->formula_of_op(), count, c, Repeated<T>{*a}, b);
    else
      map(this->formula_of_op(), count, c, a, Repeated<T>{*b});
  }
};

}  // namespace gradtable::detail
