// Bases of element-wise ops: a class gives its name, its formula as an xtensor expression, and its bprop.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/strides.hpp"

namespace gradtable::detail {

// One-dimensional xtensor views of memory.
template <class T>
auto vector_view(T* data, std::int64_t size) {
  const std::array<std::size_t, 1> shape{static_cast<std::size_t>(size)};
  return xt::adapt(data, shape[0], xt::no_ownership(), shape);
}

// A part is a block of elements that begins on a cache line, so that an element is computed by the same
// (vector or scalar) instructions whatever the range.
constexpr std::int64_t kBlock = 64;
inline std::int64_t blocks(std::int64_t elements) {
  return (elements + kBlock - 1) / kBlock;
}

// y = formula(x), element by element.
template <class Derived>
class Unary : public Op {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override {
    return {floating(inputs), inputs[0].shape};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return blocks(output.shape.size());
  }

  bool may_overwrite(std::size_t) const override { return true; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const std::int64_t begin = parts.begin * kBlock;
      const std::int64_t count = std::min(parts.end * kBlock, output.shape().size()) - begin;
      const auto x = vector_view(static_cast<const T*>(inputs[0].data) + begin, count);
      auto y = vector_view(static_cast<T*>(output.data) + begin, count);
      xt::noalias(y) = static_cast<const Derived&>(*this).formula(x);
    });
  }
};

// c = formula(a, b), element by element, with NumPy's broadcasting.
template <class Derived>
class Binary : public Op {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override { return broadcast(inputs); }

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override {
    const Walk<2> walk = walk_of(inputs[0].shape, inputs[1].shape, output.shape);
    return walk.runs() == 1 ? blocks(walk.run()) : walk.runs();
  }

  bool may_overwrite(std::size_t) const override { return true; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const auto* a = static_cast<const T*>(inputs[0].data);
      const auto* b = static_cast<const T*>(inputs[1].data);
      auto* c = static_cast<T*>(output.data);
      const Walk<2> walk = walk_of(inputs[0].shape(), inputs[1].shape(), output.shape());
      if (walk.runs() == 1) {
        const std::int64_t begin = parts.begin * kBlock;
        const std::int64_t count = std::min(parts.end * kBlock, walk.run()) - begin;
        compute(a + begin * walk.run_stride(0), walk.run_stride(0), b + begin * walk.run_stride(1),
                walk.run_stride(1), c + begin, count);
        return;
      }
      T* to = c + parts.begin * walk.run();
      walk.for_runs(parts.begin, parts.end, [&](const std::array<std::int64_t, 2>& from) {
        compute(a + from[0], walk.run_stride(0), b + from[1], walk.run_stride(1), to, walk.run());
        to += walk.run();
      });
    });
  }

 private:
  static Walk<2> walk_of(const Shape& a, const Shape& b, const Shape& c) {
    return {c, {broadcast_strides(a, c), broadcast_strides(b, c)}};
  }

  // A stride is 1, or 0 for a value that is repeated.
  template <class T>
  void compute(const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride, T* c,
               std::int64_t count) const {
    const auto& self = static_cast<const Derived&>(*this);
    auto to = vector_view(c, count);
    if (a_stride == 0 && b_stride == 0)
      std::fill_n(c, count, static_cast<T>(self.formula(*a, *b)));
    else if (a_stride == 0)
      xt::noalias(to) = self.formula(T{*a}, vector_view(b, count));
    else if (b_stride == 0)
      xt::noalias(to) = self.formula(vector_view(a, count), T{*b});
    else
      xt::noalias(to) = self.formula(vector_view(a, count), vector_view(b, count));
  }
};

}  // namespace gradtable::detail
