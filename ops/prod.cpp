// prod of reduction.hpp.
#include <algorithm>
#include <utility>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/loops/reduce.hpp"
#include "gradtable/ops/detail/over_axes.hpp"
#include "gradtable/ops/detail/products_of_others.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Prod final : public detail::OverAxes<detail::Reduction> {
 public:
  using OverAxes::OverAxes;
  std::string_view name() const override { return "prod"; }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& from = inputs[0].shape();
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::reduce<detail::Multiply>(static_cast<const T*>(inputs[0].data), from,
                                       static_cast<T*>(output.data) + parts.begin, kept(from), parts,
                                       detail::kItself);
    });
  }

  // dy/dx_i = the product of the other x along the axes
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor& x = inputs[0];
    const Shape to = kept(x.shape());
    const std::vector<std::int64_t> order = reduced_last(x.shape().rank());
    const Tensor last = transposed(x, order);
    const std::int64_t rows = to.size(), factors = rows > 0 ? x.shape().size() / rows : 0;
    const Tensor others = detail::products_of_others(reshape(last, {rows, factors}));
    return mul(reshape(gradient, to), transposed(reshape(others, last.shape()), inverse(order)));
  }

 private:
  // The kept axes, then the others.
  std::vector<std::int64_t> reduced_last(int rank) const {
    const detail::Axes set = detail::set_of(axes(), rank);
    std::vector<std::int64_t> order;
    for (int axis = 0; axis < rank; ++axis) order.push_back(axis);
    // Not std::ranges': clang++ 14 does not compile the range that it returns.
    std::stable_partition(order.begin(), order.end(),
                          [&](std::int64_t axis) { return !set[static_cast<std::size_t>(axis)]; });
    return order;
  }

  static std::vector<std::int64_t> inverse(const std::vector<std::int64_t>& order) {
    std::vector<std::int64_t> places(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      places[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    return places;
  }

  static Tensor transposed(const Tensor& x, const std::vector<std::int64_t>& order) {
    return std::ranges::is_sorted(order) ? x : transpose(x, order);
  }
};

}  // namespace

Tensor prod(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Prod>(std::move(axes), keep_dims), {x}, at);
}

}  // namespace gradtable
