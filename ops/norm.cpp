// norm of reduction.hpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/detail/loops/reduce.hpp"
#include "gradtable/ops/detail/over_axes.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// Some results at a time: the largest |x| first, by which numbers are divided whose squares would overflow or
// lose their digits.
class Norm final : public detail::OverAxes<detail::Reduction> {
 public:
  using OverAxes::OverAxes;
  std::string_view name() const override { return "norm"; }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return 8 * static_cast<double>(inputs[0].shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape &from = inputs[0].shape(), to = kept(from);
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      std::array<T, kTogether> units;
      for (Parts some = parts; some.begin < parts.end; some.begin = some.end) {
        some.end = std::min(some.begin + kTogether, parts.end);
        T* y = static_cast<T*>(output.data) + some.begin;
        const auto count = static_cast<std::size_t>(some.end - some.begin);
        const auto magnitude = [](T number, std::int64_t) GRADTABLE_INLINE { return std::abs(number); };
        detail::reduce<detail::Larger>(x, from, units.data(), to, some, magnitude);
        std::ranges::transform(std::span(units).first(count), units.begin(), unit_of<T>);
        const auto square = [unit = std::as_const(units).data()](T number, std::int64_t j) GRADTABLE_INLINE {
          const T part = number / unit[j];
          return part * part;
        };
        detail::reduce<detail::Add>(x, from, y, to, some, square);
        for (std::size_t j = 0; j < count; ++j) y[j] = std::sqrt(y[j]) * units[j];
      }
    });
  }

  // |x| and zeros of one number are no x.
  Tensor simplified(Inputs) const override { return {}; }

  // dy/dx_i = x_i / y, at most 1, and 0 where y = 0
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t) const override {
    const Shape to = kept(inputs[0].shape());
    const Tensor length = reshape(output, to);
    return mul(reshape(gradient, to), where(equal(length, 0), 0, div(inputs[0], length)));
  }

 private:
  static constexpr std::int64_t kTogether = 256;  // results

  // 1 where the squares of numbers up to the largest are ordinary; of an infinity, 1 as well.
  template <class T>
  static T unit_of(T largest) {
    constexpr T kLimit = sizeof(T) == 4 ? T(1e12) : T(1e120);
    const bool ordinary = largest > 1 / kLimit && largest < kLimit;
    return ordinary || largest == 0 || !std::isfinite(largest) ? T{1} : largest;
  }
};

}  // namespace

Tensor norm(const Tensor& x, std::vector<std::int64_t> axes, bool keep_dims, Location at) {
  return apply(std::make_shared<const Norm>(std::move(axes), keep_dims), {x}, at);
}

}  // namespace gradtable
