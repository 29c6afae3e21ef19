#include "gradtable/models/report/graph_page.hpp"

#include <regex>
#include <string>
#include <vector>

#include "tests/models/report/graph_pages.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::report {
namespace {

using testing::contains;
using testing::count;
using testing::data;
using testing::film_of;
using testing::page;
using testing::profile_of;
using testing::Xor;
using Json = nlohmann::json;

TEST(GraphPage, NeedsNothingElse) {
  Xor net;
  const std::string text = page(net.g, net.options);
  for (const char* outside : {"http", "src=\"", "@import", "url(\""})
    EXPECT_FALSE(contains(text, outside)) << outside;
  EXPECT_FALSE(contains(text, "{{"));
}

TEST(GraphPage, HasEachEventAsASentenceAndEachNodeAsAShape) {
  Xor net;
  const std::string text = page(net.g, net.options);
  EXPECT_EQ(count(text, "<li id=\"f"), net.options.events.size());
  EXPECT_EQ(count(text, "<a class=\"node "), net.g.size());
  EXPECT_EQ(data(text)["events"].size(), net.options.events.size());
  EXPECT_TRUE(contains(text, "matmul.bprop: ∂J/∂w = hᵀ · "));
  EXPECT_TRUE(contains(text, ", (2,4)·(4,1) → (2,1). 1 node is inserted into 𝒢."));
}

// Every line of the algorithm that the events know stands in its text.
TEST(GraphPage, HasALineForEachKindOfEvent) {
  Xor net;
  const std::string text = page(net.g, net.options);
  for (auto line = GradientLine::start; line <= GradientLine::end;
       line = static_cast<GradientLine>(static_cast<int>(line) + 1))
    EXPECT_TRUE(std::regex_search(
        text, std::regex(fmt::format("<li[^>]* data-on=\"([a-z_]+ )*{}( [a-z_]+)*\"", to_string(line)))))
        << to_string(line);
}

TEST(GraphPage, KeepsTextAsText) {
  Graph g;
  const Tensor x = g.parameter("</script><b>&\"", full({}, 3));
  GraphPageOptions options = film_of(exp(x).named("<i>"), {x});
  options.title = "<u>";
  const std::string text = page(g, options);
  for (const char* tag : {"</script><b>", "<i>&", "<u>"}) EXPECT_FALSE(contains(text, tag)) << tag;
  EXPECT_EQ(count(text, "</script>"), 3U);
  EXPECT_EQ(data(text)["nodes"][0]["name"], "</script><b>&\"");
}

TEST(GraphPage, OfTheFcnnIsSmall) {
  Graph g;
  const Sequential network(g, {784}, fcnn({128, 10}));
  const Tensor images = g.input("images", {64, 784}), labels = g.input("labels", {64}, DType::int32);
  const Tensor loss = softmax_cross_entropy(network(images), labels).named("loss");
  GraphPageOptions options = film_of(loss, network.parameters());
  options.updates = sgd(build_grad(loss, network.parameters()), 0.1);
  EXPECT_LT(page(g, options).size(), 300'000U);
}

TEST(GraphPage, ShowsTheValuesOfARunAndDifferences) {
  Xor net;
  net.options.feeds.emplace();
  const Json json = data(page(net.g, net.options));
  const auto node = [&](const Tensor& tensor) {
    for (const Json& each : json["nodes"])
      if (each["id"] == tensor.id()) return each;
    return Json();
  };
  EXPECT_EQ(node(net.J)["short"], "0.25");
  EXPECT_EQ(node(net.h)["short"], "0 0 | 1 0 | 1 0 | 2 1");
  EXPECT_EQ(node(net.h)["value"]["numbers"][3], (Json{"2", "1"}));
  EXPECT_EQ(node(net.h)["value"]["zeros"], 0.5);
  ASSERT_EQ(json["differences"].size(), 4U);
  const std::vector<double> largest = {0.5, 0.5, 1, 0.5};  // of W, c, w, b, worked out by hand
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(json["differences"][i]["gradient"], largest[i]);
    EXPECT_NEAR(json["differences"][i]["difference"].get<double>(), largest[i], 1e-6);
  }
}

TEST(GraphPage, ShowsLargeValuesAsPictures) {
  Graph g;
  const Tensor x = g.input("x", {100, 200}), y = exp(x);
  const Json json = data(page(g, {.outputs = {y}, .feeds = std::vector<PageFeed>{{x, full({100, 200}, 1)}}}));
  const Json value = json["nodes"][0]["value"];
  EXPECT_EQ(value["picture"]["rows"], 64);
  EXPECT_EQ(value["picture"]["columns"], 64);
  EXPECT_EQ(value["mean"], 1);
  EXPECT_EQ(value["histogram"][0], 20000);
}

TEST(GraphPage, HasAProfile) {
  Xor net;
  EXPECT_FALSE(contains(page(net.g, net.options), "id=\"profile\""));
  net.options.profile = profile_of(net);
  net.options.profile->peak = {.flops_per_second = 1e11, .bytes_per_second = 2e10, .is_measured = false};
  const std::string text = page(net.g, net.options);
  EXPECT_FALSE(contains(text, "{{"));
  EXPECT_TRUE(contains(text, "us a run on 1 thread, the median of 3\n")) << "also without JavaScript";
  const Json profile = data(text)["profile"];
  EXPECT_EQ(profile["runs"], 3);
  ASSERT_EQ(profile["steps"].size(), net.options.profile->steps.size());
  EXPECT_EQ(profile["steps"][0]["node"], net.options.profile->steps[0].node);
  EXPECT_EQ(profile["spans"].size(), net.options.profile->spans.size());
  EXPECT_EQ(profile["peak"]["flops"], 1e11);
  EXPECT_EQ(profile["peak"]["measured"], false);
}

TEST(GraphPage, RefusesTheProfileOfAnotherGraph) {
  Xor net, other;
  net.options.profile = profile_of(other);
  EXPECT_EQ(testing::message_of<GraphError>([&] { page(net.g, net.options); }),
            "write_graph_page: expected a profile of a program of the graph, got one of another");
}

TEST(GraphPage, OfAnotherGraphIsRefused) {
  Graph g, other;
  const Tensor x = other.parameter("x", full({}, 3));
  EXPECT_EQ(testing::message_of<GraphError>([&] { page(g, {.outputs = {x}}); }),
            "write_graph_page: expected tensors of the graph, got a tensor of another graph");
}

TEST(GraphPage, OfAPartOfACallIsRefused) {
  Xor net;
  net.options.events.pop_back();
  EXPECT_EQ(testing::message_of<GraphError>([&] { page(net.g, net.options); }),
            "write_graph_page: expected all events of one call of build_grad, got a part of them");
}

TEST(GraphPage, OfTheWholeGraphHasValues) {
  Graph g;
  exp(g.constant(full({}, 2)));
  EXPECT_EQ(data(page(g, {.feeds = std::vector<PageFeed>()}))["nodes"].back()["short"], "7.389");
}

// Which layer each node is part of, and what compile makes of the graph.
TEST(GraphPage, HasLayersAndRewrites) {
  Xor net;
  net.options.program = {.outputs = {net.J}};
  const std::string text = page(net.g, net.options);
  const Json json = data(text);
  EXPECT_EQ(json["layers"], (Json{"h", "J"}));
  for (const Json& node : json["nodes"]) EXPECT_GE(node["layer"], 0) << node;
  const std::vector<Rewrite> rewrites = compile(net.g, {.outputs = {net.J}}).rewrites();
  ASSERT_EQ(json["rewrites"]["passes"].size(), rewrites.size());
  for (std::size_t i = 0; i < rewrites.size(); ++i) {
    EXPECT_EQ(json["rewrites"]["passes"][i]["pass"], rewrites[i].pass);
    EXPECT_TRUE(contains(text, fmt::format("<a href=\"#s{}\">{}</a>", i + 1, rewrites[i].pass)));
  }
  EXPECT_FALSE(contains(page(net.g, {}), "id=\"rewrites\""));
}

// A data set is no value to look at.
TEST(GraphPage, DoesNotShowWhatIsTooLarge) {
  Graph g;
  const Tensor x = g.input("x", {12'000'000}, DType::uint8), y = sum(cast(x, DType::float32)).named("y");
  const Array zero = zeros({12'000'000}, DType::uint8);
  const Json json = data(page(g, {.outputs = {y}, .feeds = std::vector<PageFeed>{{x, zero}}}));
  EXPECT_FALSE(json["nodes"][0].contains("value"));
  EXPECT_EQ(json["nodes"].back()["short"], "0");
}

}  // namespace
}  // namespace gradtable::report
