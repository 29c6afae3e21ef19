// One step of training as a graph.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/gradient_events.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

// The nodes of one step on batches of one size, taken from a data set of n examples. The inputs are the whole
// set, as bytes or numbers, the indices of the batch, and scalars that say which step it is.
struct StepGraph {
  Tensor all_inputs;         // (n, features), of the data set's type
  Tensor all_targets;        // (n) labels, or (n,...) real numbers
  Tensor indices;            // int32 (m)
  Tensor epoch;              // int32, for augmentation
  Tensor step;               // int32, the steps before this one, for dropout
  Tensor learning_rate;      // float64
  Tensor inputs;             // (m, input...): pixels from 0 to 1, or normalized; what the network takes
  Tensor targets;            // int32 labels (m), or real numbers of the network's type
  Tensor outputs;            // (m, ...)
  Tensor loss;               // the mean over the batch
  std::vector<Tensor> sums;  // over the batch, of the values of each metric; empty: it is not measured
  Tensor objective;          // what the updates lower: the loss, or its sum over the batch
  GradTable gradients = GradTable({});  // of the objective by the parameters that learn
  std::vector<GradientEvent> events;    // how build_grad made them
  std::vector<Update> updates;          // of parameters, and of what the optimizer remembers
  std::vector<Update> states;           // of running statistics, after every batch
};

}  // namespace gradtable
