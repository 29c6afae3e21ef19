// Programs on several threads, forced by min_threads: what they give, and how they fail.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/graph/random_graph.hpp"
#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/machine/cores.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::near;
using testing::RandomGraph;
using testing::same_bits;

std::vector<Array> copies_of_parameters(const RandomGraph& made) {
  std::vector<Array> copies;
  for (const Tensor& parameter : made.parameters) copies.emplace_back(made.graph.value(parameter));
  return copies;
}

// Runs both programs from the same parameters, again and again, and compares all that they give.
void expect_the_same(RandomGraph& made, const CompileOptions& options, Program& one, Program& team,
                     int runs) {
  for (int run = 0; run < runs; ++run) {
    const std::vector<Array> before = copies_of_parameters(made);
    one.run();
    const std::vector<Array> expected = copies_of_parameters(made);
    for (std::size_t i = 0; i < before.size(); ++i) made.graph.set_value(made.parameters[i], before[i]);
    team.run();
    for (const Tensor& output : options.outputs)
      ASSERT_TRUE(near(team.value(output), one.value(output))) << "run " << run << ", " << output.label();
    for (std::size_t i = 0; i < before.size(); ++i)
      ASSERT_TRUE(near(made.graph.value(made.parameters[i]), expected[i])) << "run " << run << ", p" << i;
  }
}

struct Size {
  std::int64_t rows, columns;
};

// More threads than rows; whole rows in blocks of fused ops; no elements at all.
constexpr Size kSizes[] = {{3, 4}, {16, 20}, {37, 9}, {0, 4}};

TEST(TeamExecution, GivesWhatOneThreadGivesInRandomGraphs) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Size size = kSizes[seed % std::size(kSizes)];
    RandomGraph made(seed, size.rows, size.columns);
    CompileOptions options = made.options();
    options.threads = 1;
    Program one = compile(made.graph, options);
    for (const int threads : {2, 3, 4}) {
      options.threads = options.min_threads = threads;
      options.deterministic = seed % 3 == 0;
      Program team = compile(made.graph, options);
      ASSERT_EQ(team.plan().threads, threads);
      expect_the_same(made, options, one, team, 10);
      ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "seed " << seed << ", " << threads << " threads";
    }
  }
}

TEST(TeamExecution, GivesWhatOneThreadGivesWithoutPasses) {
  for (std::uint64_t seed = 100; seed < 106; ++seed) {
    RandomGraph made(seed, 16, 20);
    CompileOptions options = made.options();
    options.without = pass_names();
    Program one = compile(made.graph, options);
    options.threads = options.min_threads = 3;
    Program team = compile(made.graph, options);
    expect_the_same(made, options, one, team, 10);
    ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "seed " << seed;
  }
}

// One bad row of eight, read by an op whose rows are shared among the threads.
class BadRow : public ::testing::TestWithParam<int> {
 protected:
  Program training(const Tensor& checked, int threads, CompileOptions options = {}) {
    options.outputs = {checked};
    options.updates = {{w, w - scale(square(w), 0.5)}, {v, w + v}};
    options.threads = options.min_threads = threads;
    return compile(graph, options);
  }
  // Whether the program fails for `bad` as it does on one thread, changes nothing, and goes on for `good`.
  template <class Error>
  void expect_failures(const Tensor& checked, const CompileOptions& options,
                       const std::function<void(Program&, int)>& run_with_bad_row) {
    for (int row = 0; row < 8; ++row) {
      Program one = training(checked, 1, options), team = training(checked, GetParam(), options);
      const Array old_w(graph.value(w)), old_v(graph.value(v));
      const std::string expected = message_of<Error>([&] { run_with_bad_row(one, row); });
      ASSERT_FALSE(contains("nothing thrown", expected)) << expected;
      EXPECT_EQ(message_of<Error>([&] { run_with_bad_row(team, row); }), expected);
      EXPECT_TRUE(same_bits(graph.value(w), old_w));
      EXPECT_TRUE(same_bits(graph.value(v), old_v));
      run_with_bad_row(team, -1);
      EXPECT_FALSE(same_bits(graph.value(w), old_w));
    }
  }

  Graph graph;
  const Tensor w = graph.parameter("w", full({40, 10}, 0.5, DType::float64));
  const Tensor v = graph.parameter("v", full({40, 10}, 0.5, DType::float64));
  const Tensor labels = graph.input("labels", {8}, DType::int32);
  const Tensor x = graph.input("x", {8, 10}, DType::float64);
};

// All zero but for the bad row; -1: for none.
template <class T>
Array with_bad_row(const Shape& shape, double good, int row, T bad) {
  Array values = full(shape, good, dtype_of<T>());
  if (row >= 0) values.as<T>()[static_cast<std::size_t>(row * values.shape().size() / 8)] = bad;
  return values;
}

TEST_P(BadRow, OfLabelsEndsTheRun) {
  const auto run = [&](Program& program, int row) {
    program.run({{labels, with_bad_row<std::int32_t>({8}, 0, row, 99)}});
  };
  expect_failures<DataError>(one_hot(labels, 4, DType::float64), {}, run);
  expect_failures<DataError>(gather(w, labels), {}, run);
}

TEST_P(BadRow, OfACastEndsTheRun) {
  const Tensor integers = cast(exp(x), DType::int32);
  expect_failures<NumericError>(integers, {}, [&](Program& program, int row) {
    program.run({{x, with_bad_row<double>({8, 10}, 0, row, 1000)}});
  });
}

TEST_P(BadRow, OfANumberThatMustBeFiniteEndsTheRun) {
  const Tensor y = log(square(x));
  expect_failures<NumericError>(exp(y), {.finite = {y}}, [&](Program& program, int row) {
    program.run({{x, with_bad_row<double>({8, 10}, 1, row, 0)}});
  });
}

INSTANTIATE_TEST_SUITE_P(Team, BadRow, ::testing::Values(1, 2, 3, 4));

// Several rows fail on several threads at once: the first counts.
TEST(TeamExecution, ReportsTheFirstOfSeveralErrors) {
  Graph graph;
  const Tensor labels = graph.input("labels", {8}, DType::int32);
  Program program = compile(graph, {.outputs = {one_hot(labels, 4)}, .min_threads = 4});
  for (int i = 0; i < 50; ++i) {
    const std::string message = message_of<DataError>([&] {
      program.run({{labels, Array::of<std::int32_t>({8}, {0, 1, 55, 0, 66, 77, 88, 99})}});
    });
    ASSERT_TRUE(contains(message, "55"));
  }
}

// y = exp(x) by a program of its own.
class RunsAProgram final : public Op {
 public:
  RunsAProgram(std::shared_ptr<const Program> program, const Tensor& x)
      : program_(std::move(program)), x_(x) {}
  std::string_view name() const override { return "runs_a_program"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool may_throw() const override { return true; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const std::vector<Array> values = program_->infer({{x_, inputs[0]}});
    const std::span<const double> y = values.front().as<double>();
    std::copy(y.begin() + parts.begin, y.begin() + parts.end, output.as<double>().begin() + parts.begin);
  }

 private:
  std::shared_ptr<const Program> program_;
  Tensor x_;
};

TEST(TeamExecution, RunsAProgramInsideAnOpOfAnother) {
  Graph inner, outer;
  const Tensor x = inner.input("x", {6, 4}, DType::float64);
  const auto program = std::make_shared<const Program>(
      compile(inner, {.outputs = {exp(x)}, .finite = {log(x)}, .min_threads = 2}));
  const Tensor z = outer.input("z", {6, 4}, DType::float64);
  const Tensor from = scale(z, 2);
  const Tensor nested =
      outer.apply(std::make_shared<RunsAProgram>(program, x), {{from}}, Location::current());
  const Tensor result = nested + from;
  for (const int threads : {1, 2, 3}) {
    Program outside = compile(outer, {.outputs = {result}, .min_threads = threads});
    for (int i = 0; i < 20; ++i) {
      outside.run({{z, full({6, 4}, 0.5, DType::float64)}});
      ASSERT_TRUE(near(outside.value(result), full({6, 4}, std::exp(1.0) + 1, DType::float64)));
    }
    EXPECT_THROW(outside.run({{z, full({6, 4}, -1, DType::float64)}}), NumericError);
  }
}

TEST(TeamExecution, GoesOnInSeveralProgramsAtOnceThatShareAFrozenParameter) {
  Graph graph;
  const Tensor w = graph.parameter("w", full({32, 32}, 0.01, DType::float64));
  const Tensor x = graph.input("x", {8, 32}, DType::float64);
  const Tensor y = tanh(matmul(exp(matmul(x, w)), w));
  const auto often = [&](double value, bool& right) {
    const Array fed = full({8, 32}, value, DType::float64);
    const Array expected = evaluate(y, {{x, fed}});
    Program program = compile(graph, {.outputs = {y}, .min_threads = 2});
    for (int i = 0; i < 50; ++i) {
      program.run({{x, fed}});
      right = right && near(program.value(y), expected);
    }
  };
  bool right[] = {true, true, true};
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i) users.emplace_back(often, 0.1 * i, std::ref(right[i]));
  for (std::thread& user : users) user.join();
  for (const bool each : right) EXPECT_TRUE(each);
}

TEST(TeamExecution, MovesWithTheProgramAndOutlivesTheGraph) {
  auto graph = std::make_unique<Graph>();
  const Tensor x = graph->input("x", {6, 4}, DType::float64);
  const Tensor w = graph->parameter("w", full({6, 4}, 1, DType::float64));
  const Tensor y = sum(mul(x, w));
  Program first = compile(*graph, {.outputs = {y}, .updates = {{w, w + x}}, .min_threads = 3});
  const Array ones = full({6, 4}, 1, DType::float64);
  first.run({{x, ones}});
  Program program = std::move(first);
  graph.reset();
  EXPECT_EQ(program.value(y).item(), 24);
  program.run({{x, ones}});
  EXPECT_EQ(program.value(y).item(), 48);
}

// A network of these widths, trained by gradient descent on batches of `batch` rows.
int threads_for(const std::vector<std::int64_t>& widths, std::int64_t batch) {
  Graph graph;
  Tensor h = graph.input("x", {batch, widths.front()});
  const Tensor labels = graph.input("labels", {batch}, DType::int32);
  std::vector<Tensor> parameters;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    parameters.push_back(graph.parameter(fmt::format("w{}", i), zeros({widths[i - 1], widths[i]})));
    h = matmul(i == 1 ? h : relu(h), parameters.back());
  }
  const Tensor loss = softmax_cross_entropy(h, labels);
  const GradTable table = build_grad(loss, parameters);
  CompileOptions options{.outputs = {loss}, .threads = 2};
  for (const Tensor& w : parameters) options.updates.push_back({w, w - scale(table[w], 0.1)});
  return compile(graph, options).plan().threads;
}

TEST(TeamExecution, TakesAsManyThreadsAsTheWorkIsWorth) {
  EXPECT_EQ(threads_for({2, 2, 2}, 4), 1);
  EXPECT_EQ(threads_for({784, 512, 512, 10}, 128), std::min(2, available_cores()));
}

TEST(TeamExecution, StaysOnOneThreadWhereNoMoreAreAllowed) {
  RandomGraph made(1);
  CompileOptions options = made.options();
  options.threads = 1;
  EXPECT_EQ(compile(made.graph, options).plan().threads, 1);
  EXPECT_EQ(compile(made.graph, options).plan().barriers, 0U);
}

}  // namespace
}  // namespace gradtable
