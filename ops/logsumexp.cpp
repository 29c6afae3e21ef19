// logsumexp of reduction.hpp.
#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/loops/columns.hpp"
#include "gradtable/ops/detail/over_axes.hpp"
#include "gradtable/ops/detail/softmax_or_zeros.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// Operations for each element whose exponential is taken.
constexpr double kFlops = 15;

// Over axes that lie side by side.
class LogSumExp final : public detail::OverAxes<detail::Reduction> {
 public:
  using OverAxes::OverAxes;
  std::string_view name() const override { return "logsumexp"; }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return kFlops * static_cast<double>(inputs[0].shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& shape = inputs[0].shape();
    const detail::Block block = detail::block_of(shape, detail::set_of(axes(), shape.rank()));
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      T* y = static_cast<T*>(output.data);
      if (block.extent == 0)
        std::fill(y + parts.begin, y + parts.end, -std::numeric_limits<T>::infinity());
      else if (block.inner == 1)
        of_rows(x, block.extent, parts, y);
      else
        detail::for_columns(block, parts, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
          in_full(detail::log_sum_exp_of_columns(x + from, block.extent, block.inner, count), count, y + to);
        });
    });
  }

  // dy/dx = softmax(x); not e^(x - y), where y has lost the digits of ln sum e^(x - max x) beside max x
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    const Tensor& x = inputs[0];
    const detail::Block block = detail::block_of(x.shape(), detail::set_of(axes(), x.shape().rank()));
    if (block.extent == 0) return zeros_like(x);
    const Tensor blocks = reshape(x, {block.outer, block.extent, block.inner});
    const Tensor shares = reshape(detail::softmax_or_zeros(blocks, 1), x.shape());
    return mul(reshape(gradient, kept(x.shape())), shares);
  }

 private:
  template <class T>
  static void of_rows(const T* x, std::int64_t k, Parts rows, T* y) {
    for (std::int64_t i = rows.begin; i < rows.end; i += detail::kRows) {
      const std::int64_t count = std::min(detail::kRows, rows.end - i);
      in_full(detail::log_sum_exp(x + i * k, k, count), count, y + i);
    }
  }

  template <class Sums, class T>
  static void in_full(const Sums& sums, std::int64_t count, T* y) {
    std::transform(sums.shift.begin(), sums.shift.begin() + count, sums.log.begin(), y, std::plus<T>());
  }
};

}  // namespace

bool detail::is_logsumexp(const Op& op) {
  return dynamic_cast<const LogSumExp*>(&op) != nullptr;
}

// Of axes that lie apart, the last ones first: ln sum e^(ln sum e^x). The axes before them keep their
// numbers.
Tensor logsumexp(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  const int rank = x.empty() ? 0 : x.shape().rank();
  std::vector<std::int64_t> places = axes;
  for (std::int64_t& place : places) place += place < 0 ? rank : 0;
  std::ranges::sort(places);
  auto run = places.end();
  while (run != places.begin() && (run == places.end() || *(run - 1) + 1 == *run)) --run;
  const bool there = !places.empty() && places.front() >= 0 && places.back() < rank;
  const bool apart = there && run != places.begin() && std::ranges::adjacent_find(places) == places.end();
  if (apart) axes.assign(run, places.end());
  const Tensor y = apply(std::make_shared<const LogSumExp>(std::move(axes), keep_dims), {x}, at);
  return apart ? logsumexp(y, {places.begin(), run}, keep_dims, at) : y;
}

}  // namespace gradtable
