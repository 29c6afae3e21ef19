// Whole matrices of derivatives, as nodes. Where a product with one is enough, as in most algorithms,
// derivatives.hpp gives it at a small part of the cost.
//
// Jacobians are built row by row from vector-Jacobian products, or column by column from Jacobian-vector
// products where the xs have fewer elements than the ys: min(elements of ys, elements of xs) times the nodes
// of one product. The graph grows with the number of elements, so these are for small tensors. By columns,
// each call leaves an input "cotangent of y" for each y, as jvp does.
#pragma once

#include <vector>

#include "gradtable/graph/build_grad.hpp"

namespace gradtable {

// Blocks of derivatives: one row for each output, one column for each target.
using Blocks = std::vector<std::vector<Tensor>>;

// blocks[k][i][a..., b...] = d y_k[a...] / d x_i[b...], of shape y_k.shape + x_i.shape and y_k's type.
// Errors are those of jvp, for whole rows and columns of blocks: other blocks without a path are zeros.
// ShapeError when a shape has more than 8 axes, when the types of the ys and xs are not all the same, and for
// more than 100,000 products.
Blocks jacobian(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                Unreached unreached = Unreached::error);
// d y[a...] / d x[b...], the only block.
Tensor jacobian(const Tensor& y, const Tensor& x, Unreached unreached = Unreached::error);

// blocks[i][j][a..., b...] = d^2 z / d x_i[a...] d x_j[b...] of a real scalar z, of shape x_i.shape +
// x_j.shape: the Jacobian of the gradient. Errors are those of hvp and jacobian; blocks of second
// derivatives without a path are zeros.
Blocks hessian(const Tensor& z, const std::vector<Tensor>& xs, Unreached unreached = Unreached::error);
Tensor hessian(const Tensor& z, const Tensor& x, Unreached unreached = Unreached::error);

}  // namespace gradtable
