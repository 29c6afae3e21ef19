#include "gradtable/graph/gradient_events.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/graph/drawings.hpp"
#include "tests/graph/user_ops.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using Lines = std::vector<std::string>;

// "bprop h of y by 0: G -> dh +2" is: V, its consumer, the input, what went in and came out, nodes inserted.
std::string described(const GradientEvent& event) {
  const auto name = [](const Tensor& tensor) {
    const std::string& given = tensor.node().name;
    return given.empty() ? fmt::format("%{}", tensor.id()) : given;
  };
  std::string text(to_string(event.line));
  if (!event.variable.empty()) text += " " + name(event.variable);
  if (!event.consumer.empty()) text += fmt::format(" of {} by {}", name(event.consumer), event.input);
  if (!event.gradient.empty()) text += ": " + name(event.gradient);
  if (!event.result.empty()) text += " -> " + name(event.result);
  if (event.end_node > event.first_node) text += fmt::format(" +{}", event.end_node - event.first_node);
  if (!event.reason.empty()) text += ": " + event.reason;
  for (const Tensor& tensor : event.tensors) text += " " + name(tensor);
  return text;
}

std::vector<GradientEvent> events_of(const Tensor& z, const std::vector<Tensor>& targets) {
  std::vector<GradientEvent> events;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { events.push_back(event); }});
  return events;
}

Lines lines_of(const Tensor& z, const std::vector<Tensor>& targets) {
  Lines lines;
  for (const GradientEvent& event : events_of(z, targets)) lines.push_back(described(event));
  return lines;
}

Tensor scalar(Graph& g, const std::string& name, double value) {
  return g.parameter(name, full({}, value, DType::float64));
}

// Of those that begin with a word.
Lines lines_of(const Tensor& z, const std::vector<Tensor>& targets, std::string_view line) {
  Lines lines = lines_of(z, targets);
  std::erase_if(lines, [&](const std::string& text) { return !text.starts_with(line); });
  return lines;
}

TEST(GradientEvents, TellEachLineOfTheAlgorithm) {
  Graph g;
  const Tensor x = scalar(g, "x", 3), w = scalar(g, "w", 2);
  const Tensor h = mul(x, w).named("h"), z = exp(h).named("z");
  EXPECT_EQ(lines_of(z, {w}), (Lines{
                                  "start z",
                                  "left_out x: no descendant of a target",
                                  "seed z -> %4 +1",
                                  "variable z",
                                  "entry z -> %4",
                                  "variable h",
                                  "consumer h of z by 0",
                                  "op h of z by 0: %4",
                                  "bprop h of z by 0: %4 -> ∂z/∂h +1",
                                  "add h: ∂z/∂h -> ∂z/∂h",
                                  "entry h -> ∂z/∂h",
                                  "variable w",
                                  "consumer w of h by 1",
                                  "op w of h by 1: ∂z/∂h",
                                  "bprop w of h by 1: ∂z/∂h -> ∂z/∂w +1",
                                  "add w: ∂z/∂w -> ∂z/∂w",
                                  "entry w -> ∂z/∂w",
                                  "end w",
                              }));
}

// Both parts are the same product, which is inserted once.
TEST(GradientEvents, TellBothUsesOfASquare) {
  Graph g;
  const Tensor x = scalar(g, "x", 3), z = mul(x, x).named("z");
  EXPECT_EQ(lines_of(z, {x}, "bprop"),
            (Lines{"bprop x of z by 0: %2 -> %3 +1", "bprop x of z by 1: %2 -> %3"}));
  EXPECT_EQ(lines_of(z, {x}, "consumer").size(), 2U);
}

TEST(GradientEvents, TellTheSumOverConsumers) {
  Graph g;
  const Tensor x = scalar(g, "x", 3), h = exp(x).named("h");
  const Tensor z = mul(h, sin(h)).named("z");
  EXPECT_EQ(lines_of(z, {x}, "add h"), (Lines{"add h: %7 -> %7", "add h: %8 -> ∂z/∂h +1"}));
}

TEST(GradientEvents, TellTheSumOverABroadcast) {
  Graph g;
  const Tensor x = g.parameter("x", full({2, 3}, 1)), b = g.parameter("b", full({3}, 1));
  EXPECT_EQ(lines_of(sum(mul(x, b)).named("z"), {b}, "sum_to"),
            (Lines{"sum_to b of %2 by 1: %7 -> ∂z/∂b +1"}));
}

TEST(GradientEvents, TellWhyANodeIsLeftOut) {
  Graph g;
  const Tensor x = g.parameter("x", full({3}, 1)), w = g.parameter("w", full({3}, 1));
  exp(w).named("aside");
  const Tensor best = argmax(x).named("best");
  const Tensor z = mul(sum(mul(w, x)), cast(best, DType::float32).named("number"));
  EXPECT_EQ(lines_of(z, {w}, "left_out"),
            (Lines{
                "left_out x: no descendant of a target",
                "left_out aside: no ancestor of z",
                "left_out best: z depends on it only by inputs that pass no gradient",
                "left_out number: no descendant of a target",
            }));
}

TEST(GradientEvents, TellZerosOfABranchThatIsNotTaken) {
  Graph g;
  const Tensor x = scalar(g, "x", -1), root = sqrt(x).named("root");
  EXPECT_EQ(lines_of(where(greater(x, 0), root, x), {x}, "chosen"),
            (Lines{"chosen x of root by 0: %9 -> %10 +1", "chosen x of %4 by 2: %11 -> %11 +2"}));
}

TEST(GradientEvents, TellStableForms) {
  Graph g;
  const Tensor x = scalar(g, "x", 1), z = log(sigmoid(x)).named("z");
  EXPECT_EQ(lines_of(z, {x}, "form"), (Lines{"form z -> %4 +1"}));
  EXPECT_EQ(lines_of(z, {x}, "entry"), (Lines{"entry z -> %3", "entry x -> ∂z/∂x"}));
}

// The form's part is added to what comes by other ways.
TEST(GradientEvents, TellTheSumWithAStableForm) {
  Graph g;
  const Tensor x = scalar(g, "x", 1), z = mul(log(sigmoid(x)), x).named("z");
  const Lines lines = lines_of(z, {x});
  for (const char* line :
       {"form %2 -> %5 +1", "consumer x of z by 1", "add x: %7 -> %7", "consumer x of %5 by 0",
        "bprop x of %5 by 0: %6 -> %10 +3", "add x: %10 -> ∂z/∂x +1"})
    EXPECT_EQ(std::ranges::count(lines, line), 1) << line;
}

// A call of bprop is one event; in gradients of gradients, too.
TEST(GradientEvents, TellEachCallOfBprop) {
  Graph g;
  std::size_t calls = 0;
  const auto counting = [&](std::span<const Tensor>, const Tensor& gradient, std::size_t) {
    ++calls;
    return mul(gradient, gradient);
  };
  const Tensor x = scalar(g, "x", 3), y = testing::pass({x, x}, counting);
  const Tensor z = mul(y, testing::pass({y}, counting));
  const auto is_bprop_of_pass = [](const GradientEvent& event) {
    return event.line == GradientLine::bprop && event.consumer.node().op->name() == "pass";
  };
  const std::vector<GradientEvent> events = events_of(z, {x});
  EXPECT_EQ(std::ranges::count_if(events, is_bprop_of_pass), 3);
  EXPECT_EQ(calls, 3U);
}

// Each new node belongs to one line.
TEST(GradientEvents, AccountForEveryNode) {
  Graph g;
  const Tensor x = g.parameter("x", full({2, 3}, 1, DType::float64));
  const Tensor w = g.parameter("w", full({3}, 2, DType::float64));
  Tensor z = sum(where(greater(x, 0), log(sigmoid(mul(x, w))), mul(w, w)));
  for (int order = 1; order <= 2; ++order) {
    auto next = static_cast<NodeId>(g.size());
    GradTable table({});
    const auto observer = [&](const GradientEvent& event) {
      if (event.end_node == event.first_node) return;
      EXPECT_EQ(event.first_node, next);
      next = event.end_node;
    };
    table = build_grad(z, {x, w}, {.observer = observer});
    EXPECT_EQ(next, static_cast<NodeId>(g.size()));
    z = sum(table[w]) + sum(table[x]);
  }
}

// What a line inserts is made for its consumer, and holds what the line gives unless that was there.
TEST(GradientEvents, CountNodesWhereTheyAreMade) {
  Graph g;
  const Tensor x = g.parameter("x", full({2, 3}, 1, DType::float64));
  const Tensor w = g.parameter("w", full({3}, 2, DType::float64));
  const Tensor z = sum(mul(tanh(mul(x, w)), x));
  std::vector<NodeId> sizes;
  const auto observer = [&](const GradientEvent& event) {
    sizes.push_back(static_cast<NodeId>(g.size()));
    if (event.line != GradientLine::bprop && event.line != GradientLine::sum_to) return;
    const NodeId before = sizes[sizes.size() - 2];
    EXPECT_EQ(event.first_node, before);
    EXPECT_EQ(event.end_node, sizes.back());
    for (NodeId id = event.first_node; id < event.end_node; ++id)
      EXPECT_EQ(g.node(id).forward_node, event.consumer.id());
    EXPECT_LT(event.result.id(), event.end_node);
  };
  build_grad(z, {x, w}, {.observer = observer});
  EXPECT_GT(sizes.size(), 10U);
}

TEST(GradientEvents, ChangeNoGradient) {
  const auto drawn = [](const GradientObserver& observer) {
    Graph g;
    const Tensor x = scalar(g, "x", 1), z = mul(log(sigmoid(x)), x);
    const Tensor gradient = build_grad(z, {x}, {.observer = observer})[x];
    return testing::drawn(g, {.outputs = {z, gradient}});
  };
  EXPECT_EQ(drawn({}), drawn([](const GradientEvent&) {}));
}

TEST(GradientEvents, EndWithWhatTheObserverThrows) {
  Graph g;
  const Tensor x = scalar(g, "x", 1), z = exp(x);
  const auto refuse = [](const GradientEvent&) { throw GraphError("enough"); };
  EXPECT_EQ(testing::message_of<GraphError>([&] { build_grad(z, {x}, {.observer = refuse}); }), "enough");
  EXPECT_DOUBLE_EQ(evaluate(build_grad(z, {x})[x]).item(), std::exp(1.0));
}

}  // namespace
}  // namespace gradtable
