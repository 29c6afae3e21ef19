// What the functions for derivatives share (build_grad.hpp, derivatives.hpp, jacobian.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// Throws GradientError unless z is a real scalar.
void require_scalar(std::string_view where, const Tensor& z);

// Throws GradientError unless there are some `ys` and some `xs`, all real and of one graph.
void require_real(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs);

// Throws ShapeError unless there is one vector for each tensor, of its type, and GradientError for an empty
// one or one of another graph; `what` is "cotangents".
void require_vectors(std::string_view where, std::string_view what, const std::vector<Tensor>& tensors,
                     const std::vector<Tensor>& vectors);

// Throws GradientError unless each y depends on some x, and on each x depends some y, along inputs to which
// derivatives pass.
void require_paths(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs);

// Why derivatives find no path from the ys to x, for the end of a sentence: there is none at all, or what
// ends the first one.
std::string missing_path(const Graph& graph, std::span<const NodeId> ys, NodeId x);

// One for each y, of its type: what vector-Jacobian products are linear in. Inputs of the graph, never the
// same ones twice, since what is differentiated with respect to them must not meet them elsewhere.
std::vector<Tensor> free_cotangents(const std::vector<Tensor>& ys);

}  // namespace gradtable::detail
