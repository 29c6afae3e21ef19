// Optimizers with a learning rate for each element of a parameter: Goodfellow et al., section 8.5. What
// sgd.hpp says of all optimizers holds here, too. Roots, squares and products are element by element.
#pragma once

#include <vector>

#include "gradtable/models/optimizers/gradients.hpp"
#include "gradtable/models/optimizers/sgd.hpp"

namespace gradtable {

// r <- r + g^2; theta <- theta - learning_rate g / (sqrt(r) + epsilon). Algorithm 8.4; Duchi et al. 2011.
// epsilon is finite and above 0. r is the "squares of <theta>'s name".
std::vector<Update> adagrad(const GradTable& table, const Operand& learning_rate, double epsilon = 1e-10);

// r <- alpha r + (1 - alpha) g^2; theta <- theta - learning_rate g / (sqrt(r) + epsilon). Algorithm 8.5
// (Hinton 2012), with epsilon outside of the root as in PyTorch. alpha is from 0 to below 1, epsilon finite
// and above 0. r is the "mean square of <theta>'s name".
std::vector<Update> rmsprop(const GradTable& table, const Operand& learning_rate, double alpha = 0.99,
                            double epsilon = 1e-8);

struct AdamOptions {
  double beta1 = 0.9;  // from 0 to below 1, as beta2
  double beta2 = 0.999;
  double epsilon = 1e-8;  // finite and above 0
};

// t <- t + 1; s <- beta1 s + (1 - beta1) g; r <- beta2 r + (1 - beta2) g^2;
// theta <- theta - learning_rate s' / (sqrt(r') + epsilon), s' = s / (1 - beta1^t), r' = r / (1 - beta2^t).
// Algorithm 8.7; Kingma and Ba 2015. s and r are the "first moment of <theta>'s name" and the "second moment
// of" it; t is the float64 scalar "steps of <the first target's name>", one for the table.
std::vector<Update> adam(const GradTable& table, const Operand& learning_rate,
                         const AdamOptions& options = {});

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;  // finite and at least 0
  Penalized penalized = Penalized::all;
};

// theta <- theta - learning_rate weight_decay theta - (adam's step): the decay is not in the moments, so that
// it is the same for elements with small and with large gradients. Loshchilov and Hutter 2019, algorithm 2,
// with PyTorch's product of rate and decay.
std::vector<Update> adamw(const GradTable& table, const Operand& learning_rate,
                          const AdamWOptions& options = {});

}  // namespace gradtable
