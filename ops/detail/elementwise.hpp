// Bases of element-wise ops: a class gives its name, its formula of single numbers, and its bprop.
//
// A formula calls the functions of simd.hpp, not those of <cmath>, which hold up whole vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/loops/map.hpp"
#include "gradtable/ops/detail/loops/strides.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

// One of several operands, seen with the shape that they have together.
template <class T>
class BroadcastOperand {
 public:
  // Elements that are repeated at once.
  static constexpr std::int64_t kCopied = 512;

  BroadcastOperand(const ConstView& x, const Shape& shape)
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
    if (walk_)
      copy_pieces(*walk_, numbers_, copied_.data(), begin, end);
    else if (!std::exchange(is_filled_, true))
      copied_.fill(*numbers_);
    return copied_.data();
  }

 private:
  std::optional<Walk<1>> walk_;  // of what is repeated, unless it is one number
  const T* numbers_;
  bool is_dense_;
  bool is_one_number_;
  bool is_filled_ = false;
  std::array<T, kCopied> copied_;
};

// y[i] = f(x[i]...) for the elements of `parts`; operands beside one number of two are not copied.
template <class Y, class F, class... X>
void map_operands(const F& f, Y* y, Parts parts, BroadcastOperand<X>&&... x) {
  const bool number_of_two = sizeof...(X) == 2 && (int{x.is_one_number()} + ...) == 1;
  const bool whole = ((x.is_dense() || (number_of_two && x.is_one_number())) && ...);
  const std::int64_t step = whole ? parts.end - parts.begin : BroadcastOperand<Y>::kCopied;
  for (std::int64_t begin = parts.begin; begin < parts.end; begin += step) {
    const std::int64_t end = std::min(begin + step, parts.end);
    const auto compute = [&](auto... operand) { map(f, end - begin, y + begin, operand...); };
    const auto compute_with_number = [&](auto& a, auto& b) {
      if (a.is_one_number())
        compute(a.one_number(), b.elements(begin, end));
      else
        compute(a.elements(begin, end), b.one_number());
    };
    if constexpr (sizeof...(X) == 2) {
      if (number_of_two) {
        compute_with_number(x...);
        continue;
      }
    }
    compute(x.elements(begin, end)...);
  }
}

// y = f(x...), element by element, with NumPy's broadcasting, for inputs with elements of types X and an
// output of Y.
template <class Y, class... X, class F>
void forward_of(const F& f, std::span<const ConstView> inputs, const View& output, Parts parts) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    map_operands(f, static_cast<Y*>(output.data), parts, BroadcastOperand<X>(inputs[I], output.shape())...);
  }
  (std::index_sequence_for<X...>());
}

// What all have in common: parts are elements, and the formula takes `Derived::kFlops` operations. Inputs and
// output are real and of one type unless infer and forward say something else.
template <class Derived>
class Elementwise : public Op {
 public:
  static constexpr double kFlops = 1;

  TensorType infer(std::span<const TensorType> inputs) const override { return broadcast(inputs); }
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

// y = formula(x)
template <class Derived>
class Unary : public Elementwise<Derived> {
 public:
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(),
                      [&]<class T>() { forward_of<T, T>(this->formula_of_op(), inputs, output, parts); });
  }
};

// c = formula(a, b)
template <class Derived>
class Binary : public Elementwise<Derived> {
 public:
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(),
                      [&]<class T>() { forward_of<T, T, T>(this->formula_of_op(), inputs, output, parts); });
  }
};

}  // namespace gradtable::detail
