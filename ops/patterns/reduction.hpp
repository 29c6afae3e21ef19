// Ops that are weighted sums over axes: passes that rewrite graphs look for them.
#pragma once

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// The input summed over the axes on which kept(its shape) has an extent of 1, times weight(its shape),
// perhaps without those axes.
class Reduction : public Op {
 public:
  // The shape, of the same rank, with 1 for every summed axis.
  virtual Shape kept(const Shape& shape) const = 0;
  // The factor of every summand.
  virtual double weight(const Shape&) const { return 1; }

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override;
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override;
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override;
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  Tensor simplified(std::span<const Tensor> inputs) const override;
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;
};

}  // namespace gradtable::detail
