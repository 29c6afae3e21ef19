// Convolutions by plain loops over doubles, for any number of spatial axes.
#pragma once

#include "tests/ops/formulas.hpp"

namespace gradtable::testing {

// Of each spatial axis.
struct Sliding {
  Index stride, begin, end, dilation;
  std::int64_t groups = 1;

  // The same on all axes, without padding or dilation.
  static Sliding plain(int axes) {
    const auto n = static_cast<std::size_t>(axes);
    return {Index(n, 1), Index(n, 0), Index(n, 0), Index(n, 1)};
  }
  // begin, then end
  std::vector<std::int64_t> padding() const;
};

// y[n,m,o] = sum of w[m,c,k] x[n,c,o stride + k dilation - begin]
Array convolved(const Array& x, const Array& w, const Sliding& s);

// x[n,c,o stride + k dilation - begin] = sum of w[m,c,k] y[n,m,o], where x has these spatial extents.
Array convolved_back(const Array& y, const Array& w, const Sliding& s, const Index& extents);

// w[m,c,k] = sum of y[n,m,o] x[n,c,o stride + k dilation - begin]
Array convolved_weights(const Array& x, const Array& y, const Shape& w, const Sliding& s);

// The extents of convolved, and those of convolved_back with nothing added.
std::int64_t extent_of(std::int64_t extent, std::int64_t kernel, const Sliding& s, std::size_t axis);
std::int64_t extent_back(std::int64_t extent, std::int64_t kernel, const Sliding& s, std::size_t axis);

// x with b[c] added to channel c of (N,C,spatial...).
Array with_bias(const Array& x, const Array& b);

}  // namespace gradtable::testing
