#include "gradtable/models/report/gradient_events_json.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/golden.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::report {
namespace {

using testing::matches_golden;
using Json = nlohmann::json;

std::string film(const Tensor& z, const std::vector<Tensor>& targets) {
  std::vector<GradientEvent> events;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { events.push_back(event); }});
  return gradient_events_json(z.graph(), events);
}

Tensor scalar(Graph& g, const std::string& name) {
  return g.parameter(name, full({}, 3, DType::float64));
}

struct Case {
  std::string name;
  std::function<std::string(Graph&)> film;
};

std::string of_xor(Graph& g) {
  const Tensor x = g.input("x", {4, 2}), t = g.input("t", {4, 1});
  const Tensor W = g.parameter("W", full({2, 2}, 1)), c = g.parameter("c", zeros({2}));
  const Tensor w = g.parameter("w", full({2, 1}, 1)), b = g.parameter("b", zeros({1}));
  const Tensor h = relu(add_bias(matmul(x, W), c)).named("h");
  const Tensor y = add_bias(matmul(h, w), b).named("y");
  return film(mean(square(y - t)).named("J"), {W, c, w, b});
}

std::string of_fcnn(Graph& g) {
  const Sequential network(g, {784}, fcnn({4, 10}));
  const Tensor images = g.input("images", {2, 784}), labels = g.input("labels", {2}, DType::int32);
  return film(mean(softmax_cross_entropy(network(images), labels)).named("loss"), network.parameters());
}

std::string of_shared_subexpression(Graph& g) {
  const Tensor x = scalar(g, "x"), h = exp(x).named("h");
  return film(mul(h, sin(h)).named("z"), {x});
}

std::string of_square(Graph& g) {
  const Tensor x = scalar(g, "x");
  return film(mul(x, x).named("z"), {x});
}

std::string of_broadcast(Graph& g) {
  const Tensor x = g.input("x", {2, 3}), b = g.parameter("b", full({3}, 1));
  return film(sum(mul(x, b)).named("z"), {b});
}

std::string of_pruned_branch(Graph& g) {
  const Tensor x = scalar(g, "x"), w = scalar(g, "w");
  exp(w).named("aside");
  const Tensor product = mul(w, x);  // compilers differ in the order of arguments
  return film(where(greater(x, 0), product, x).named("z"), {w});
}

std::string of_second_order(Graph& g) {
  const Tensor x = scalar(g, "x"), z = mul(mul(x, x), x).named("z");
  return film(build_grad(z, {x})[x], {x});
}

const std::vector<Case> kCases = {{"xor", of_xor},
                                  {"fcnn", of_fcnn},
                                  {"shared_subexpression", of_shared_subexpression},
                                  {"square", of_square},
                                  {"broadcast", of_broadcast},
                                  {"pruned_branch", of_pruned_branch},
                                  {"second_order", of_second_order}};

class GradientEventsJson : public ::testing::TestWithParam<Case> {};

TEST_P(GradientEventsJson, IsTheFileInGolden) {
  Graph g;
  EXPECT_TRUE(matches_golden(GetParam().film(g),
                             "models/report/golden/gradient_events_" + GetParam().name + ".json"));
}

// Whoever reads it meets each node before it is used.
TEST_P(GradientEventsJson, NamesOnlyNodesThatItLists) {
  Graph g;
  const Json json = Json::parse(GetParam().film(g));
  std::set<int> known;
  for (const Json& node : json["nodes"]) {
    for (const int input : node.value("inputs", std::vector<int>())) EXPECT_TRUE(known.contains(input));
    known.insert(node["id"].get<int>());
  }
  for (const Json& event : json["events"]) {
    for (const char* key : {"variable", "consumer", "gradient", "result"}) {
      if (event.contains(key)) {
        EXPECT_TRUE(known.contains(event[key].get<int>())) << event;
      }
    }
    if (event.contains("inserted")) {
      EXPECT_TRUE(known.contains(event["inserted"][0].get<int>())) << event;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, GradientEventsJson, ::testing::ValuesIn(kCases),
                         [](const auto& each) { return each.param.name; });

TEST(GradientEventsJsonOf, AnotherGraphIsRefused) {
  Graph g, other;
  const Tensor x = scalar(g, "x");
  EXPECT_EQ(testing::message_of<GraphError>(
                [&] { gradient_events_json(other, std::vector{GradientEvent{.variable = x}}); }),
            "gradient_events_json: expected events of this graph, got x of another");
}

// Names are text: quotes and what is no UTF-8 included.
TEST(GradientEventsJsonOf, NamesIsJson) {
  Graph g;
  const Tensor x = g.parameter("\"</script>\xff", full({}, 3)), z = exp(x);
  const Json json = Json::parse(film(z, {x}));
  EXPECT_TRUE(json["nodes"][0]["name"].get<std::string>().starts_with("\"</script>"));
}

}  // namespace
}  // namespace gradtable::report
