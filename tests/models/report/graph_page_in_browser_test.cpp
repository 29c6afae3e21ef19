// The page of a graph in a browser, Chromium, where it is installed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/graph/user_ops.hpp"
#include "tests/models/report/graph_pages.hpp"
#include "tests/support/javascript.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/models/report/graph_page.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::report {
namespace {

using testing::contains;
using testing::data;
using testing::film_of;
using testing::page;
using testing::Xor;
using Json = nlohmann::json;

// What a user does, and what he sees.
constexpr std::string_view kHands = R"js(
const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const click = (target) => target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
const type = (text) => { $("search").value = text; $("search").dispatchEvent(new Event("input", { bubbles: true })); };
const address = () => $("address").textContent;
const drawn = (selector) => document.querySelectorAll(`#scene ${selector}`).length;
const texts = (selector, inside = document) => [...inside.querySelectorAll(selector)].map((found) => found.textContent);
const rowsOfTable = () => [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden).map((row) => texts("td", row));
const factsOfNode = () => Object.fromEntries([...document.querySelectorAll("#details dt")].map((name) => [name.textContent, name.nextSibling.textContent]));
)js";

class GraphPageInBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::is_on_path("chromium")) GTEST_SKIP() << "no chromium on the PATH";
  }

  // What the script returns, run in the page after its own.
  Json checked(const std::string& text, const std::string& address, const std::string& script,
               const std::string& window_size = "800,600") {
    const std::string check = fmt::format(R"(<script>{{{}
const found = (() => {{ try {{ return (() => {{ {} }})(); }} catch (error) {{ return {{ error: String(error.stack) }}; }} }})();
const asText = JSON.stringify(found).replace(/[<>&\u00a0]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
document.body.append(Object.assign(document.createElement("pre"), {{ id: "checked", textContent: asText }}));
}}</script>)",
                                          kHands, script);
    std::string with_check = text;
    with_check.insert(with_check.rfind("</body>"), check);
    const std::string document = testing::shown_by_chromium(with_check, address, window_size);
    const std::string begin = "<pre id=\"checked\">";
    const std::size_t at = document.rfind(begin);
    if (at == std::string::npos) return {{"error", "the script did not run: " + document.substr(0, 1000)}};
    const std::size_t first = at + begin.size();
    return Json::parse(document.substr(first, document.find("</pre>", first) - first));
  }
};

// "0.5", as the page writes numbers.
std::string as_text(double number) {
  return fmt::format("{:.4g}", number == 0 ? 0.0 : number);
}

// Up to 4 numbers in a row; rows apart by '|'.
std::string as_text(const Array& value) {
  const std::int64_t columns = value.shape().rank() > 0 ? value.shape()[-1] : 1;
  std::string text;
  for (std::int64_t i = 0; i < value.shape().size(); ++i)
    text += (i == 0                            ? ""
             : i % columns == 0 && columns > 1 ? " | "
                                               : " ") +
            as_text(value.as<double>()[static_cast<std::size_t>(i)]);
  return text;
}

TEST_F(GraphPageInBrowser, ShowsTheFrameOfTheAddress) {
  Xor net;
  net.options.feeds.emplace();
  const std::string text = page(net.g, net.options);
  const std::size_t frames = net.options.events.size();
  for (const std::size_t frame : {frames / 2, frames}) {
    const auto filled = std::count_if(
        net.options.events.begin(), net.options.events.begin() + static_cast<std::ptrdiff_t>(frame),
        [](const GradientEvent& event) {
          return event.line == GradientLine::entry || event.line == GradientLine::seed;
        });
    const Json found = checked(text, fmt::format("#f{}", frame),
                               "return [$('sentence').textContent, rowsOfTable().length, "
                               "texts('[aria-current]').length];");
    EXPECT_TRUE(found[0].get<std::string>().starts_with(fmt::format("{}/{} ", frame, frames))) << found;
    EXPECT_EQ(found[1], filled - 1) << "the entry of z is seed and entry";
    EXPECT_GE(found[2], 1);
  }
}

TEST_F(GraphPageInBrowser, StepsByKeys) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f17", R"js(
    const steps = [address()];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "Home", "ArrowLeft"]) { press(key); steps.push(address()); }
    press(" "); const playing = $("play").textContent; press(" ");
    return { steps, playing, paused: $("play").textContent };)js");
  const std::string last = fmt::format("#f{}", net.options.events.size());
  EXPECT_EQ(found["steps"], (Json{"#f17", "#f18", "#f19", "#f18", last, last, "#f1", "#f1"})) << found;
  EXPECT_TRUE(contains(found["playing"].get<std::string>(), "Pause"));
  EXPECT_TRUE(contains(found["paused"].get<std::string>(), "Play"));
}

// At the end of the film: of each variable its shape, its gradient and the gradient's value.
TEST_F(GraphPageInBrowser, ShowsTheEntriesWithTheirValues) {
  Xor net;
  net.options.feeds.emplace();
  const Json rows = checked(page(net.g, net.options), fmt::format("#f{}", net.options.events.size()),
                            "return rowsOfTable();");
  std::vector<GradTable::Entry> entries;
  for (const GradientEvent& event : net.options.events)
    if (event.line == GradientLine::entry) entries.push_back({event.variable, event.result});
  ASSERT_EQ(rows.size(), entries.size()) << rows;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [variable, gradient] = entries[i];
    const Node& node = variable.node();
    EXPECT_EQ(rows[i][0],
              node.name.empty() ? fmt::format("{} %{}", node.op->name(), variable.id()) : node.name);
    EXPECT_EQ(rows[i][1], to_string(variable.shape()));
    EXPECT_TRUE(rows[i][3].get<std::string>().starts_with(as_text(evaluate(gradient))))
        << rows[i] << " " << as_text(evaluate(gradient));
  }
}

TEST_F(GraphPageInBrowser, ShowsTheValueOfEachNode) {
  Xor net;
  net.options.feeds.emplace();
  const Json values =
      checked(page(net.g, net.options), "#f1",
              "return [...nodeItems].map(([id, { shape }]) => [id, texts('.value', shape)[0]]);");
  ASSERT_EQ(values.size(), net.g.size());
  for (const Json& value : values)
    EXPECT_EQ(value[1], as_text(evaluate(net.g.tensor(value[0].get<NodeId>())))) << value;
}

// That is when people look.
TEST_F(GraphPageInBrowser, ShowsWhatIsNotFinite) {
  Graph g;
  const Tensor x = g.parameter("x", full({2}, -1)), z = sum(log(x)).named("z");
  GraphPageOptions options = film_of(z, {x});
  options.feeds.emplace();
  const Json found = checked(page(g, options), "#f2", R"js(
    const frame = address();
    press("End");
    click(document.querySelector(`#n${data.nodes.find((node) => node.name === "z").id} rect`));
    return { frame, table: rowsOfTable().map((row) => row[3]), facts: texts("#details p").join(" ") };)js");
  EXPECT_EQ(found["frame"], "#f2") << found;
  EXPECT_TRUE(contains(found["table"].dump(), "central difference not finite")) << found;
}

// A link inside the page that is no frame, such as that of keyboards past the nodes.
TEST_F(GraphPageInBrowser, KeepsItsFrameAtOtherAddresses) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f17", R"js(
    location.hash = "#details";
    dispatchEvent(new HashChangeEvent("hashchange"));
    return address();)js");
  EXPECT_EQ(found, "#f17");
}

TEST_F(GraphPageInBrowser, EndsWithoutTargets) {
  Graph g;
  const Tensor z = exp(g.constant(full({}, 2))).named("z");
  const Json found = checked(page(g, film_of(z, {})), "#f1", R"js(
    press("End");
    return texts(".code .now, .code [aria-current]").length > 0;)js");
  EXPECT_EQ(found, true) << found;
}

TEST_F(GraphPageInBrowser, SaysWhereANodeIsFrom) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f1",
                             fmt::format(R"js(
    press("End");
    click(document.querySelector("#n{0} rect"));
    const forward = factsOfNode();
    click(document.querySelector("#details a[href='#n{1}']"));
    return {{ forward, gradient: factsOfNode(), partners: texts("#scene .partner .title"), picked: texts("#scene .picked .title") }};)js",
                                         net.h.id(), build_grad(net.J, {net.h})[net.h].id()));
  EXPECT_EQ(found["forward"]["op"], "relu") << found;
  EXPECT_EQ(found["forward"]["type"], "float64 (4,2)");
  EXPECT_TRUE(contains(found["forward"]["made at"].get<std::string>(), "graph_pages.hpp:")) << found;
  EXPECT_TRUE(contains(found["forward"]["its gradient"].get<std::string>(), "∂J/∂h, frame "));
  EXPECT_EQ(found["gradient"]["gradient of"], "h");
  EXPECT_EQ(found["gradient"]["op"], "matmul");
  EXPECT_EQ(found["partners"], Json{"h"});
  EXPECT_EQ(found["picked"], Json{"∂J/∂h"});
}

TEST_F(GraphPageInBrowser, FindsNodesByNameAndOp) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f1", R"js(
    press("End");
    type("MATMUL"); const products = $("found").textContent, marked = drawn(".match");
    type("∂J/∂w"); $("search").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    const first = texts("#details h2")[0];
    type("no such"); return { products, marked, first, none: $("found").textContent };)js");
  EXPECT_EQ(found["products"], "5 found, Enter: next") << found;
  EXPECT_EQ(found["marked"], 5);
  EXPECT_EQ(found["first"], "∂J/∂w");
  EXPECT_EQ(found["none"], "0 found");
}

TEST_F(GraphPageInBrowser, DrawsLayersAsBoxes) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f20", R"js(
    const whole = drawn(".node"), edges = drawn(".edge");
    click($("layers"));
    const boxes = texts("#scene .layer:not(.gradient) .title"), closed = drawn(".node"), letters = drawn(".node.V");
    click(document.querySelector("#scene .layer rect"));
    const open = drawn(".node"), half = $("layers").indeterminate;
    while (document.querySelector("#scene .layer")) click(document.querySelector("#scene .layer rect"));
    return { whole, edges, boxes, closed, letters, open, half, all: drawn(".node"), edgesAgain: drawn(".edge") };)js");
  EXPECT_EQ(found["whole"], net.g.size()) << found;
  EXPECT_EQ(found["boxes"], (Json{"h", "J"})) << found;
  EXPECT_EQ(found["closed"], 4) << "two layers and their gradients";
  EXPECT_EQ(found["letters"], 1);
  EXPECT_GT(found["open"], 4);
  EXPECT_EQ(found["half"], true);
  EXPECT_EQ(found["all"], net.g.size());
  EXPECT_EQ(found["edgesAgain"], found["edges"]);
}

TEST_F(GraphPageInBrowser, HidesConstantsAndCasts) {
  Graph g;
  const Tensor x = g.parameter("x", full({2}, 3)), wide = as_type(x, DType::float64);
  const Tensor z = sum(2 * exp(wide)).named("z");
  const Json found = checked(page(g, film_of(z, {x})), "#f1", R"js(
    press("End");
    const before = [drawn(".constant"), drawn(".cast")];
    click($("less"));
    const bridges = drawn(".bundle:not(.across)");
    const after = [drawn(".constant"), drawn(".cast")];
    click($("less"));
    return { before, bridges, after, again: [drawn(".constant"), drawn(".cast")] };)js");
  EXPECT_GE(found["before"][0], 1) << found;
  EXPECT_GE(found["before"][1], 1);
  EXPECT_EQ(found["after"], (Json{0, 0}));
  EXPECT_GE(found["bridges"], 1) << "from x to exp";
  EXPECT_EQ(found["again"], found["before"]);
}

TEST_F(GraphPageInBrowser, OpensALargeGraphAsBoxes) {
  Graph g;
  const Tensor x = g.parameter("x", full({2}, 1));
  Tensor y = x;
  for (int i = 1; i <= 300; ++i) y = exp(y).named(fmt::format("layer{}/y", (i + 9) / 10));
  const Json found = checked(page(g, film_of(sum(y).named("z"), {x})), "#f1", R"js(
    const closed = drawn(".node");
    selectNode(data.nodes[100].id);
    return { closed, checked: $("layers").checked, names: texts("#scene .layer .title").slice(0, 2), picked: drawn(".picked:not(.edge)") };)js");
  EXPECT_LT(found["closed"], 80) << found;
  EXPECT_EQ(found["names"], (Json{"layer1", "layer2"})) << found;
  EXPECT_EQ(found["picked"], 1) << "its layer opens";
}

TEST_F(GraphPageInBrowser, ShowsWhatThePassesLeave) {
  Graph g;
  const Tensor x = g.input("x", {64, 8}), W = g.parameter("W", full({8, 16}, 1)),
               b = g.parameter("b", zeros({16}));
  GraphPageOptions options{.outputs = {relu(add_bias(matmul(x, W), b)).named("h")}};
  options.program = {.outputs = options.outputs};
  const std::string text = page(g, options);
  const std::size_t passes = data(text)["rewrites"]["passes"].size();
  ASSERT_GE(passes, 1U);
  const Json found = checked(text, "#f5",
                             fmt::format(R"js(
    click(document.querySelector("#rewrites a[href='#s{}']"));
    const stage = {{ sentence: $("sentence").textContent, gone: texts("#scene .left-out .kind"), made: texts("#scene .remade .kind"), rows: texts("#rewrites tr.now td:first-child") }};
    click(document.querySelector("#rewrites a[href='#s0']"));
    return {{ ...stage, later: [drawn(".remade"), texts("#rewrites tr.now").length] }};)js",
                                         passes));
  EXPECT_TRUE(found["sentence"].get<std::string>().starts_with("after ")) << found;
  const auto gone = found["gone"].get<std::vector<std::string>>();
  EXPECT_TRUE(std::ranges::count(gone, "✂ product_epilogues") > 0) << found;
  const auto made = found["made"].get<std::vector<std::string>>();
  EXPECT_TRUE(std::ranges::count(made, "→ matmul+add_bias+relu") == 1) << found;
  EXPECT_EQ(found["rows"].size(), 1U);
  EXPECT_EQ(found["later"], (Json{0, 0}));
}

// An FCNN of the size of the first examples, with its update.
GraphPageOptions film_of_fcnn(Graph& g) {
  const Sequential network(g, {784}, fcnn({128, 10}));
  const Tensor images = g.input("images", {64, 784}), labels = g.input("labels", {64}, DType::int32);
  const Tensor loss = softmax_cross_entropy(network(images), labels).named("loss");
  GraphPageOptions options = film_of(loss, network.parameters());
  options.updates = sgd(build_grad(loss, network.parameters()), 0.1);
  return options;
}

// The pairs of an edge that is drawn and a box that it crosses, in each state that the tools make.
constexpr std::string_view kCrossings = R"js(
  press("End");
  const crossings = () => {
    const found = [];
    for (const { path, members } of drawnEdges) {
      const ends = new Set([itemOf.get(members[0].from), itemOf.get(members[0].to)]);
      const length = path.getTotalLength(), points = [];
      for (let at = 0; at <= length; at += 10) points.push(path.getPointAtLength(at));
      for (const item of drawnItems) {
        if (ends.has(item)) continue;
        const { x, y } = item.place;
        const isInside = (point) => point.x > x && point.x < x + size.width && point.y > y && point.y < y + size.height;
        if (points.some(isInside)) found.push(`${members[0].from} to ${members[0].to} through ${item.ids}`);
      }
    }
    return found;
  };
  const states = [crossings()];
  click($("less")); states.push(crossings()); click($("less"));
  click($("layers")); states.push(crossings());
  click(document.querySelector("#scene .layer rect")); states.push(crossings());
  return { states, edges: drawnEdges.length };)js";

TEST_F(GraphPageInBrowser, DrawsEdgesAroundBoxes) {
  Xor net;
  Graph g, chain;
  GraphPageOptions of_chain;
  const Tensor x = chain.parameter("x", full({2}, 1));
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = i % 3 == 0 ? exp(y) * x : square(y) + x;  // x is read far down
  of_chain = film_of(sum(y).named("z"), {x});
  const GraphPageOptions of_fcnn = film_of_fcnn(g);
  for (const std::string& text : {page(net.g, net.options), page(g, of_fcnn), page(chain, of_chain)}) {
    const Json found = checked(text, "#f1", std::string(kCrossings));
    EXPECT_EQ(found["states"], (Json{Json::array(), Json::array(), Json::array(), Json::array()})) << found;
    EXPECT_GT(found["edges"], 0);
  }
}

// At each frame, by steps and after a click: what the eye looks for is in the window.
constexpr std::string_view kLookFor = R"js(
  const isSeen = (target) => {
    let box = target.getBoundingClientRect();
    if (box.width === 0 || box.top < 0 || box.bottom > innerHeight + 1) return false;
    for (let outer = target.parentElement; outer; outer = outer.parentElement) {
      if (getComputedStyle(outer).overflowY === "visible" || outer === document.documentElement || outer === document.body) continue;
      const frame = outer.getBoundingClientRect();
      if (box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || box.right > frame.right + 31 && outer.id === "view") return false;
    }
    return true;
  };
  const missing = [];
  for (let frame = 1; frame <= events.length; ++frame) {
    if (frame > 1) press("ArrowRight");
    if (frame === 30) click(document.querySelector("#scene .node rect"));
    if (frame === 30) press("ArrowLeft"), press("ArrowRight");
    const look = (what, ...targets) => {
      if (!targets.some((target) => target && isSeen(target))) missing.push(`${frame} ${what}`);
    };
    look("line", [...document.querySelectorAll("#algorithm .now")].at(-1), document.querySelector("#sentence .line"));
    const row = document.querySelector("#table .written, #table .read");
    if (row) look("row", row, document.querySelector("#sentence .row"));
    for (const { mark } of marks) if (mark.getAttribute("display") !== "none") look("letter", mark);
  }
  return missing;)js";

TEST_F(GraphPageInBrowser, KeepsTheLineTheRowAndTheLettersInTheWindow) {
  Xor net;
  net.options.feeds.emplace();
  const std::string text = page(net.g, net.options);
  for (const char* window : {"1366,768", "1000,800", "500,800", "2000,1100"})
    EXPECT_EQ(checked(text, "#f1", std::string(kLookFor), window), Json::array()) << window;
}

TEST_F(GraphPageInBrowser, MarksTheReturnForTheEntryOfZ) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f5", R"js(
    const lines = () => texts("#inner .now").join("; ");
    const first = [$("sentence").textContent, lines()];
    press("ArrowRight");
    return [...first, lines(), $("sentence").textContent, drawn(".mark[display=inline]")];)js");
  EXPECT_TRUE(contains(found[0].get<std::string>(), "J is in grad_table already")) << found;
  EXPECT_TRUE(found[1].get<std::string>().starts_with("if V is in grad_table")) << found;
  EXPECT_TRUE(found[2].get<std::string>().starts_with("if V is in grad_table")) << found;
  EXPECT_TRUE(contains(found[3].get<std::string>(), "Return grad_table[J]")) << found;
}

TEST_F(GraphPageInBrowser, StepsToTheNextVariable) {
  Xor net;
  const Json found = checked(page(net.g, net.options), "#f1", R"js(
    const lines = [];
    for (let i = 0; i < 4; ++i) { press("ArrowDown"); lines.push(events[current - 1].line); }
    const down = current; press("ArrowDown"); press("ArrowUp");
    const sums = [];
    for (let frame = 1; frame <= events.length; ++frame) { showFrame(frame); if (texts("#why .now").join().includes("Why are parts summed")) sums.push(frame); }
    return { lines, back: current, down, sums };)js");
  EXPECT_EQ(found["lines"], (Json{"variable", "variable", "variable", "variable"})) << found;
  EXPECT_EQ(found["sums"], Json::array()) << "no variable has two consumers";
}

// The film of the FCNN: every line of algorithms 6.5 and 6.6 runs, and all differences are small.
TEST_F(GraphPageInBrowser, RunsEveryLineOfTheAlgorithms) {
  Graph g;
  const Sequential network(g, {784}, fcnn({16, 10}));
  const Tensor images = g.input("images", {8, 784}), labels = g.input("labels", {8}, DType::int32);
  GraphPageOptions options =
      film_of(softmax_cross_entropy(network(images), labels).named("loss"), network.parameters());
  Random random(1);
  Array pixels = zeros({8, 784}), classes(DType::int32, {8});
  for (float& pixel : pixels.as<float>()) pixel = static_cast<float>(random.uniform());
  for (std::size_t i = 0; i < 8; ++i) classes.as<std::int32_t>()[i] = static_cast<std::int32_t>(i);
  options.feeds = std::vector<PageFeed>{{images, pixels}, {labels, classes}};
  const std::string text = page(g, options);
  const Json found = checked(text, "#f1", R"js(
    const ran = new Set(), lines = [...document.querySelectorAll(".code li")];
    let bprops = 0;
    for (let frame = 1; frame <= events.length; ++frame) {
      if (frame > 1) press("ArrowRight");
      for (const line of lines) if (line.classList.contains("now")) ran.add(line.textContent);
      if ($("sentence").textContent.includes(".bprop: ")) ++bprops;
    }
    return { left: lines.map((line) => line.textContent).filter((line) => !ran.has(line)), bprops, address: address() };)js");
  EXPECT_EQ(found["left"].size(), 1U) << found;
  EXPECT_TRUE(contains(found["left"].dump(), "not in the book")) << found;
  EXPECT_EQ(found["address"], fmt::format("#f{}", options.events.size()));
  EXPECT_EQ(found["bprops"], std::ranges::count(options.events, GradientLine::bprop, &GradientEvent::line));
  const Json differences = data(text)["differences"];
  EXPECT_EQ(differences.size(), 4U);
  for (const Json& each : differences)
    EXPECT_NEAR(each["gradient"].get<double>(), each["difference"].get<double>(), 1e-6) << each;
}

// As many frames of bprop as build_grad makes calls.
TEST_F(GraphPageInBrowser, HasAFrameForEachCallOfBprop) {
  Graph g;
  int calls = 0;
  const auto counting = [&](std::span<const Tensor>, const Tensor& gradient, std::size_t) {
    ++calls;
    return gradient;
  };
  const Tensor x = g.parameter("x", full({}, 3, DType::float64));
  const Tensor y = testing::pass({x, x}, counting).named("y");
  const Tensor z = testing::pass({testing::pass({y}, counting)}, counting).named("z");
  const Json found = checked(page(g, film_of(z, {x})), "#f1", R"js(
    let bprops = 0;
    for (let frame = 1; frame <= events.length; ++frame) {
      if (frame > 1) press("ArrowRight");
      if ($("sentence").textContent.includes("pass.bprop: ")) ++bprops;
    }
    return bprops;)js");
  EXPECT_EQ(found, calls);
  EXPECT_EQ(calls, 4);
}

TEST_F(GraphPageInBrowser, ShowsNamesAsText) {
  Graph g;
  const std::string name = "</script><b>";
  const Tensor x = g.parameter(name, full({}, 3)), z = exp(x).named("</title><i>");
  GraphPageOptions options = film_of(z, {x});
  options.title = "<u>";
  options.feeds.emplace();
  options.program = {.outputs = {z}};
  const Json found = checked(page(g, options), "#f1", R"js(
    click(document.querySelector("#n0 rect"));
    press("End"); click($("layers"));
    return { title: document.title, node: texts("#details h2")[0], tags: document.querySelectorAll("#scene b, #scene i, #frames b, #frames i, #rewrites i, u, #table i").length };)js");
  EXPECT_EQ(found["title"], "<u>") << found;
  EXPECT_EQ(found["node"], name);
  EXPECT_EQ(found["tags"], 0);
}

// Without its scripts: a check alone runs.
TEST_F(GraphPageInBrowser, NeedsNoScriptForThePictureAndTheFrames) {
  Xor net;
  std::string text = page(net.g, net.options);
  const std::string begin = "<script>", end = "</script>";
  for (std::size_t at; (at = text.find(begin)) != std::string::npos;)
    text.erase(at, text.find(end, at) + end.size() - at);
  const Json found = checked(text, "#f3", R"js(
    const isShown = (id) => getComputedStyle(document.getElementById(id)).display !== "none" && document.getElementById(id).getClientRects().length > 0;
    return { picture: isShown("view"), frames: isShown("frames"), controls: isShown("controls"), nodes: drawn(".node"), items: texts("#frames li").length };)js");
  EXPECT_EQ(found, (Json{{"picture", true},
                         {"frames", true},
                         {"controls", false},
                         {"nodes", net.g.size()},
                         {"items", net.options.events.size()}}))
      << found;
}

TEST_F(GraphPageInBrowser, ShowsAProfile) {
  Xor net;
  net.options.profile = testing::profile_of(net);
  const std::string document = testing::shown_by_chromium(page(net.g, net.options));
  const std::size_t first = document.find("id=\"steps\"");
  const std::string table = document.substr(first, document.find("</table>", first) - first);
  const std::size_t steps = net.options.profile->steps.size();
  EXPECT_EQ(testing::count(table, "<tr data-node="), steps);
  EXPECT_EQ(testing::count(table, "aria-sort=\"descending\""), 1U);
  const std::size_t begin = document.find("id=\"timeline\"");
  const std::string timeline = document.substr(begin, first - begin);
  EXPECT_EQ(testing::count(timeline, "<a "), steps) << "on one thread";
  EXPECT_TRUE(contains(document, "µs a run on 1 thread, the median of 3."));
}

}  // namespace
}  // namespace gradtable::report
