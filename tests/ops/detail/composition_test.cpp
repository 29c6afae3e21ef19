#include "gradtable/ops/detail/composition.hpp"

#include <functional>
#include <vector>

#include "tests/ops/errors.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/normalization.hpp"
#include "gradtable/ops/penalties.hpp"
#include "gradtable/ops/regression.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::expect_error;
using testing::message_of;

// A public function of a first tensor and another one, at place `input`.
struct Function {
  const char* name;
  std::size_t input;
  std::function<void(const Tensor& x, const Tensor& other)> call;
};

class FunctionsOfSeveralTensors : public ::testing::Test {
 protected:
  // float32 (3,3), (3), and class indices (3).
  Graph g;
  const Tensor k = g.input("k", {3}), labels = g.input("labels", {3}, DType::int32);

  std::vector<Function> functions() {
    return {
        {"batch_norm", 1, [&](auto& x, auto& e) { batch_norm(x, e, k, k, k); }},
        {"batch_norm", 4, [&](auto& x, auto& e) { batch_norm(x, k, k, k, e); }},
        {"batch_norm_inference", 3, [&](auto& x, auto& e) { batch_norm_inference(x, k, k, e, k); }},
        {"layer_norm", 2, [&](auto& x, auto& e) { layer_norm(x, k, e); }},
        {"nll", 1, [&](auto& x, auto& e) { nll(x, e); }},
        {"softmax_cross_entropy", 1, [&](auto& x, auto& e) { softmax_cross_entropy(x, e); }},
        {"binary_cross_entropy", 1, [&](auto& x, auto& e) { binary_cross_entropy(x, e); }},
        {"binary_cross_entropy_with_logits", 1,
         [&](auto& x, auto& e) { binary_cross_entropy_with_logits(x, e); }},
        {"hinge", 1, [&](auto& x, auto& e) { hinge(x, e); }},
        {"multiclass_hinge", 1, [&](auto& x, auto& e) { multiclass_hinge(x, e); }},
        {"misclassification_probability", 1, [&](auto& x, auto& e) { misclassification_probability(x, e); }},
        {"expected_squared_distance", 1, [&](auto& x, auto& e) { expected_squared_distance(x, e); }},
        {"half_squared_error", 1, [&](auto& x, auto& e) { half_squared_error(x, e); }},
        {"mean_squared_error", 1, [&](auto& x, auto& e) { mean_squared_error(x, e); }},
        {"gaussian_nll", 1, [&](auto& x, auto& e) { gaussian_nll(x, e, x); }},
        {"gaussian_nll", 2, [&](auto& x, auto& e) { gaussian_nll(x, x, e); }},
        {"matmul", 1, [&](auto& x, auto& e) { matmul(x, e); }},
        {"dot", 1, [&](auto& x, auto& e) { dot(x, e); }},
        {"outer", 1, [&](auto& x, auto& e) { outer(x, e); }},
    };
  }

  void expect_refusal(const Tensor& other, const std::string& got) {
    const Tensor x = g.input("x", {3, 3});
    for (const Function& f : functions()) {
      const std::string message = message_of<GraphError>([&] { f.call(x, other); });
      const std::string start =
          fmt::format("{}: expected tensors of one graph, got {} as input {}  [", f.name, got, f.input);
      EXPECT_TRUE(message.starts_with(start) && contains(message, "composition_test.cpp:")) << message;
    }
  }
};

TEST_F(FunctionsOfSeveralTensors, NameThemselvesAndTheCallForAnEmptyTensor) {
  expect_refusal(Tensor(), "an empty tensor");
}

TEST_F(FunctionsOfSeveralTensors, NameThemselvesAndTheCallForATensorOfAnotherGraph) {
  Graph other;
  expect_refusal(other.input("x", {3, 3}), "a tensor of another graph");
}

TEST_F(FunctionsOfSeveralTensors, CountTheWeightsOfALossAsTheirThirdInput) {
  Graph other;
  const Tensor x = g.input("x", {3, 3}), w = other.input("w", {3});
  expect_error<GraphError>([&] { nll(x, labels, {.weights = w}); },
                           "nll: expected tensors of one graph, got a tensor of another graph as input 2");
}

TEST(Operators, AreNamedAsTheFunctionsThatTheyStandFor) {
  const Tensor e;
  const std::string sentence = ": expected a tensor of a graph, got an empty tensor";
  expect_error<GraphError>([&] { e + 1.0; }, "add" + sentence);
  expect_error<GraphError>([&] { 1.0 - e; }, "sub" + sentence);
  expect_error<GraphError>([&] { e / 2.0; }, "div" + sentence);
}

TEST(Penalties, NameThemselves) {
  Graph g;
  const Tensor integers = g.input("integers", {3}, DType::int32);
  const std::string sentence = ": expected float32 or float64, got int32 (3)";
  expect_error<ShapeError>([&] { l1_penalty(integers); }, "l1_penalty" + sentence);
  expect_error<ShapeError>([&] { l2_penalty(integers); }, "l2_penalty" + sentence);
  expect_error<GraphError>([&] { l1_penalty({}); },
                           "l1_penalty: expected tensors of one graph, got an empty tensor as input 0");
}

TEST(LayerNorm, RefusesToAverageNothing) {
  Graph g;
  const Tensor x = g.input("x", {2, 0}), k = g.input("k", {0});
  expect_error<ShapeError>([&] { layer_norm(x, k, k); },
                           "layer_norm: expected numbers along the axes, got (2,0)");
}

}  // namespace
}  // namespace gradtable
