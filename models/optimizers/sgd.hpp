// Stochastic gradient descent: Goodfellow et al., algorithm 8.1.
#pragma once

#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

// theta <- theta - learning_rate * gradient for each target theta of the table, as nodes for Program's
// updates. Throws ConfigError unless the learning rate is finite and above 0.
std::vector<Update> sgd(const GradTable& table, double learning_rate);

// Throws what sgd throws for this learning rate, before there is a graph.
void require_learning_rate(double learning_rate);

}  // namespace gradtable
