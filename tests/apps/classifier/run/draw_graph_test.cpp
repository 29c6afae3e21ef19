// The graph of a training step, without training.
#include "apps/classifier/run/draw_graph.hpp"

#include <regex>
#include <string>

#include "tests/apps/classifier/program.hpp"
#include "tests/support/idx_bytes.hpp"

namespace classifier {
namespace {

namespace idx = gradtable::testing;

class DrawGraph : public BuiltProgram {
 protected:
  std::string graph(const Words& arguments = {}) const {
    const ProcessResult result = run(Words{"graph", config_} + arguments);
    expect_success(result);
    return result.out;
  }
  // Whether the drawing has nodes of these phases.
  static std::string phases(const std::string& dot) {
    std::string found;
    for (const char* phase : {"forward", "gradient", "update"})
      if (contains(dot, std::string("subgraph cluster_") + phase + " ")) found += std::string(phase) + " ";
    return found;
  }
};

TEST_F(DrawGraph, IsThatOfTheTrainingAndItsForwardPart) {
  const Words settings = {"training.optimizer.type=adam", "training.validation_fraction=0.1",
                          "training.dropout=0.2", "training.epochs=1", "output.dot=graph.dot"};
  expect_success(train("out", settings));
  EXPECT_EQ(graph(set(settings)), folder_.read("out/graph.dot"));
  EXPECT_EQ(graph(set(settings) + Words{"--part", "all"}), folder_.read("out/graph.dot"));
  EXPECT_EQ(graph(set(settings) + Words{"--part", "forward"}), folder_.read("out/graph_forward.dot"));
}

TEST_F(DrawGraph, HasTheGradientWithoutTheUpdate) {
  EXPECT_EQ(phases(graph()), "forward gradient update ");
  EXPECT_EQ(phases(graph({"--part", "gradient"})), "forward gradient ");
  const Words sums = {"--part", "gradient", "--set", "training.gradient_accumulation=3"};
  EXPECT_EQ(phases(graph(sums)), "forward gradient ") << "of the loss, not of the sums";
  EXPECT_EQ(graph({"--part", "forward"}).find("gradient"), std::string::npos);
}

// What the updates follow is drawn, whatever the reduction of the loss, and nothing beside it.
TEST_F(DrawGraph, HasTheGradientThatTrains) {
  for (const std::string reduction : {"mean", "sum"}) {
    const Words settings = set({"training.loss_reduction=" + reduction});
    const std::string objective = reduction == "sum" ? "∂summed loss/∂W1" : "∂loss/∂W1";
    const std::string other = reduction == "sum" ? "∂loss/∂W1" : "∂summed loss/∂W1";
    const std::string page = folder_.path("page.html");
    expect_success(run(Words{"graph", config_, "--page", page} + settings));
    for (const std::string& text :
         {graph(settings), graph(settings + Words{"--part", "gradient"}), folder_.read("page.html")}) {
      EXPECT_TRUE(contains(text, objective)) << reduction;
      EXPECT_FALSE(contains(text, other)) << reduction;
      EXPECT_EQ(text.find("summed loss") != std::string::npos, reduction == "sum");
    }
  }
}

TEST_F(DrawGraph, IsAPageToo) {
  const Words settings = {"training.epochs=1", "output.graph_page=graph.html"};
  expect_success(train("out", settings));
  const std::string page = folder_.path("page.html");
  EXPECT_EQ(graph(set(settings) + Words{"--page", page}), page + ": open it in a browser\n");
  const auto without_places = [&](const std::string& name) {  // in the program's own sources
    return std::regex_replace(folder_.read(name), std::regex("\"place\":\"[^\"]*\""), "");
  };
  EXPECT_TRUE(without_places("page.html") == without_places("out/graph.html"));
  EXPECT_TRUE(contains(folder_.read("page.html"), "∂loss/∂W1 = "));
  EXPECT_TRUE(contains(folder_.read("page.html"), "nodes are inserted into 𝒢."));
  expect_success(run(Words{"graph", config_, "--page", page, "--part", "forward"}));
  EXPECT_FALSE(contains(folder_.read("page.html"), "∂loss/∂W1"));
}

TEST_F(DrawGraph, ShowsTheValuesOfTheFirstBatchOnAPage) {
  const std::string page = folder_.path("page.html");
  for (const char* part : {"all", "gradient", "forward"}) {
    graph({"--page", page, "--part", part});
    const std::string text = folder_.read("page.html");
    EXPECT_TRUE(contains(text, "\"short\":\"")) << part;
    EXPECT_TRUE(contains(text, "id=\"rewrites\"")) << part;
    EXPECT_EQ(contains(text, "\"differences\":[{"), std::string(part) != "forward") << part;
  }
}

// Headers, and no pixel.
TEST_F(DrawGraph, SaysThatAPageHasNoValues) {
  folder_.write("images", idx::words({0x803, 6, 4, 5}));
  folder_.write("labels", idx::idx_labels({0, 1, 2, 0, 1, 2}));
  config_ = folder_.write("idx.json", std::string_view(R"({"data": {"dir": ".", "train_images": "images",
      "train_labels": "labels", "limit_train": 5}, "model": {"hidden": [7]}, "training": {"batch_size": 2}})"));
  const ProcessResult result = run({"graph", config_, "--page", folder_.path("page.html")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "warning: the page shows no values: ")) << result.err;
  EXPECT_TRUE(contains(folder_.read("page.html"), "∂loss/∂W1 = "));
  EXPECT_TRUE(contains(folder_.read("page.html"), "nodes are inserted into 𝒢."));
  EXPECT_FALSE(contains(folder_.read("page.html"), "\"short\":\""));
}

TEST_F(DrawGraph, DoesNotWriteAPageOverItsConfig) {
  const ProcessResult result = run({"graph", config_, "--page", config_});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(contains(result.err, "the file of the config and of output.graph_page")) << result.err;
}

TEST_F(DrawGraph, LeavesNothingBehind) {
  const auto files = folder_.count();
  graph();
  EXPECT_EQ(folder_.count(), files);
}

TEST_F(DrawGraph, IsOfBothPrograms) {
  program_ = "mnist_lenet5";
  config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  EXPECT_TRUE(contains(graph({"--part", "forward"}), "conv"));
  EXPECT_EQ(phases(graph({"--part", "gradient"})), "forward gradient ");
}

TEST_F(DrawGraph, ReadsTheSizesOfDataAlone) {
  // Headers, and no pixel; a set of three classes.
  folder_.write("images", idx::words({0x803, 6, 4, 5}));
  folder_.write("labels", idx::idx_labels({0, 1, 2, 0, 1, 2}));
  config_ = folder_.write("idx.json", std::string_view(R"({"data": {"dir": ".", "train_images": "images",
      "train_labels": "labels", "limit_train": 5}, "model": {"hidden": [7]}, "training": {"batch_size": 2}})"));
  const std::string dot = graph();
  for (const char* part : {"uint8 (5,20)", "float32 (2,20)", "float32 (20,7)", "float32 (7,3)"})
    EXPECT_TRUE(contains(dot, part));
  EXPECT_TRUE(contains(graph(set({"data.classes=9"})), "float32 (7,9)"));
  std::filesystem::remove(folder_.path("labels"));
  EXPECT_TRUE(contains(graph(set({"data.classes=9"})), "float32 (7,9)"));
  const Words normalized = {R"(data.normalize={"mean": 0.25, "deviation": 0.5})", "data.classes=9"};
  EXPECT_TRUE(contains(graph(set(normalized)), "0.25"));
}

TEST_F(DrawGraph, MeasuresWhatIsStandardized) {
  EXPECT_EQ(phases(graph(set({"data.normalize=standardize"}))), "forward gradient update ");
}

TEST_F(DrawGraph, RefusesWhatTrainingWould) {
  const Words none = {"graph", config_, "--set", "data.source=idx"};
  for (const char* hint : {"MNIST_DIR", "scripts/fetch_mnist.sh", "digits.json"})
    expect_error(run(none), 3, hint);
  expect_error(run({"graph", config_, "--set", "training.batch_size=301"}), 2,
               "the number of training images");
  expect_error(run({"graph", config_, "--part", "backward"}), 2,
               "--part: \"backward\"; expected forward, gradient or all");
}

}  // namespace
}  // namespace classifier
