#include "gradtable/models/report/canvas.hpp"

#include <cmath>
#include <numeric>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/javascript.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/lenet5.hpp"
#include "gradtable/models/report/detail/canvas_files.hpp"
#include "gradtable/models/report/html.hpp"
#include "gradtable/models/training/losses.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::report {
namespace {

using testing::contains;
using Json = nlohmann::json;

// Images from 0 to 1, one behind the other.
std::vector<double> images(std::int64_t count, const CanvasOptions& options) {
  std::vector<double> pixels;
  const Dataset digits = draw_digits(count, 3);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<std::uint8_t> digit = digits.picture(i);
    for (std::int64_t p = 0; p < options.rows * options.columns; ++p)
      pixels.push_back(digit[static_cast<std::size_t>(p) % digit.size()] / 255.0);
  }
  return pixels;
}

std::vector<double> as_doubles(const Array& values) {
  const Array numbers = cast(values, DType::float64);
  return {numbers.as<double>().begin(), numbers.as<double>().end()};
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

double largest(const std::vector<double>& numbers) {
  return std::transform_reduce(
      numbers.begin(), numbers.end(), 0.0, [](double a, double b) { return std::max(a, b); },
      [](double x) { return std::abs(x); });
}

// What the library computes for one image: probabilities, and the derivative of the score of a class.
struct Expected {
  std::vector<double> probabilities, gradient;

  Expected(Graph& g, const Model& model, const CanvasOptions& options, const std::vector<double>& image,
           std::int64_t label) {
    const DType dtype = model.parameters.front().dtype();
    const Tensor x = g.input(g.free_name("x"), {1, options.rows * options.columns}, dtype);
    std::vector<std::int64_t> extents = {1};
    for (const std::int64_t extent : model.input.extents()) extents.push_back(extent);
    const Tensor scores = model.outputs(reshape(normalized(x, options.normalization), extents));
    const Tensor score = sum(slice(scores, {{.axis = 1, .start = label, .stop = label + 1}}));
    const Array fed = cast(ConstView(std::span(image), x.shape()), dtype);
    const Tensor gradients = build_grad(score, {x})[x];
    probabilities =
        as_doubles(evaluate(find_loss(options.loss).probabilities(scores, Location::current()), {{x, fed}}));
    gradient = as_doubles(evaluate(gradients, {{x, fed}}));
  }
};

// Of the network in JavaScript: [[probabilities, gradient]...] of each image, for the class of its number.
Json computed(const Canvas& canvas, const std::vector<double>& pixels) {
  return Json::parse(
      testing::printed_by_script(std::string(detail::kNetworkScript) +
                                 fmt::format("const data = {}, pixels = {}, size = {};\n", canvas.network,
                                             Json(pixels).dump(), canvas.rows * canvas.columns) +
                                 R"(const begin = network(data), results = [];
      for (let i = 0; i * size < pixels.length; ++i) {
        const value = begin(), image = Float64Array.from(pixels.slice(i * size, (i + 1) * size));
        const p = value(data.probabilities, { image }), direction = new Float64Array(p.length);
        direction[i] = 1;
        results.push([[...p], [...value(data.gradient, { direction })]]);
      }
      print(JSON.stringify(results));)"));
}

void expect_same_as_library(Graph& g, const Model& model, const CanvasOptions& options = {}) {
  if (!testing::can_run_scripts()) GTEST_SKIP() << "neither node nor chromium on the PATH";
  constexpr std::int64_t kImages = 3;
  constexpr double kTolerance = 1e-5;
  const Canvas canvas = report::canvas(g, model, options);
  ASSERT_EQ(canvas.missing, "");
  const std::vector<double> pixels = images(kImages, options);
  const Json results = computed(canvas, pixels);
  const auto size = static_cast<std::size_t>(options.rows * options.columns);
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(i * size);
    const Expected expected(g, model, options, {first, first + static_cast<std::ptrdiff_t>(size)},
                            static_cast<std::int64_t>(i));
    EXPECT_LE(largest_difference(results[i][0], expected.probabilities), kTolerance) << "image " << i;
    EXPECT_LE(largest_difference(results[i][1], expected.gradient),
              kTolerance * std::max(1.0, largest(expected.gradient)))
        << "image " << i;
    EXPECT_GT(largest(expected.gradient), 0) << "image " << i;
  }
}

class CanvasOfActivation : public ::testing::TestWithParam<const char*> {};

TEST_P(CanvasOfActivation, ComputesWhatTheLibraryComputes) {
  Graph g;
  expect_same_as_library(g, model_of({g, {784}, fcnn({16, 12, 10}, {.activation = {GetParam()}})}));
}

INSTANTIATE_TEST_SUITE_P(All, CanvasOfActivation,
                         ::testing::Values("relu", "leaky_relu", "elu", "softplus", "gelu", "sigmoid", "tanh",
                                           "linear"));

// Of the programs' configs: an output, with a loss that takes it.
struct OutputAndLoss {
  const char *output, *loss;
};

class CanvasOfOutput : public ::testing::TestWithParam<OutputAndLoss> {};

TEST_P(CanvasOfOutput, ComputesWhatTheLibraryComputes) {
  Graph g;
  expect_same_as_library(g, model_of({g, {784}, fcnn({16, 10}, {.output = GetParam().output})}),
                         {.loss = GetParam().loss});
}

INSTANTIATE_TEST_SUITE_P(All, CanvasOfOutput,
                         ::testing::Values(OutputAndLoss{"softmax", "cross_entropy"},
                                           OutputAndLoss{"sigmoid", "squared_error"},
                                           OutputAndLoss{"softplus", "squared_error"},
                                           OutputAndLoss{"tanh", "squared_error"},
                                           OutputAndLoss{"linear", "multiclass_hinge"},
                                           OutputAndLoss{"linear", "binary_cross_entropy"}));

class CanvasOfBias : public ::testing::TestWithParam<Bias> {};

TEST_P(CanvasOfBias, ComputesWhatTheLibraryComputes) {
  Graph g;
  expect_same_as_library(g, model_of({g, {784}, fcnn({16, 10}, {.bias = GetParam()})}));
}

INSTANTIATE_TEST_SUITE_P(All, CanvasOfBias, ::testing::Values(Bias::node, Bias::row, Bias::none));

TEST(Canvas, OfNormalizedImagesInFloat64ComputesWhatTheLibraryComputes) {
  Graph g;
  const Sequential network(g, {784}, fcnn({16, 10}), {.dtype = DType::float64});
  expect_same_as_library(g, model_of(network), {.normalization = {{0.1307}, {0.3081}}});
}

class CanvasOfLeNet5 : public ::testing::TestWithParam<LeNet5Options> {};

TEST_P(CanvasOfLeNet5, ComputesWhatTheLibraryComputes) {
  Graph g;
  const LeNet5Options options = GetParam();
  expect_same_as_library(g, model_of({g, {options.rows * options.columns}, lenet5(options)}),
                         {.rows = options.rows, .columns = options.columns});
}

INSTANTIATE_TEST_SUITE_P(All, CanvasOfLeNet5,
                         ::testing::Values(LeNet5Options{}, LeNet5Options{.pooling = Pooling::average},
                                           LeNet5Options{.rows = 33, .columns = 30, .activation = "tanh"}));

TEST(Canvas, OfWindowsWithEveryOptionComputesWhatTheLibraryComputes) {
  using namespace layers;
  Graph g;
  const Sequential network(
      g, {784},
      {Reshape{{1, 28, 28}},
       Conv2d{4, {3, 2}, {.stride = {2, 1}, .padding = {1, 0, 2, 1}, .dilation = {1, 2}}}, BatchNorm{},
       ReLU{},
       MaxPool2d{{3, 2}, {.stride = 2, .padding = {1, 0, 1, 1}, .dilation = {1, 2}, .ceil_mode = true}},
       Conv2d{6, 2, {.groups = 2}, false}, TanH{},
       AvgPool2d{3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}}, Conv2d{6, 1},
       AvgPool2d{2, {.padding = 1, .ceil_mode = true}}, Flatten{}, FullyConnected{10}, SoftMax{}});
  expect_same_as_library(g, model_of(network), {.loss = "cross_entropy"});
}

// Ops that no layer has: shapes, sums, comparisons, products of stacks.
TEST(Canvas, OfAFunctionComputesWhatTheLibraryComputes) {
  Graph g;
  const Tensor w = g.parameter("w", full({7, 10}, 0.3));
  const auto outputs = [&](const Tensor& x) {
    const Tensor rows = reshape(x, {4, 28, 7});
    const Tensor products = matmul(transpose(rows, {0, 2, 1}), rows);           // (4,7,7)
    const Tensor scores = matmul(products * 0.1, broadcast_to(w, {4, 7, 10}));  // (4,7,10)
    const Tensor cut = slice(scores, {{.axis = 2, .start = 9, .stop = -11, .step = -1}});
    const Tensor joined = concat({mean(cut, {0, 1}, true), sum(square(scores) * 0.01, {0, 1}, true)}, 1);
    const Tensor chosen = where(greater(joined, 0.2), log_softmax(joined), exp(-joined));
    const Tensor all = maximum(reshape(sum(chosen, {0, 1}), {1, 10}), clip(reshape(chosen, {2, 10}), -1, 2));
    return sum(all, {0}, true) + reshape(sum(abs(x)) / 100, {1, 1});
  };
  expect_same_as_library(g, {.input = {784}, .parameters = {w}, .outputs = outputs});
}

TEST(Canvas, SaysThatTheNumbersAreTooLarge) {
  Graph g;
  const Sequential network(g, {784}, fcnn({1000, 10}));
  EXPECT_EQ(canvas(g, model_of(network)).missing,
            "The numbers of the network take 3180040 bytes; a page has room for 2000000.");
  EXPECT_EQ(canvas(g, model_of(network)).network, "");
  EXPECT_EQ(canvas(g, model_of(network), {.most_bytes = 4'000'000}).missing, "");
}

TEST(Canvas, NamesAnOpThatHasNoForm) {
  Graph g;
  const Sequential network(g, {784}, fcnn({10}));
  const auto outputs = [&](const Tensor& x) { return network(x / norm(x)); };
  EXPECT_EQ(canvas(g, {.input = {784}, .parameters = network.parameters(), .outputs = outputs}).missing,
            "The network has the op norm, which has no form in JavaScript.");
}

TEST(Canvas, IsNotForImagesThatNobodyDraws) {
  Graph g;
  const Sequential network(g, {784}, fcnn({10}));
  EXPECT_EQ(canvas(g, model_of(network), {.rows = 1, .columns = 784}).missing,
            "Nobody draws images of 1 x 784 pixels.");
}

TEST(Canvas, RefusesOutputsThatAreNoClasses) {
  Graph g;
  const Sequential network(g, {784}, {layers::Reshape{{28, 28}}});
  EXPECT_EQ(testing::message_of<ShapeError>([&] { canvas(g, model_of(network)); }),
            "canvas: expected outputs (1,classes), got (1,28,28)");
}

Json shown(const Sequential& network, Graph& g) {
  const Json data = Json::parse(canvas(g, model_of(network)).network);
  Json names = Json::array();
  for (const Json& each : data["shown"]) names.push_back(each["name"]);
  return names;
}

TEST(Canvas, ShowsTheHiddenLayers) {
  using namespace layers;
  Graph a, b, c;
  EXPECT_EQ(shown({a, {784}, fcnn({16, 12, 10})}, a), (Json{"h1", "h2"}));
  EXPECT_EQ(shown({b, {784}, lenet5()}, b), (Json{"C1", "S2", "C3", "S4", "C5", "F6"}));
  EXPECT_EQ(shown({c, {784}, {FullyConnected{9}, TanH{}, FullyConnected{10}}}, c), (Json{"tanh"}));
}

// An update may have made the 1 of the column of biases.
TEST(Canvas, ShowsTheHiddenLayersOfAGraphThatTrained) {
  Graph g;
  {
    const Graph::Scope scope(g, Phase::update);
    g.literal(1);
  }
  EXPECT_EQ(shown({g, {784}, fcnn({9, 10}, {.bias = Bias::row})}, g), Json{"h1"});
}

// The page of a network, as a run writes it.
std::string page_of(const Canvas& canvas, std::vector<std::string> names = {}) {
  Report report{.canvas = canvas, .confusion = ConfusionMatrix(10), .class_names = std::move(names)};
  const std::vector<std::int32_t> labels = {0, 1, 2, 3}, answers = {0, 1, 2, 4};
  report.confusion->add(answers, labels);
  return html(report);
}

TEST(CanvasSection, SaysHowOftenTheNetworkIsRight) {
  Graph g;
  const Canvas canvas = report::canvas(g, model_of({g, {784}, fcnn({10})}));
  EXPECT_TRUE(contains(page_of(canvas), "Of the 4 test images, 75.00 % of its answers are right."));
  EXPECT_TRUE(contains(html({.canvas = canvas}), "How often it is right was not measured."));
}

TEST(CanvasSection, NeedsNothingFromOutsideAndSaysThatItNeedsJavaScript) {
  Graph g;
  const std::string page = page_of(canvas(g, model_of({g, {784}, fcnn({10})})));
  for (const char* word : {"http", "src=", "href=", "@import", "url(", "{{"})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  EXPECT_TRUE(contains(page, "<noscript><p>Drawing needs JavaScript, which this browser does not run.</p>"));
}

TEST(CanvasSection, KeepsNamesAsText) {
  Graph g;
  const std::string name = "</script><b>&\"",
                    page = page_of(canvas(g, model_of({g, {784}, fcnn({10})})), {name});
  EXPECT_EQ(page.find("</script><b>"), std::string::npos);
  EXPECT_TRUE(contains(page, R"("classes":["\u003c/script>\u003cb>&\"","1",)"));
}

TEST(CanvasSection, SaysWhyThereIsNothingToDrawOn) {
  const std::string page = page_of({.missing = "The network has the op <i>."});
  EXPECT_TRUE(contains(
      page, "<h2>Try it</h2>\n<p>The network has the op &lt;i&gt;. So there is nothing to draw on.</p>"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(CanvasSection, IsOnlyWhereItIsWanted) {
  EXPECT_EQ(html({}).find("Try it"), std::string::npos);
}

// A page on which a script draws, in a browser.
class CanvasInBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::is_on_path("chromium")) GTEST_SKIP() << "no chromium on the PATH";
  }

  // What the page shows after the script: the bytes of the image, the answer and its value, those of all
  // classes, and whether the status line has the answer.
  Json shown_after(const std::string& script) {
    std::string page = page_of(canvas(graph_, model_of(network_), options_), {"zero", "one"});
    page.insert(page.rfind("</body>"), "<pre id=\"printed\"></pre><script>" + script + kReport + "</script>");
    const std::string document = testing::shown_by_chromium(page);
    const std::string tag = "<pre id=\"printed\">";
    const std::size_t begin = document.find(tag) + tag.size();
    std::string text = document.substr(begin, document.find("</pre>", begin) - begin);
    for (const auto& [entity, letter] : {std::pair("&lt;", "<"), std::pair("&gt;", ">")})
      text = std::regex_replace(text, std::regex(entity), letter);
    return Json::parse(text);
  }

  static constexpr const char* kDraw = R"(
    const pad = document.getElementById("pad");
    function send(type, x, y) {
      const box = pad.getBoundingClientRect();
      const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
      pad.dispatchEvent(new PointerEvent(type, { ...at, bubbles: true, isPrimary: true, button: 0 }));
    }
    const press = (key) => pad.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    )";
  // Two frames later all is shown.
  static constexpr const char* kReport = R"(
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const text = (id) => document.getElementById(id).textContent;
      const seen = document.getElementById("seen"), of = (name) => [...document.querySelectorAll("#classes " + name)];
      const bytes = [...seen.getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
      document.getElementById("printed").append(JSON.stringify({ bytes, answer: text("answer"), sure: text("sure"),
        said: text("said"), values: of(".value").map((each) => each.textContent),
        chosen: of("button").findIndex((each) => each.getAttribute("aria-pressed") === "true") }));
    }));)";

  static std::string percent(double part) {
    return part < 0.001 ? "< 0.1 %" : part > 0.999 ? "> 99.9 %" : fmt::format("{:.1f} %", 100 * part);
  }

  std::vector<double> expected(const Json& bytes) {
    std::vector<double> image;
    for (const Json& byte : bytes) image.push_back(byte.get<double>() / 255);
    return Expected(graph_, model_of(network_), options_, image, 0).probabilities;
  }

  Graph graph_;
  CanvasOptions options_;
  Sequential network_{graph_, {784}, fcnn({16, 10})};
};

TEST_F(CanvasInBrowser, AnswersWhileOneDraws) {
  const Json found = shown_after(std::string(kDraw) + R"(
    send("pointerdown", 0.3, 0.2);
    for (const [x, y] of [[0.7, 0.2], [0.6, 0.5], [0.45, 0.8]]) send("pointermove", x, y);
    send("pointerup", 0.45, 0.8);
    document.querySelectorAll("#classes button")[3].click();)");
  const std::vector<double> probabilities = expected(found["bytes"]);
  const auto best = std::ranges::max_element(probabilities) - probabilities.begin();
  EXPECT_EQ(found["answer"], best > 1 ? fmt::to_string(best) : best == 0 ? "zero" : "one");
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    EXPECT_EQ(found["values"][i], percent(probabilities[i]));
  EXPECT_EQ(found["sure"], found["values"][static_cast<std::size_t>(best)]);
  EXPECT_EQ(found["chosen"], 3);
}

// As MNIST's images: in a square of 20 pixels, the centre of mass in the middle.
TEST_F(CanvasInBrowser, MakesAnImageAsThoseOfMnist) {
  const Json found = shown_after(std::string(kDraw) + R"(
    send("pointerdown", 0.1, 0.1);
    send("pointermove", 0.1, 0.3);
    send("pointermove", 0.2, 0.3);
    send("pointerup", 0.2, 0.3);)");
  double mass = 0, x = 0, y = 0;
  int top = 28, bottom = 0;
  for (int i = 0; i < 784; ++i) {
    const double byte = found["bytes"][static_cast<std::size_t>(i)];
    mass += byte;
    x += byte * (i % 28 + 0.5);
    y += byte * (i / 28 + 0.5);
    if (byte < 128) continue;
    top = std::min(top, i / 28);
    bottom = std::max(bottom, i / 28 + 1);
  }
  EXPECT_NEAR(x / mass, 14, 0.1);
  EXPECT_NEAR(y / mass, 14, 0.1);
  EXPECT_NEAR(bottom - top, 20, 1);
}

TEST_F(CanvasInBrowser, IsDrawnOnByKeysAndCleared) {
  const std::string line = R"(
    press(" ");
    for (let i = 0; i < 9; ++i) press("ArrowDown");
    press(" ");)";
  const Json drawn = shown_after(kDraw + line);
  EXPECT_GT(drawn["bytes"].dump().find("255"), 0U);
  EXPECT_EQ(drawn["said"], fmt::format("The network answers {}, {}", drawn["answer"].get<std::string>(),
                                       drawn["sure"].get<std::string>()));
  const Json cleared = shown_after(kDraw + line + "press(\"Delete\");");
  EXPECT_EQ(cleared["answer"], "–");
  EXPECT_EQ(cleared["bytes"], Json(std::vector<int>(784, 0)));
}

}  // namespace
}  // namespace gradtable::report
