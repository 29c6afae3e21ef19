#include "gradtable/graph/function.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

// y = x w for rows x (m,2), w = (2,3).
class Rows : public ::testing::Test {
 protected:
  static Array ones(std::int64_t m) { return full({m, 2}, 1); }

  int built = 0;
  Graph graph;
  const Tensor w = graph.parameter("w", Array::of_rows<float>({{2}, {3}}));
  const Function f{graph, [this](const Tensor& x) {
                     ++built;
                     return matmul(x, w);
                   }};
};

TEST_F(Rows, AreComputedWhateverTheirNumber) {
  for (const std::int64_t m : {1, 7, 1000, 0}) {
    const Array y = f(ones(m));
    EXPECT_EQ(y.shape(), (Shape{m, 1}));
    for (const float number : y.as<float>()) EXPECT_EQ(number, 5);
  }
}

TEST_F(Rows, OfOneNumberAreBuiltAndCompiledOnce) {
  for (int i = 0; i < 3; ++i)
    for (const std::int64_t m : {1, 2}) f(ones(m));
  EXPECT_EQ(built, 2);
  EXPECT_EQ(f.programs(), 2U);
}

TEST_F(Rows, OfAllNumbersSeeTheParametersOfNow) {
  f(ones(1));
  f(ones(2));
  graph.set_value(w, Array::of_rows<float>({{10}, {20}}));
  EXPECT_EQ(f(ones(1)).item(), 30);
  EXPECT_EQ(f(ones(2))[1].item(), 30);
}

// The one used least recently goes, and comes back without new nodes.
TEST_F(Rows, KeepSoManyPrograms) {
  const Function two(graph, [this](const Tensor& x) { return matmul(x, w); }, {.most_programs = 2});
  two(ones(1));
  two(ones(2));
  two(ones(1));
  two(ones(3));  // in place of that for 2 rows
  EXPECT_EQ(two.programs(), 2U);
  const std::size_t nodes = graph.size();
  two(ones(2));
  EXPECT_EQ(two(ones(1)).item(), 5);
  EXPECT_EQ(graph.size(), nodes);
  EXPECT_EQ(two.programs(), 2U);
}

TEST_F(Rows, OfAWrongShapeAreRefusedAndLeaveNothingForTheNextOnes) {
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         f(full({2, 5}, 1));
                       }),
                       "matmul: expected (m,k) and (k,n), got (2,5) and (2,1)  ["));
  const std::size_t nodes = graph.size();
  EXPECT_THROW(f(full({2, 5}, 1)), ShapeError);
  EXPECT_EQ(graph.size(), nodes) << "the same error again takes no more memory";
  EXPECT_EQ(f(ones(1)).item(), 5);
  EXPECT_THROW(f(full({1, 2}, 1, DType::float64)), ShapeError);
}

TEST_F(Rows, ComeFromManyThreadsAtOnce) {
  const Function other(graph, [this](const Tensor& x) { return sum(exp(matmul(x, w))); });
  std::atomic<int> wrong = 0;
  const auto often = [&](int thread) {
    for (int i = 0; i < 60; ++i) {
      const std::int64_t m = 1 + (i * 7 + thread) % 20;
      if (f(ones(m)).shape() != Shape{m, 1} || other(ones(m)).shape() != Shape()) ++wrong;
    }
  };
  std::vector<std::thread> users;
  for (int thread = 0; thread < 4; ++thread) users.emplace_back(often, thread);
  for (std::thread& user : users) user.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(f.programs(), 16U) << "the most that are kept";
  EXPECT_EQ(built, 20);
}

TEST(Function, TakesAnyNumberOfInputsAndGivesAnyNumberOfOutputs) {
  Graph g;
  const Function f(g, [](std::span<const Tensor> in) {
    return std::vector<Tensor>{in[0] + in[1], in[0] * in[1], in[0]};
  });
  const std::vector<float> a = {1, 2};
  const std::vector<Array> outputs = f({a, Array::of<float>({3, 4})});
  ASSERT_EQ(outputs.size(), 3U);
  EXPECT_EQ(to_string(outputs[0]), "[4. 6.]");
  EXPECT_EQ(to_string(outputs[1]), "[3. 8.]");
  EXPECT_EQ(to_string(outputs[2]), "[1. 2.]");
  const Function first(g, [](std::span<const Tensor> in) { return std::vector<Tensor>{in[0]}; });
  EXPECT_EQ(first({a, a, a}).size(), 1U) << "an input that nobody needs is no error";
}

TEST(Function, RefusesCallsThatDoNotFit) {
  Graph g;
  const Function two(g, [](std::span<const Tensor> in) { return std::vector<Tensor>{in[0], in[0]}; });
  EXPECT_TRUE(contains(message_of<GraphError>([&] { two(zeros({1})); }),
                       "function: expected one output, got 2; call it with a list of inputs: f({x})"));
  const Function one(g, [](const Tensor& x) { return x + 1; });
  EXPECT_EQ(message_of<GraphError>([&] {
              one({zeros({1}), zeros({1})});
            }),
            "function: expected one input, got 2");
  const Function none(g, [](std::span<const Tensor>) { return std::vector<Tensor>(); });
  EXPECT_THROW(none(zeros({1})), GraphError);
}

TEST(Function, OfNothingSaysSo) {
  Function f;
  EXPECT_TRUE(f.empty());
  EXPECT_EQ(message_of<GraphError>([&] { f(zeros({1})); }),
            "function: expected a function of a graph, got an empty one");
  EXPECT_THROW(f.programs(), GraphError);
  Graph g;
  EXPECT_THROW(Function(g, Function::Build()), GraphError);
  EXPECT_THROW(Function(g, [](const Tensor& x) { return x; }, {.most_programs = 0}), GraphError);
}

TEST(Function, GoesOnWithWhatItKnowsWhenTheGraphIsGone) {
  auto g = std::make_unique<Graph>();
  const Tensor w = g->parameter("w", full({}, 3));
  const Function f(*g, [w](const Tensor& x) { return x * w; });
  f(zeros({1}));
  g.reset();
  EXPECT_EQ(f(full({1}, 2)).item(), 6);
  EXPECT_TRUE(contains(message_of<GraphError>([&] { f(zeros({2})); }),
                       "function: expected a living graph for new shapes, got one that is gone  ["));
}

struct Tripled {
  Graph graph;
  Function triple;
};

Tripled tripled() {
  Tripled made;
  const Tensor w = made.graph.parameter("w", full({}, 3));
  made.triple = Function(made.graph, [w](const Tensor& x) { return x * w; });
  return made;
}

TEST(Function, MovesWithItsGraph) {
  std::vector<Tripled> all;
  for (int i = 0; i < 3; ++i) all.push_back(tripled());
  for (const Tripled& one : all) EXPECT_EQ(to_string(one.triple(std::array<float, 2>{1, 2})), "[3. 6.]");
}

// A function inside of a function.
TEST(Function, MayBeCalledWhereAnotherIsBuilt) {
  Graph g;
  const Function inner(g, [](const Tensor& x) { return x + 1; });
  const Function outer(g, [&](const Tensor& x) { return x * inner(full({}, 2)).item(); });
  EXPECT_EQ(outer(full({1}, 2)).item(), 6);
}

TEST(Function, ChecksWhatTheCallableAsksFor) {
  Graph g;
  const Function f(g, Function::Build([](std::span<const Tensor> in) {
                     const Tensor y = log(in[0]);
                     return CompileOptions{.outputs = {y}, .finite = {y}};
                   }));
  EXPECT_EQ(f(full({1}, 1)).item(), 0);
  EXPECT_THROW(f(full({1}, -1)), NotFiniteError);
  const TensorType types[] = {{DType::float32, {4}}};
  EXPECT_EQ(f.plan(types).steps.size(), 1U);
  EXPECT_EQ(f.programs(), 2U);
  EXPECT_EQ(f.bytes(),
            f.plan(types).peak_bytes + f.plan(std::array{TensorType{DType::float32, {1}}}).peak_bytes);
}

}  // namespace
}  // namespace gradtable
