// Graphs to be drawn, and a look into the text of a drawing.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/dot.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable::testing {

// An op that can be drawn and nothing else.
class Sketch : public Op {
 public:
  Sketch(std::string name, const Shape& shape, std::vector<Attribute> attributes)
      : name_(std::move(name)), shape_(shape), attributes_(std::move(attributes)) {
    // Never printed; makes ops of different names different.
    attributes_.push_back({name_, false});
  }

  std::string_view name() const override { return name_; }
  std::vector<Attribute> attributes() const override { return attributes_; }
  TensorType infer(std::span<const TensorType> /*inputs*/) const override { return {DType::float32, shape_}; }
  void forward(std::span<const ConstView> /*inputs*/, const View& /*output*/,
               Parts /*parts*/) const override {}

 private:
  std::string name_;
  Shape shape_;
  std::vector<Attribute> attributes_;
};

inline Tensor sketch(const std::string& name, const Shape& shape, std::initializer_list<Tensor> inputs,
                     std::vector<Attribute> attributes = {}, Location at = Location::current()) {
  return apply(std::make_shared<Sketch>(name, shape, std::move(attributes)), inputs, at);
}

// y = relu(x W) with its gradient and W <- W - 0.5 dW, by hand.
struct Step {
  Graph graph;
  Tensor x = graph.input("x", {4, 3});
  Tensor weights = graph.parameter("W", zeros({3, 2}));
  Tensor product = sketch("matmul", {4, 2}, {x, weights});
  Tensor y = sketch("relu", {4, 2}, {product}).named("y");
  Tensor gradient;
  Update update;

  Step() {
    {
      const Graph::Scope scope(graph, Phase::gradient, y.id());
      gradient = sketch("step", {4, 2}, {product});
    }
    {
      const Graph::Scope scope(graph, Phase::gradient, product.id());
      gradient = sketch("matmul", {3, 2}, {x, gradient}, {{"transpose_a", true}, {"transpose_b", false}});
    }
    const Graph::Scope scope(graph, Phase::update);
    const Tensor change = sketch("mul", {3, 2}, {graph.constant(0.5), gradient});
    update = {weights, sketch("sub", {3, 2}, {weights, change})};
  }
};

// What a user draws: a network of two layers, and its training step.
struct DrawnNetwork {
  Graph graph;
  Tensor x = graph.input("x", {64, 784});
  Tensor labels = graph.input("labels", {64}, DType::int32);
  Tensor w1 = graph.parameter("W1", zeros({784, 128}));
  Tensor b1 = graph.parameter("b1", zeros({128}));
  Tensor w2 = graph.parameter("W2", zeros({128, 10}));
  Tensor b2 = graph.parameter("b2", zeros({10}));
  Tensor hidden = relu(add_bias(matmul(x, w1), b1)).named("hidden");
  Tensor scores = add_bias(matmul(hidden, w2), b2).named("scores");
  Tensor loss = softmax_cross_entropy(scores, labels).named("loss");

  std::vector<Update> descent() {
    const GradTable table = build_grad(loss, {w1, b1, w2, b2});
    std::vector<Update> updates;
    for (const auto& [parameter, gradient] : table) {
      const Graph::Scope scope(graph, Phase::update, parameter.id());
      updates.push_back({parameter, sub(parameter, scale(gradient, 0.1))});
    }
    return updates;
  }
};

inline std::string drawn(const Graph& graph, const DotOptions& options = {}) {
  std::ostringstream out;
  write_dot(out, graph, options);
  return out.str();
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

inline bool has(const std::string& text, const std::string& part) {
  return count(text, part) > 0;
}

inline std::string line_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (has(line, part)) return line;
  return "";
}

}  // namespace gradtable::testing
