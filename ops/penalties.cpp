#include "gradtable/ops/penalties.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/composition.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {

Tensor l1_penalty(const Tensor& w, Location at) {
  const detail::Composition composition("l1_penalty", {w}, at);
  composition.require_floating(w);
  return sum(abs(w));
}

Tensor l2_penalty(const Tensor& w, Location at) {
  const detail::Composition composition("l2_penalty", {w}, at);
  composition.require_floating(w);
  return scale(sum(square(w)), 0.5);
}

}  // namespace gradtable
