// A model, as a trainer trains it: a function of examples, with its parameters.
#pragma once

#include <functional>
#include <vector>

#include "gradtable/models/networks/sequential.hpp"

namespace gradtable {

// A Sequential, or any function of the builder API with its parameters:
//
//   Model{.input = {784}, .parameters = {W, b}, .outputs = [=](const Tensor& x) { return add_bias(matmul(x,
//   W), b); }}
struct Model {
  Shape input;                     // of one example
  std::vector<Tensor> parameters;  // to be learned; at least one
  // The outputs (m,...) for m examples x (m,input...), when the model is used.
  std::function<Tensor(const Tensor& x)> outputs;
  // The same in a step of training, with the updates of what is not learned; empty: as when it is used. step:
  // the number of steps before it, an int32 scalar.
  std::function<Sequential::Training(const Tensor& x, const Tensor& step)> training = {};
};

Model model_of(const Sequential& network);

}  // namespace gradtable
