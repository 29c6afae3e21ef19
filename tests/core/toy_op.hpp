// An op for tests of the graph: a name, any inputs of one type, whose type the output has.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/core/error.hpp"
#include "gradtable/core/op.hpp"

namespace gradtable::testing {

class ToyOp : public Op {
 public:
  explicit ToyOp(std::vector<Attribute> attributes = {}) : attributes_(std::move(attributes)) {}

  std::string_view name() const override { return "toy"; }
  std::vector<Attribute> attributes() const override { return attributes_; }
  TensorType infer(std::span<const TensorType> inputs) const override {
    for (const TensorType& input : inputs)
      if (input != inputs[0])
        throw ShapeError("expected " + to_string(inputs[0]) + ", got " + to_string(input));
    return inputs[0];
  }
  void forward(std::span<const ConstView> /*inputs*/, const View& /*output*/,
               Parts /*parts*/) const override {}

 private:
  std::vector<Attribute> attributes_;
};

}  // namespace gradtable::testing
