// A network that tells images of several classes apart, as the trainer sees it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/lenet5.hpp"

namespace gradtable {

struct Classifier {
  std::int64_t features = 0;  // numbers of an image
  std::int64_t classes = 0;
  std::vector<Tensor> parameters = {};  // to be learned; at least one
  // The outputs (m,classes) of m images (m,features) of numbers from 0 to 1. In a step of training, `step` is
  // the number of steps before it, an int32 scalar; otherwise it is empty.
  std::function<Tensor(const Tensor& images, const Tensor& step, Location at)> outputs = {};

  Classifier() = default;
  Classifier(Fcnn network);
  Classifier(LeNet5 network);

  // Numbers to be learned.
  std::int64_t parameter_count() const;
};

}  // namespace gradtable
