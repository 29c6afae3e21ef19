#include "gradtable/graph/profile.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "tests/graph/user_ops.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

// y = relu(x W), with enough work for two threads, and an update of W.
struct Layer {
  Graph graph;
  Tensor x = graph.input("x", {64, 256});
  Tensor W = graph.parameter("W", full({256, 128}, 0.01));
  Tensor loss = mean(relu(matmul(x, W)).named("h")).named("loss");
  Array numbers = full({64, 256}, 1);

  Program program(int threads) {
    const GradTable table = build_grad(loss, {W});
    return compile(graph, {.outputs = {loss},
                           .updates = {{W, W - 0.1 * table[W]}},
                           .threads = threads,
                           .min_threads = threads});
  }
  ProgramProfile profile(int threads, std::size_t runs = 5) {
    return program(threads).profile({{x, numbers}}, runs);
  }
};

class Profile : public ::testing::TestWithParam<int> {};

TEST_P(Profile, HasTheStepsOfThePlan) {
  Layer layer;
  const ProgramPlan plan = layer.program(GetParam()).plan();
  const ProgramProfile profile = layer.profile(GetParam());
  ASSERT_EQ(profile.steps.size(), plan.steps.size());
  ASSERT_EQ(profile.threads(), static_cast<std::size_t>(GetParam()));
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const ProfiledStep& step = profile.steps[i];
    EXPECT_EQ(step.label, plan.steps[i].label);
    EXPECT_EQ(step.flops, plan.steps[i].flops);
    EXPECT_EQ(step.level, plan.steps[i].level);
    EXPECT_GT(step.bytes, static_cast<double>(plan.steps[i].bytes()));
    EXPECT_GT(step.total_seconds(), 0) << step.label;
    EXPECT_EQ(std::ranges::count_if(step.seconds, [](double each) { return each > 0; }),
              std::min(plan.steps[i].slices, GetParam()))
        << step.label;
  }
}

// Nothing of a thread's time is left out, or counted twice.
TEST_P(Profile, TilesTheTimeOfEachThread) {
  Layer layer;
  const ProgramProfile profile = layer.profile(GetParam());
  for (std::size_t thread = 0; thread < profile.threads(); ++thread) {
    double last = 0;
    for (const ProfiledSpan& span : profile.spans) {
      if (span.thread != thread) continue;
      EXPECT_EQ(span.begin, last);
      EXPECT_GE(span.end, span.begin);
      last = span.end;
    }
    EXPECT_EQ(last, profile.seconds);
  }
}

TEST_P(Profile, WaitsForTheBarriersOfThePlan) {
  Layer layer;
  const std::size_t barriers = layer.program(GetParam()).plan().barriers;
  const ProgramProfile profile = layer.profile(GetParam());
  const auto waits = std::ranges::count(profile.spans, ProfiledSpan::kWaiting, &ProfiledSpan::step);
  // Each thread waits for the start and the end, too.
  EXPECT_EQ(static_cast<std::size_t>(waits), (barriers + 2) * profile.threads());
}

INSTANTIATE_TEST_SUITE_P(Threads, Profile, ::testing::Values(1, 2));

TEST(ProfileOf, ProgramsRunsThemWithTheirUpdates) {
  Layer once, profiled;
  Program program = once.program(1);
  for (int i = 0; i < 4; ++i) program.run({{once.x, once.numbers}});
  profiled.profile(1, 3);
  EXPECT_TRUE(
      std::ranges::equal(profiled.graph.value(profiled.W).as<float>(), once.graph.value(once.W).as<float>()));
}

TEST(ProfileOf, NoRunsIsRefused) {
  Layer layer;
  EXPECT_EQ(testing::message_of<GraphError>([&] { layer.profile(1, 0); }),
            "profile: expected at least 1 run, got 0");
}

TEST(ProfileOf, AProgramWithoutItsFeedThrowsAsRunDoes) {
  Layer layer;
  EXPECT_THROW(layer.program(1).profile(), GraphError);
}

TEST(ProfileOf, ProgramsSaysWhichNodesTheStepsCompute) {
  Layer layer;
  const ProgramProfile profile = layer.profile(1);
  EXPECT_EQ(profile.graph_serial, layer.graph.serial());
  std::vector<NodeId> nodes;
  for (const ProfiledStep& step : profile.steps) nodes.push_back(step.node);
  EXPECT_NE(std::ranges::find(nodes, layer.loss.id()), nodes.end());
  EXPECT_NE(std::ranges::find(nodes, layer.graph.tensor(layer.loss.node().inputs[0]).id()), nodes.end());
  for (const NodeId node : nodes) EXPECT_LT(static_cast<std::size_t>(node), layer.graph.size());
}

// Of the table only the rows that are taken.
TEST(ProfileOf, ProgramsCountsTheBytesThatAreRead) {
  Graph graph;
  const Tensor table = graph.input("table", {1000, 64}), indices = graph.input("indices", {4}, DType::int32);
  const Array numbers = full({1000, 64}, 1), taken = zeros({4}, DType::int32);
  Program program = compile(graph, {.outputs = {gather(table, indices)}, .threads = 1});
  const ProgramProfile profile = program.profile({{table, numbers}, {indices, taken}}, 1);
  ASSERT_EQ(profile.steps.size(), 1U);
  EXPECT_EQ(profile.steps[0].bytes, 4 * 4 + 2 * (4 * 64 * 4));
}

ProgramProfile by_hand() {
  ProgramProfile profile{.runs = 5, .seconds = 100e-6, .waiting = {20e-6, 60e-6}};
  profile.steps = {
      {.label = "h (relu)", .type = {}, .level = 1, .flops = 1000, .bytes = 8000, .seconds = {20e-6, 0}},
      {.label = "W (matmul)", .type = {}, .flops = 1e6, .bytes = 4e4, .seconds = {60e-6, 40e-6}}};
  return profile;
}

TEST(TableOfAProfile, HasTheLongestStepFirst) {
  ProgramProfile profile = by_hand();
  const std::string table =
      "100.00 us a run on 2 threads, the median of 5\n"
      "1.001 MFLOP and 0.048 MB moved a run\n"
      " share   us on 1   us on 2 GFLOP/s    GB/s level  node\n"
      " 50.0%     60.00     40.00   16.67    0.67     0  W (matmul)\n"
      " 10.0%     20.00      0.00    0.05    0.40     1  h (relu)\n"
      " 40.0%     20.00     60.00                        waiting\n";
  EXPECT_EQ(to_string(profile), table);
  profile.peak = {.flops_per_second = 50e9, .bytes_per_second = 20e9, .is_measured = true};
  EXPECT_EQ(to_string(profile), table + "                             50.00   20.00        peak, measured\n");
  profile.peak->is_measured = false;
  EXPECT_TRUE(to_string(profile).ends_with("peak, as given\n"));
}

TEST(TableOfAProfile, HasAtMost80Columns) {
  for (const std::size_t threads : {1U, 2U, 3U, 4U, 64U}) {
    ProgramProfile profile = by_hand();
    profile.waiting.assign(threads, 1e-6);
    for (ProfiledStep& step : profile.steps) {
      step.seconds.assign(threads, 5e-6);
      step.label = "∂loss/∂the weights of the second layer of the encoder (matmul+relu_gradient)";
    }
    std::istringstream lines(to_string(profile));
    for (std::string line; std::getline(lines, line);) {
      const auto characters = std::ranges::count_if(line, [](char c) { return (c & '\xc0') != '\x80'; });
      EXPECT_LE(characters, 80) << line;
    }
    EXPECT_NE(to_string(profile).find("∂loss/∂the w"), std::string::npos);
  }
}

TEST(RunTimes, AreThoseOfTheRunsOfOneProgram) {
  Layer layer;
  Program program = layer.program(1), other = layer.program(1);
  const std::vector<Feed> feeds = {{layer.x, layer.numbers}};
  RunTimes times;
  EXPECT_EQ(testing::message_of<GraphError>([&] { times.profile(); }),
            "profile: expected at least 1 run, got 0");
  EXPECT_THROW(program.run({}, times), GraphError) << "without its feed";
  EXPECT_EQ(times.runs(), 0U);
  program.run(feeds, times);
  program.run(feeds, times);
  EXPECT_EQ(times.runs(), 2U);
  EXPECT_EQ(testing::message_of<GraphError>([&] { other.run(feeds, times); }),
            "run: expected the times of runs of this program, got those of another");
  program = layer.program(1);  // what was recorded is kept
  EXPECT_EQ(times.profile().runs, 2U);
}

}  // namespace
}  // namespace gradtable
