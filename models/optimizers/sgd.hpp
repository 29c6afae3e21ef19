// Stochastic gradient descent and its two forms with momentum: Goodfellow et al., algorithms 8.1 to 8.3.
//
// An optimizer is a function from gradients to updates, nodes that compute the new numbers of each target
// theta of the table from its gradient g, for Program's updates. The learning rate is a number, or a scalar
// of the graph, float32 or float64: an input that is fed, or a parameter that is set between the runs, so
// that one program serves all rates of a schedule. The state of an optimizer is parameters of the graph,
// zeros at first, with names such as "velocity of W". They belong to W and exist once: tables of other
// losses or batch sizes in the same graph continue with them.
//
// All throw ConfigError for numbers out of range, ShapeError for a learning rate that is no scalar, and
// GraphError when the name of a state is taken by something else.
#pragma once

#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/update.hpp"
#include "gradtable/ops/operand.hpp"

namespace gradtable {

// theta <- theta - learning_rate g. A number as learning rate is finite and above 0.
std::vector<Update> sgd(const GradTable& table, const Operand& learning_rate);

// v <- momentum v + g; theta <- theta - learning_rate v. The momentum is from 0 to below 1. As PyTorch's SGD;
// for one learning rate the same as the book's algorithm 8.2, whose v is ours times -learning_rate.
std::vector<Update> momentum(const GradTable& table, const Operand& learning_rate, double momentum = 0.9);

// v <- momentum v + g; theta <- theta - learning_rate (g + momentum v), with the new v: Nesterov's momentum
// as in PyTorch's SGD. The theta of the program is the point at which the book's algorithm 8.3 takes the
// gradient, its theta + momentum v, so that a step needs one gradient and no second set of weights.
std::vector<Update> nesterov(const GradTable& table, const Operand& learning_rate, double momentum = 0.9);

// Throws what sgd throws for this learning rate, before there is a graph.
void require_learning_rate(double learning_rate);

}  // namespace gradtable
