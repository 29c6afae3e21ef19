// Derivatives of any tensors with respect to any tensors: products with the Jacobian, which never make it.
//
// All are nodes of the graph, made by back-propagation (build_grad.hpp), so that they can be differentiated
// again, to any order. Outputs ys and targets xs are real tensors of one graph, of any shapes; targets may be
// results, also of each other, and each stands for itself and all that is made of it. J is the Jacobian of
// ys with respect to xs, one row for each element of the ys. docs/calculus.md has formulas and examples.
//
// GradientError: a result that would be zero for want of any path, unless Unreached::zeros asks for it; an op
// on the way without a derivative; tensors that are empty, of integers or of another graph.
#pragma once

#include <vector>

#include "gradtable/graph/build_grad.hpp"

namespace gradtable {

// The gradients d(sum of all elements of all ys) / dx, one for each x, of x's type.
std::vector<Tensor> gradients(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                              Unreached unreached = Unreached::error);

// J^T u, vector-Jacobian products: sum_k (dy_k/dx)^T u_k, one for each x, of x's type. The cotangents u_k are
// one for each y, of y's type: ShapeError.
std::vector<Tensor> vjp(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                        const std::vector<Tensor>& cotangents, Unreached unreached = Unreached::error);

// J v, Jacobian-vector products: sum_i (dy/dx_i) v_i, one for each y, of y's type. The tangents v_i are one
// for each x, of x's type: ShapeError. Made by two vjps, since J^T u is linear in u and its derivative with
// respect to u, times v, is J v. Each call leaves such a u in the graph for each y: an input "cotangent of y"
// that is never fed, as the results do not depend on it, and the nodes of the first vjp.
// A y that depends on no x is an error, as is an x on which no y depends.
std::vector<Tensor> jvp(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                        const std::vector<Tensor>& tangents, Unreached unreached = Unreached::error);

// H v, Hessian-vector products of a real scalar z: sum_j (d^2z / dx_i dx_j) v_j, one for each x, of x's type,
// without H. The vectors v_j are one for each x, of x's type: ShapeError. They count as constants, whatever
// they are made of. Where z is linear, H v is zeros, and no error.
std::vector<Tensor> hvp(const Tensor& z, const std::vector<Tensor>& xs, const std::vector<Tensor>& vectors,
                        Unreached unreached = Unreached::error);

}  // namespace gradtable
