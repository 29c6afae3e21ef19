#include "gradtable/ops/reduction.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/loops/reduce.hpp"
#include "gradtable/ops/detail/over_axes.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {

using Inputs = std::span<const Tensor>;

std::int64_t detail::Reduction::parts(std::span<const TensorType>, const TensorType& output) const {
  return output.shape.size();
}

// Only reductions over the last axes are, in order, reductions of slices.
bool detail::Reduction::reads_own_slice(std::size_t, std::span<const TensorType> inputs,
                                        const TensorType&) const {
  const Shape &from = inputs[0].shape, to = kept(from);
  int axis = 0;
  while (axis < from.rank() && to[axis] == from[axis]) ++axis;
  while (axis < from.rank() && to[axis] == 1) ++axis;
  return axis == from.rank();
}

double detail::Reduction::flops(std::span<const TensorType> inputs, const TensorType&) const {
  return static_cast<double>(inputs[0].shape.size());
}

Tensor detail::Reduction::simplified(Inputs inputs) const {
  const TensorType type = infer(std::array{inputs[0].type()});
  return kept(inputs[0].shape()) == inputs[0].shape() ? reshape(inputs[0], type.shape) : Tensor();
}

void detail::WeightedSum::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const Shape& from = inputs[0].shape();
  dispatch_floating(output.dtype(), [&]<class T>() {
    detail::reduce<detail::Add>(static_cast<const T*>(inputs[0].data), from,
                                static_cast<T*>(output.data) + parts.begin, kept(from), parts,
                                detail::kItself, weight(from));
  });
}

// dy_j/dx_i = weight for the j that x_i was added to
Tensor detail::WeightedSum::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const {
  const Shape& shape = inputs[0].shape();
  const Tensor back = reshape(gradient, kept(shape));
  return broadcast_to(weight(shape) == 1 ? back : scale(back, weight(shape)), shape);
}

namespace {

// How many numbers become one.
double summands(const Shape& from, const Shape& kept) {
  return static_cast<double>(from.size()) / static_cast<double>(kept.size());
}

class Sum final : public detail::OverAxes<detail::WeightedSum> {
 public:
  using OverAxes::OverAxes;
  std::string_view name() const override { return "sum"; }
};

class Mean final : public detail::OverAxes<detail::WeightedSum> {
 public:
  using OverAxes::OverAxes;
  std::string_view name() const override { return "mean"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return infer_of_some(inputs); }
  double weight(const Shape& shape) const override { return 1 / summands(shape, kept(shape)); }
};

class Var final : public detail::OverAxes<detail::Reduction> {
 public:
  Var(std::vector<std::int64_t> axes, bool keep_dims, std::int64_t correction)
      : OverAxes(std::move(axes), keep_dims), correction_(correction) {}
  std::string_view name() const override { return "var"; }

  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> all = OverAxes::attributes();
    all.push_back({"correction", correction_});
    return all;
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const TensorType type = infer_of_some(inputs);
    const Shape& shape = inputs[0].shape;
    if (type.shape.size() != 0 && summands(shape, kept(shape)) <= static_cast<double>(correction_))
      throw ShapeError(
          fmt::format("expected more than {} numbers along the axes, got {}", correction_, to_string(shape)));
    return type;
  }

  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return 4 * static_cast<double>(inputs[0].shape.size());
  }

  // In two passes, some results at a time: the squares of numbers that are large beside their differences
  // would leave nothing of these.
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape &from = inputs[0].shape(), to = kept(from);
    dispatch_floating(output.dtype(), [&]<class T>() {
      const double count = summands(from, to), share = weight(from);
      const T* x = static_cast<const T*>(inputs[0].data);
      std::array<T, kResults> means;
      for (Parts some = parts; some.begin < parts.end; some.begin = some.end) {
        some.end = std::min(some.begin + kResults, parts.end);
        detail::reduce<detail::Add>(x, from, means.data(), to, some, detail::kItself, 1 / count);
        detail::reduce<detail::Add>(
            x, from, static_cast<T*>(output.data) + some.begin, to, some,
            [mean = std::as_const(means).data()](T number, std::int64_t j) GRADTABLE_INLINE {
              const T difference = number - mean[j];
              return difference * difference;
            },
            share);
      }
    });
  }

  Tensor simplified(Inputs) const override { return {}; }

  double weight(const Shape& from) const {
    return 1 / (summands(from, kept(from)) - static_cast<double>(correction_));
  }

  // dy/dx_i = 2 (x_i - mean x) / (n - correction)
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor& x = inputs[0];
    const Tensor g = reshape(gradient, kept(x.shape()));
    return mul(scale(g, 2 * weight(x.shape())), sub(x, mean(x, axes(), true)));
  }

 private:
  static constexpr std::int64_t kResults = 256;  // at once

  std::int64_t correction_;
};

}  // namespace

bool detail::is_var(const Op& op) {
  return dynamic_cast<const Var*>(&op) != nullptr;
}

double detail::variance_weight(const Op& var, const Shape& shape) {
  return dynamic_cast<const Var&>(var).weight(shape);
}

Tensor sum(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Sum>(std::move(axes), keep_dims), {x}, at);
}

Tensor mean(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Mean>(std::move(axes), keep_dims), {x}, at);
}

Tensor var(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, std::int64_t correction,
           Location at) {
  return apply(std::make_shared<const Var>(std::move(axes), keep_dims, correction), {x}, at);
}

}  // namespace gradtable
