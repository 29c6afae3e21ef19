#include "gradtable/ops/detail/products_of_others.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {
namespace {

// Directions that a product may be differentiated in.
constexpr std::size_t kMostDirections = 6;

// The number sum_S a_S e_S over the sets S of N directions, written as bits, with e_d^2 = 0: a product of
// x + h_1 e_1 + ... + h_N e_N carries the mixed derivatives of the product of the x.
template <class T, std::size_t N>
using Jet = std::array<T, std::size_t{1} << N>;

// The part of a b with all directions of the set, and a b.
template <class T, std::size_t Sets>
T part_of_product(const std::array<T, Sets>& a, const std::array<T, Sets>& b, std::size_t set) {
  T sum = 0;
  for (std::size_t part = set;; part = (part - 1) & set) {
    sum += a[part] * b[set & ~part];
    if (part == 0) return sum;
  }
}

template <class T, std::size_t Sets>
std::array<T, Sets> product_of(const std::array<T, Sets>& a, const std::array<T, Sets>& b) {
  std::array<T, Sets> product;
  for (std::size_t set = 0; set < Sets; ++set) product[set] = part_of_product(a, b, set);
  return product;
}

// One row: the factors x, and N rows of directions.
template <class T, std::size_t N>
class Row {
 public:
  Row(const T* x, const std::array<const T*, N>& directions, T* y) : x_(x), directions_(directions), y_(y) {}

  // y_j = the part of all directions of `outside` times the factors in [begin, end) but the one at j. Halves,
  // as each is the other's outside; what is left is short enough for the products before each factor.
  void spread(std::int64_t begin, std::int64_t end, const Jet<T, N>& outside) const {
    if (end - begin <= kShort) return spread_short(begin, end, outside);
    const std::int64_t middle = begin + (end - begin) / 2;
    spread(begin, middle, product_of(outside, product(middle, end)));
    spread(middle, end, product_of(outside, product(begin, middle)));
  }

  static Jet<T, N> one() {
    Jet<T, N> jet{};
    jet[0] = 1;
    return jet;
  }

 private:
  static constexpr std::int64_t kShort = 16;

  // In place: a larger set reads smaller ones, and is written before them.
  void multiply_by_factor(Jet<T, N>& jet, std::int64_t j) const {
    for (std::size_t set = jet.size(); set-- > 0;) {
      jet[set] *= x_[j];
      for (std::size_t d = 0; d < N; ++d) {
        const std::size_t direction = std::size_t{1} << d;
        if ((set & direction) != 0) jet[set] += jet[set & ~direction] * directions_[d][j];
      }
    }
  }

  Jet<T, N> product(std::int64_t begin, std::int64_t end) const {
    Jet<T, N> jet = one();
    for (std::int64_t j = begin; j < end; ++j) multiply_by_factor(jet, j);
    return jet;
  }

  void spread_short(std::int64_t begin, std::int64_t end, const Jet<T, N>& outside) const {
    std::array<Jet<T, N>, kShort> before;
    Jet<T, N> jet = outside;
    for (std::int64_t j = begin; j < end; ++j) {
      before[static_cast<std::size_t>(j - begin)] = jet;
      multiply_by_factor(jet, j);
    }
    jet = one();
    for (std::int64_t j = end; j-- > begin;) {
      y_[j] = part_of_product(before[static_cast<std::size_t>(j - begin)], jet, jet.size() - 1);
      multiply_by_factor(jet, j);
    }
  }

  const T* x_;
  std::array<const T*, N> directions_;
  T* y_;
};

// Calls f.operator()<N>() for the N that is `directions`.
template <std::size_t N = 0, class F>
void dispatch_directions(std::size_t directions, const F& f) {
  if (directions == N) return f.template operator()<N>();
  if constexpr (N < kMostDirections) dispatch_directions<N + 1>(directions, f);
}

// y_j = sum of h_1[i_1] ... h_N[i_N] times the other x over all different i_1, ..., i_N, j, row by row: the
// derivative of the product of x by x_j, in the directions h. Symmetric in them, as derivatives are.
class ProductsOfOthers final : public Op {
 public:
  std::string_view name() const override { return "products_of_others"; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = floating(inputs);
    for (const TensorType& input : inputs) {
      if (input.shape.rank() != 2 || input.shape != inputs[0].shape)
        throw ShapeError(fmt::format("expected factors (n,k) and directions of that shape, got {} and {}",
                                     to_string(inputs[0].shape), to_string(input.shape)));
    }
    return {dtype, inputs[0].shape};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    const double levels = 4 + std::log2(1 + static_cast<double>(output.shape[1]));
    return levels * std::pow(3, inputs.size() - 1) * static_cast<double>(output.shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const std::int64_t k = output.shape()[1];
    dispatch_floating(output.dtype(), [&]<class T>() {
      dispatch_directions(inputs.size() - 1, [&]<std::size_t N>() {
        for (std::int64_t i = parts.begin; i < parts.end; ++i) {
          const auto row = [&](std::size_t input) {
            return static_cast<const T*>(inputs[input].data) + i * k;
          };
          std::array<const T*, N> directions;
          for (std::size_t d = 0; d < N; ++d) directions[d] = row(d + 1);
          Row<T, N>(row(0), directions, static_cast<T*>(output.data) + i * k).spread(0, k, Row<T, N>::one());
        }
      });
    });
  }

  // By x: G is one more direction. By h_d: G in its place, since y is symmetric in its index and directions.
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    std::vector<Tensor> all(inputs.begin(), inputs.end());
    if (wrt > 0) {
      all[wrt] = gradient;
    } else {
      all.push_back(gradient);
      if (all.size() > 1 + kMostDirections)
        throw GradientError(fmt::format("expected derivatives of a product of order at most {}, got one more",
                                        kMostDirections + 1));
    }
    return inputs[0].graph().apply(std::make_shared<const ProductsOfOthers>(), all, Location::current());
  }
};

}  // namespace

Tensor products_of_others(const Tensor& x, Location at) {
  return apply<ProductsOfOthers>({x}, at);
}

}  // namespace gradtable::detail
