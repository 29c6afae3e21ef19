#include "gradtable/models/report/graph_page.hpp"

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::report {
namespace {

using testing::contains;
using Json = nlohmann::json;

GraphPageOptions film_of(const Tensor& z, const std::vector<Tensor>& targets) {
  GraphPageOptions options;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { options.events.push_back(event); }});
  return options;
}

std::string page(const Graph& graph, const GraphPageOptions& options) {
  std::ostringstream text;
  write_graph_page(text, graph, options);
  return text.str();
}

Json data(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t first = page.find(begin) + begin.size();
  return Json::parse(page.substr(first, page.find("</script>", first) - first));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// XOR at w = [1,-1], where the gradients are known by hand.
struct Xor {
  Graph g;
  Tensor x = g.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})).named("x");
  Tensor t = g.constant(Array::of<double>({4, 1}, {0, 1, 1, 0})).named("t");
  Tensor W = g.parameter("W", full({2, 2}, 1, DType::float64));
  Tensor c = g.parameter("c", Array::of<double>({2}, {0, -1}));
  Tensor w = g.parameter("w", Array::of<double>({2, 1}, {1, -1}));
  Tensor b = g.parameter("b", zeros({1}, DType::float64));
  Tensor h = relu(add_bias(matmul(x, W), c)).named("h");
  Tensor J = mean(square(add_bias(matmul(h, w), b) - t)).named("J");
  GraphPageOptions options = film_of(J, {W, c, w, b});
};

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
  EXPECT_EQ(count(text, "</script>"), 2U);
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
  const Array ones = full({100, 200}, 1);
  const Json json = data(page(g, {.outputs = {y}, .feeds = std::vector<Feed>{{x, ones}}}));
  const Json value = json["nodes"][0]["value"];
  EXPECT_EQ(value["picture"]["rows"], 64);
  EXPECT_EQ(value["picture"]["columns"], 64);
  EXPECT_EQ(value["mean"], 1);
  EXPECT_EQ(value["histogram"][0], 20000);
}

TEST(GraphPage, OfAnotherGraphIsRefused) {
  Graph g, other;
  const Tensor x = other.parameter("x", full({}, 3));
  EXPECT_EQ(testing::message_of<GraphError>([&] { page(g, {.outputs = {x}}); }),
            "write_graph_page: expected tensors of the graph, got a tensor of another graph");
}

// A page in a browser, where one is installed.
class GraphPageInBrowser : public ::testing::Test {
 protected:
  // The document at this address after its script has run.
  std::string shown(const std::string& text, const std::string& address) {
    const std::string file = folder_.write("page.html", text);
    return testing::run_process({"chromium", "--headless", "--no-sandbox", "--disable-gpu",
                                 "--virtual-time-budget=4000", "--dump-dom",
                                 fmt::format("file://{}{}", file, address)})
        .out;
  }

  void SetUp() override {
    std::istringstream folders(std::getenv("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');)
      if (std::filesystem::exists(folder + "/chromium")) return;
    GTEST_SKIP() << "no chromium on the PATH";
  }

  // Rows of the grad_table that are not hidden.
  static std::size_t entries(const std::string& document) {
    const std::size_t begin = document.find("<tbody>");
    const std::string rows = document.substr(begin, document.find("</tbody>", begin) - begin);
    return count(rows, "<tr") - count(rows, "hidden=\"\"");
  }

  testing::TemporaryFolder folder_;
};

TEST_F(GraphPageInBrowser, ShowsTheFrameOfTheAddress) {
  Xor net;
  net.options.feeds.emplace();
  const std::string text = page(net.g, net.options);
  const std::size_t frames = net.options.events.size();
  std::size_t filled = 0;
  for (const std::size_t frame : {std::size_t{1}, frames / 2, frames}) {
    filled = 0;
    for (std::size_t i = 0; i < frame; ++i)
      if (const GradientEvent& event = net.options.events[i]; event.line == GradientLine::entry) ++filled;
    const std::string document = shown(text, fmt::format("#f{}", frame));
    EXPECT_TRUE(contains(document, fmt::format("<b>{}/{} </b>", frame, frames)));
    EXPECT_EQ(entries(document), filled) << "frame " << frame;
  }
  EXPECT_GT(filled, 8U);
}

TEST_F(GraphPageInBrowser, MarksTheLineThatRuns) {
  Xor net;
  const std::string document = shown(page(net.g, net.options), "#f1");
  EXPECT_TRUE(std::regex_search(document, std::regex("<li data-on=\"start\"[^>]* class=\"now\"")));
  EXPECT_EQ(count(document, "aria-current=\"step\""), 1U);
}

}  // namespace
}  // namespace gradtable::report
