// Program::infer: const, from any number of threads.
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::near;

class Infer : public ::testing::Test {
 protected:
  Array rows(double value) const { return full({6, 8}, value, DType::float64); }

  Graph graph;
  const Tensor x = graph.input("x", {6, 8}, DType::float64);
  const Tensor w = graph.parameter("w", full({8, 5}, 0.25, DType::float64));
  const Tensor hidden = matmul(x, w);
  const Tensor y = tanh(hidden);
};

TEST_F(Infer, GivesTheOutputsInTheirOrder) {
  const Program program = compile(graph, {.outputs = {y, w, hidden, y}});
  const std::vector<Array> values = program.infer({{x, rows(1)}});
  ASSERT_EQ(values.size(), 4U);
  EXPECT_TRUE(near(values[0], full({6, 5}, std::tanh(2.0), DType::float64)));
  EXPECT_TRUE(near(values[1], full({8, 5}, 0.25, DType::float64)));
  EXPECT_TRUE(near(values[2], full({6, 5}, 2, DType::float64)));
  EXPECT_TRUE(near(values[3], values[0]));
}

TEST_F(Infer, GivesValuesThatLaterCallsDoNotChange) {
  const Program program = compile(graph, {.outputs = {hidden}});
  const std::vector<Array> first = program.infer({{x, rows(1)}});
  const std::vector<Array> second = program.infer({{x, rows(2)}});
  EXPECT_EQ(first.front().as<double>()[0], 2);
  EXPECT_EQ(second.front().as<double>()[0], 4);
}

TEST_F(Infer, LeavesTheValuesOfTheLastRun) {
  Program program = compile(graph, {.outputs = {hidden}});
  program.run({{x, rows(1)}});
  EXPECT_EQ(program.infer({{x, rows(2)}}).front().as<double>()[0], 4);
  EXPECT_EQ(program.value(hidden).as<double>()[0], 2);
}

TEST_F(Infer, RefusesAProgramThatUpdatesParameters) {
  for (const Tensor& value : {w - scale(w, 0.5), graph.constant(zeros({8, 5}, DType::float64))}) {
    const Program program = compile(graph, {.outputs = {y}, .updates = {{w, value}}});
    EXPECT_TRUE(contains(message_of<GraphError>([&] {
                           program.infer({{x, rows(1)}});
                         }),
                         "infer: expected a program without updates, got one that updates parameters"));
    EXPECT_EQ(graph.value(w).as<double>()[0], 0.25);
  }
}

TEST_F(Infer, RefusesWrongFeedsAndGoesOn) {
  const Program program = compile(graph, {.outputs = {y}, .finite = {y}});
  EXPECT_THROW(program.infer(), GraphError);
  EXPECT_THROW(program.infer({{x, rows(1)}, {x, rows(1)}}), GraphError);
  EXPECT_THROW(program.infer({{w, zeros({8, 5}, DType::float64)}}), GraphError);
  EXPECT_THROW(program.infer({{x, zeros({6, 8})}}), ShapeError);
  EXPECT_THROW(program.infer({{x, rows(std::nan(""))}}), NumericError);
  EXPECT_TRUE(near(program.infer({{x, rows(1)}}).front(), full({6, 5}, std::tanh(2.0), DType::float64)));
}

TEST_F(Infer, MayBeCalledFromManyThreadsAtOnce) {
  for (const int team : {1, 2}) {
    const Program program = compile(graph, {.outputs = {y}, .min_threads = team});
    std::atomic<int> wrong = 0;
    const auto often = [&](int thread) {
      for (int i = 0; i < 50; ++i) {
        const double value = 0.01 * (thread * 50 + i);
        const std::vector<Array> values = program.infer({{x, rows(value)}});
        if (!near(values.front(), full({6, 5}, std::tanh(2 * value), DType::float64))) ++wrong;
      }
    };
    std::vector<std::thread> users;
    for (int thread = 0; thread < 4; ++thread) users.emplace_back(often, thread);
    for (std::thread& user : users) user.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST_F(Infer, AllocatesOnlyItsOutputsAfterTheFirstCallAlsoAfterOneThatThrew) {
  const Program program = compile(graph, {.outputs = {y, hidden}, .min_threads = 2});
  const Array fed = rows(1);
  program.infer({{x, fed}});
  EXPECT_THROW(program.infer(), GraphError);
  const std::int64_t bytes = testing::aligned_bytes(), calls = testing::allocations();
  const std::vector<Array> values = program.infer({{x, fed}});
  EXPECT_EQ(testing::aligned_bytes() - bytes, 2 * 6 * 5 * 8);
  EXPECT_EQ(testing::allocations() - calls, 3);  // two arrays, and their list
}

}  // namespace
}  // namespace gradtable
