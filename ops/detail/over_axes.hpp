// The base of reductions whose axes the user names.
#pragma once

#include <utility>
#include <vector>

#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/reduction.hpp"

namespace gradtable::detail {

// Base is Reduction or WeightedSum.
template <class Base>
class OverAxes : public Base {
 public:
  OverAxes(std::vector<std::int64_t> axes, bool keep_dims) : axes_(std::move(axes)), keep_dims_(keep_dims) {}
  std::vector<Attribute> attributes() const override { return {{"axes", axes_}, {"keep_dims", keep_dims_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const Shape& shape = inputs[0].shape;
    return {floating(inputs), reduced(shape, set_of(axes_, shape.rank()), keep_dims_)};
  }

  Shape kept(const Shape& shape) const override { return reduced(shape, set_of(axes_, shape.rank()), true); }

 protected:
  // infer, for reductions that nothing has no result of.
  TensorType infer_of_some(std::span<const TensorType> inputs) const {
    const TensorType type = OverAxes::infer(inputs);
    require_some(inputs[0].shape, type.shape);
    return type;
  }

  const std::vector<std::int64_t>& axes() const { return axes_; }

 private:
  std::vector<std::int64_t> axes_;
  bool keep_dims_;
};

}  // namespace gradtable::detail
