#include "gradtable/ops/penalties.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {

Tensor l1_penalty(const Tensor& w, Location at) {
  return sum(abs(w, at), {}, false, at);
}

Tensor l2_penalty(const Tensor& w, Location at) {
  return scale(sum(square(w, at), {}, false, at), 0.5, at);
}

}  // namespace gradtable
