// Ops that are linear combinations of their inputs, element by element: passes that rewrite graphs look for
// them.
#pragma once

#include <vector>

namespace gradtable::detail {

// A base of op classes, besides Op.
class Linear {
 public:
  virtual ~Linear() = default;
  // The factor of each input.
  virtual std::vector<double> factors() const = 0;
};

}  // namespace gradtable::detail
