// One step of training as a graph.
#pragma once

#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

// The nodes of one step on batches of one size, taken from a data set of n images. The inputs are the whole
// set, as bytes or numbers, the indices of the batch, and scalars that say which step it is.
struct StepGraph {
  Tensor pixels;                // uint8 or float32 (n, features)
  Tensor classes;               // uint8 (n), the labels of the set
  Tensor indices;               // int32 (m)
  Tensor epoch;                 // int32, for augmentation
  Tensor step;                  // int32, the steps before this one, for dropout
  Tensor learning_rate;         // float64
  Tensor images;                // (m, features), pixels from 0 to 1, or normalized
  Tensor labels;                // int32 (m)
  Tensor outputs;               // (m, classes)
  Tensor loss;                  // the mean over the batch
  Tensor predictions;           // int32 (m)
  std::vector<Update> updates;  // of parameters, and of what the optimizer remembers
  std::vector<Update> states;   // of running statistics, after every batch
};

}  // namespace gradtable
