// Gradients of several batches for one update.
//
//   Accumulation sums = accumulate(build_grad(loss, parameters));
//   Program batch = compile(g, {.outputs = {loss}, .updates = sums.add});
//   Program step = compile(g, {.updates = sums.then(adam(sums.mean, 0.001))});
//
// One runs `batch` for each batch, then `step`. These are two programs, since a step in the program of each
// batch would have to compute, and throw away, the new parameters of all batches but the last; and so how
// many batches make a step is left open until it is made, as for the last batches of an epoch.
#pragma once

#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct Accumulation {
  std::vector<Update> add;    // sum <- sum + weight g for each target; weights <- weights + weight
  GradTable mean;             // sum / weights for each target, for an optimizer; NaN where nothing was added
  GradTable total;            // sum for each target
  std::vector<Update> clear;  // sum <- 0, weights <- 0

  // The optimizer's updates, and those of clear.
  std::vector<Update> then(std::vector<Update> updates) const;
};

// The sums are the parameters "gradient sum of <target's name>" and "gradient weights of <the first target's
// name>". They are there once in a graph: batches of other sizes, from other tables of the same targets, are
// added to the same sums. With the number of examples as the weight of a batch, the mean of gradients of mean
// losses is the gradient of the mean loss of all examples, also when batches differ in size. Throws
// ConfigError for a weight that is not finite and above 0, and GraphError when a name is taken by something
// else.
Accumulation accumulate(const GradTable& table, double weight = 1);

}  // namespace gradtable
