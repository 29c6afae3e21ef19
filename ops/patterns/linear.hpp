// Element-wise linear combinations, which rewrite passes recognize by this base class.
#pragma once

#include <cmath>
#include <vector>

namespace gradtable::detail {

// Whether a factor is neither 0 nor near the limits of float32, where sums and products of factors would
// differ from those of the numbers: 0 times infinity is not 0.
inline bool is_moderate(double factor) {
  return std::abs(factor) > 1e-30 && std::abs(factor) < 1e30;
}

// A base of op classes, besides Op.
class Linear {
 public:
  virtual ~Linear() = default;
  // The factor of each input.
  virtual std::vector<double> factors() const = 0;
};

}  // namespace gradtable::detail
