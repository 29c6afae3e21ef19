// Bases of element-wise ops: a class gives its name, its formula of single numbers, and its bprop.
//
// A formula calls exp, log and tanh of simd.hpp, not those of <cmath>, which hold up whole vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

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

// One of two operands, seen with the shape that they have together.
template <class T>
class Operand {
 public:
  // Elements that are repeated at once.
  static constexpr std::int64_t kCopied = 512;

  Operand(const ConstView& x, const Shape& shape)
      : numbers_(static_cast<const T*>(x.data)),
        is_dense_(x.shape().size() == shape.size()),
        is_one_number_(x.shape().size() == 1 && !is_dense_) {
    if (!is_dense_ && !is_one_number_)
      walk_.emplace(shape, std::array<Strides, 1>{broadcast_strides(x.shape(), shape)});
  }

  bool is_dense() const { return is_dense_; }
  bool is_one_number() const { return is_one_number_; }
  Repeated<T> one_number() const { return {*numbers_}; }
  // The elements [begin, end): where they lie, or repeated into a buffer, at most kCopied of them.
  const T* elements(std::int64_t begin, std::int64_t end) {
    if (is_dense_) return numbers_ + begin;
    copy_pieces(*walk_, numbers_, copied_.data(), begin, end);
    return copied_.data();
  }

 private:
  std::optional<Walk<1>> walk_;  // of what is repeated
  const T* numbers_;
  bool is_dense_;
  bool is_one_number_;
  std::array<T, kCopied> copied_;
};

// c = formula(a, b), element by element, with NumPy's broadcasting.
template <class Derived>
class Binary : public Elementwise<Derived> {
 public:
  TensorType infer(std::span<const TensorType> inputs) const override { return broadcast(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      Operand<T> a(inputs[0], output.shape()), b(inputs[1], output.shape());
      auto* c = static_cast<T*>(output.data);
      const bool whole = (a.is_dense() || a.is_one_number()) && (b.is_dense() || b.is_one_number());
      const std::int64_t step = whole ? parts.end - parts.begin : Operand<T>::kCopied;
      for (std::int64_t begin = parts.begin; begin < parts.end; begin += step) {
        const std::int64_t end = std::min(begin + step, parts.end);
        const auto compute = [&](auto x, auto y) {
          map(this->formula_of_op(), end - begin, c + begin, x, y);
        };
        if (a.is_one_number())
          compute(a.one_number(), b.elements(begin, end));
        else if (b.is_one_number())
          compute(a.elements(begin, end), b.one_number());
        else
          compute(a.elements(begin, end), b.elements(begin, end));
      }
    });
  }
};

}  // namespace gradtable::detail
