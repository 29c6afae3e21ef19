#include "gradtable/graph/plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/graph/random_graph.hpp"
#include "tests/graph/values.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/machine/team_lease.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::RandomGraph;

constexpr std::size_t kLine = 64;  // bytes of a cache line

// Training of a network from bytes, with most kinds of ops.
class Planned : public ::testing::Test {
 protected:
  Program program(int threads, std::size_t memory_limit = 0) {
    return compile(graph, {.outputs = {loss, other, shaped, one_hot(best, 4), b, pixels},
                           .updates = {{w, w - scale(table[w], 0.1)}, {b, b - scale(table[b], 0.1)}},
                           .finite = {loss},
                           .min_threads = threads,
                           .memory_limit = memory_limit});
  }
  void run(Program& program) { program.run({{pixels, bytes}, {chosen, rows}, {classes, labels}}); }

  Graph graph;
  const Tensor pixels = graph.input("pixels", {50, 96}, DType::uint8);
  const Tensor chosen = graph.input("chosen", {32}, DType::int32);
  const Tensor classes = graph.input("classes", {50}, DType::int32);
  const Tensor x = scale(cast(gather(pixels, chosen), DType::float32), 1.0 / 255);
  const Tensor y = gather(classes, chosen);
  const Tensor w = graph.parameter("w", full({96, 20}, 0.1));
  const Tensor b = graph.parameter("b", full({20}, 0.1));
  const Tensor scores = relu(add_bias(matmul(tanh(square(x)), w), b));
  const Tensor loss = softmax_cross_entropy(scores, y);
  const Tensor other = mean(log_softmax(scores) * exp(softmax(sigmoid(scores)) - 1), {1});
  const Tensor shaped = reshape(transpose(scores), {4, 160});
  const Tensor best = argmax(reshape(scores, {160, 4}));
  const GradTable table = build_grad(loss + sum(other) + sum(relu(shaped)), {w, b});

  const Array bytes = full({50, 96}, 100, DType::uint8);
  const Array rows = full({32}, 7, DType::int32);
  const Array labels = full({50}, 3, DType::int32);
};

TEST_F(Planned, BytesAreThoseThatTheFirstRunAllocates) {
  for (const int threads : {1, 2, 3}) {
    { const TeamLease team(threads); }  // of its own aligned memory
    Program made = program(threads);
    const std::int64_t before = testing::aligned_bytes();
    run(made);
    EXPECT_EQ(static_cast<std::size_t>(testing::aligned_bytes() - before), made.plan().peak_bytes);
  }
}

TEST_F(Planned, RunsAllocateNothingAfterTheFirst) {
  for (const int threads : {1, 2, 4}) {
    Program made = program(threads);
    const std::int64_t at_first = testing::allocations_of_all_threads();
    run(made);
    const std::int64_t before = testing::allocations_of_all_threads();
    ASSERT_GT(before, at_first);  // they are counted
    for (int i = 0; i < 3; ++i) run(made);
    EXPECT_EQ(testing::allocations_of_all_threads() - before, 0) << threads << " threads";
  }
}

TEST_F(Planned, BytesMayBeAsManyAsTheLimit) {
  for (const int threads : {1, 2}) {
    const std::size_t needed = program(threads).plan().peak_bytes;
    EXPECT_NO_THROW(program(threads, needed));
    EXPECT_TRUE(contains(message_of<GraphError>([&] { program(threads, needed - 1); }),
                         fmt::format("results of at most {} bytes, got {}", needed - 1, needed)));
  }
}

TEST_F(Planned, TableHasALineForEachStep) {
  const ProgramPlan plan = program(2).plan();
  const std::string text = to_string(plan);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), plan.steps.size() + 2);
  EXPECT_TRUE(
      contains(text, fmt::format("2 threads, {} barriers, {} bytes, ", plan.barriers, plan.peak_bytes)));
  EXPECT_TRUE(contains(text, "step level slices"));
  EXPECT_TRUE(contains(text, " kept "));
  EXPECT_TRUE(contains(text, " parameter  "));
}

TEST(Plan, CountsWhatAMatrixProductComputes) {
  Graph graph;
  const Tensor a = graph.input("a", {5, 7}), b = graph.input("b", {7, 3});
  const Tensor c = matmul(a, b).named("c");
  const ProgramPlan plan = compile(graph, {.outputs = {c}}).plan();
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].flops, 2 * 5 * 7 * 3);
  EXPECT_EQ(plan.flops, 2 * 5 * 7 * 3);
  EXPECT_EQ(plan.steps[0].bytes(), 5U * 3 * 4);
  EXPECT_EQ(plan.steps[0].last_use, PlannedStep::kAfterTheRun);
  EXPECT_TRUE(contains(plan.steps[0].label, "c (matmul)"));
  EXPECT_EQ(plan.threads, 1);
  EXPECT_EQ(plan.barriers, 0U);
}

// Cut into slices of its sums, a product takes no more operations than whole.
TEST(Plan, CountsPartialProductsOnce) {
  Graph graph;
  const Tensor x = graph.input("x", {4, 120}), w = graph.parameter("w", zeros({120, 6}));
  const Program program =
      compile(graph, {.outputs = {matmul(x, w)}, .updates = {{w, scale(w, 0.5)}}, .min_threads = 2});
  const ProgramPlan plan = program.plan();
  const auto partial = std::ranges::find_if(plan.steps, [](const PlannedStep& step) {
    return step.label.find("partial_products") != std::string::npos;
  });
  ASSERT_NE(partial, plan.steps.end());
  EXPECT_EQ(partial->flops, 2 * 4 * 120 * 6);
  EXPECT_EQ(partial->slices, 2);
}

TEST(Plan, TellsLastUsesAndWhatIsWrittenIntoParameters) {
  Graph graph;
  const Tensor x = graph.input("x", {2}), p = graph.parameter("p", zeros({2}));
  const Tensor a = exp(x).named("a"), b = square(a).named("b"), c = mul(a, b).named("c");
  const ProgramPlan plan =
      compile(graph, {.outputs = {c}, .updates = {{p, (p - x).named("next")}}, .threads = 1}).plan();
  ASSERT_EQ(plan.steps.size(), 4U);
  EXPECT_EQ(plan.steps[0].last_use, 2U);
  EXPECT_EQ(plan.steps[1].last_use, 2U);
  EXPECT_EQ(plan.steps[2].last_use, PlannedStep::kAfterTheRun);
  EXPECT_FALSE(plan.steps[2].in_parameter);
  EXPECT_TRUE(contains(plan.steps[3].label, "next"));
  EXPECT_TRUE(plan.steps[3].in_parameter);
}

TEST(Plan, FreesWhatIsOnlyCheckedAtItsOwnStep) {
  Graph graph;
  const Tensor x = graph.input("x", {8, 8}, DType::float64);
  const Tensor checked = transpose(x), y = transpose(exp(x));
  const ProgramPlan plan = compile(graph, {.outputs = {y}, .finite = {checked, x}, .threads = 1}).plan();
  ASSERT_EQ(plan.steps.size(), 4U);
  EXPECT_EQ(plan.steps[0].last_use, 0U);
  EXPECT_EQ(plan.steps[3].last_use, 3U);  // the copy of x
  EXPECT_EQ(plan.peak_bytes, 2U * 8 * 8 * 8);
}

// Whether the memory of a step that is computed later may lie where an earlier one's does. For a team, memory
// is free when all have passed the level of the last use; unless the later step overwrites it, which lies
// then at the same place.
bool may_share(const ProgramPlan& plan, std::size_t first, std::size_t later) {
  const PlannedStep &a = plan.steps[first], &b = plan.steps[later];
  if (a.last_use == PlannedStep::kAfterTheRun || a.last_use > later) return false;
  const std::size_t last_level = plan.steps[std::max(first, a.last_use)].level;
  if (plan.threads == 1 ? a.last_use < later : last_level < b.level) return true;
  return a.offset == b.offset && a.bytes() == b.bytes();
}

void expect_places_apart(const ProgramPlan& plan) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PlannedStep& a = plan.steps[i];
    if (a.in_parameter) continue;
    ASSERT_EQ(a.offset % kLine, 0U);
    ASSERT_LE(a.offset + a.bytes(), plan.peak_bytes);
    for (std::size_t j = i + 1; j < plan.steps.size(); ++j) {
      const PlannedStep& b = plan.steps[j];
      const bool apart =
          b.in_parameter || a.offset + a.bytes() <= b.offset || b.offset + b.bytes() <= a.offset;
      ASSERT_TRUE(apart || may_share(plan, i, j)) << "steps " << i << " and " << j << "\n" << to_string(plan);
    }
  }
}

TEST(Plan, KeepsValuesApartThatAreNeededAtTheSameTime) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const bool large = seed % 2 == 0;
    RandomGraph made(seed, large ? 16 : 3, large ? 20 : 4);
    CompileOptions options = made.options();
    for (const int threads : {1, 2, 4}) {
      options.min_threads = threads;
      options.without = seed % 3 == 0 ? pass_names() : std::vector<std::string>();
      expect_places_apart(compile(made.graph, options).plan());
      ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << ", " << threads << " threads";
    }
  }
}

// Eight float32 are as many bytes as 32 truth values, which repeat them.
TEST(Plan, OverwritesOnlyNumbersOfTheSameType) {
  Graph graph;
  const Tensor row = exp(graph.input("row", {8})), rows = graph.input("rows", {4, 8});
  const auto same_place = [&](const Tensor& y) {
    const ProgramPlan plan = compile(graph, {.outputs = {y}, .threads = 1, .without = pass_names()}).plan();
    return plan.steps.at(0).offset == plan.steps.at(1).offset;
  };
  EXPECT_TRUE(same_place(tanh(row)));
  EXPECT_FALSE(same_place(greater(rows, row)));
}

// On the level on which one thread would overwrite its rows of x, another may still transpose them.
TEST(Plan, OfATeamOverwritesNothingThatOthersReadOnTheSameLevel) {
  Graph graph;
  const Tensor input = graph.input("input", {8, 8});
  const Tensor x = exp(input), t = transpose(tanh(input)), z = transpose(x), y = x + t;
  for (const int threads : {1, 2}) {
    const ProgramPlan plan =
        compile(graph, {.outputs = {y, z}, .min_threads = threads, .without = pass_names()}).plan();
    const auto place_of = [&](std::size_t step) { return plan.steps[step].offset; };
    ASSERT_EQ(plan.steps.size(), 5U);  // x, tanh, t, z, y
    EXPECT_EQ(plan.steps[3].level, plan.steps[4].level);
    EXPECT_EQ(place_of(4), place_of(threads == 1 ? 0 : 2));
  }
}

TEST(Plan, OfATeamReusesMemoryToo) {
  Graph graph;
  Tensor y = graph.input("x", {64, 64}, DType::float64);
  for (int i = 0; i < 100; ++i) y = i % 2 == 0 ? tanh(y) : transpose(y);
  const Program program = compile(graph, {.outputs = {y}, .min_threads = 2});
  EXPECT_LE(program.plan().peak_bytes, std::size_t{3 * 64 * 64 * 8});
}

// A team reuses memory later than one thread does, which would have been faster alone but not in the limit.
TEST(MemoryLimit, TakesFewerThreadsWhereMoreNeedMoreMemory) {
  Graph graph;
  Tensor y = graph.parameter("x", full({512, 512}, 0.1));
  for (int i = 0; i < 6; ++i) y = softmax(matmul(y, y));
  const std::size_t alone = compile(graph, {.outputs = {y}, .threads = 1}).plan().peak_bytes;
  const Program limited = compile(graph, {.outputs = {y}, .memory_limit = alone});
  EXPECT_LE(limited.plan().peak_bytes, alone);
}

}  // namespace
}  // namespace gradtable
