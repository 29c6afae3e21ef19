// The names of derivatives: ∂loss/∂W1, ∂²y/∂x², ∂²y/∂x∂w (docs/decisions/names-of-gradients.md).
#pragma once

#include <vector>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/detail/choices.hpp"

namespace gradtable::detail {

// Names the entries of the grad_table: ∂z/∂v of known = {{z, 1}}, ∂(u·y)/∂v of other known = {{y, u}}, where
// u and y have names. Those of variables without a name have none.
void name_entries(const GradTable& known, const std::vector<Tensor>& targets,
                  const NodeMap<Cotangent>& grad_table);

// Names the node that is the derivative of y by these, one after the other, where they have names.
void name_derivative(const Tensor& node, const Tensor& y, const std::vector<Tensor>& by);

// Names the node that is J v: "∂y/∂x·v", a term for each x.
void name_directional(const Tensor& node, const Tensor& y, const std::vector<Tensor>& xs,
                      const std::vector<Tensor>& tangents);

}  // namespace gradtable::detail
