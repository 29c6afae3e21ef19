// Reductions along axes, and the weighted sums among them, which rewrite passes recognize.
#pragma once

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// One number for all of the input along the axes on which kept(its shape) has an extent of 1, perhaps without
// those axes.
class Reduction : public Op {
 public:
  // The shape, of the same rank, with 1 for every reduced axis.
  virtual Shape kept(const Shape& shape) const = 0;

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override;
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override;
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override;
  // The input itself, where it has a single number for each of the output.
  Tensor simplified(std::span<const Tensor> inputs) const override;
};

// ln sum e^x
bool is_logsumexp(const Op& op);

// The variance along axes, and what it multiplies the sum of squares of numbers of this shape by.
bool is_var(const Op& op);
double variance_weight(const Op& var, const Shape& shape);

// The sum, times weight(the input's shape).
class WeightedSum : public Reduction {
 public:
  // The factor of every summand.
  virtual double weight(const Shape&) const { return 1; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;
};

}  // namespace gradtable::detail
