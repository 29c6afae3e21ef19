// The files that a run leaves, and what they say.
#include "apps/classifier/run/results.hpp"

#include <cmath>
#include <regex>

#include "tests/apps/classifier/learned.hpp"
#include <fmt/format.h>

namespace classifier {
namespace {

class Results : public TwoTrainings {
 protected:
  static std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) parts.push_back(part);
    return parts;
  }
  // The field of this name in each row of the table.
  std::vector<std::string> column(const std::string& name, const std::string& out = "out") const {
    const std::vector<std::string> lines = split(folder_.read(out + "/metrics.csv"), '\n');
    const std::vector<std::string> names = split(lines.at(0), ',');
    const auto at = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    std::vector<std::string> fields;
    for (std::size_t i = 1; i < lines.size(); ++i) fields.push_back(split(lines[i], ',').at(at));
    return fields;
  }
  nlohmann::json results(const std::string& out = "out") const {
    return nlohmann::json::parse(folder_.read(out + "/results.json"));
  }
};

TEST_F(Results, TheResolvedConfigGivesTheSameRun) {
  expect_success(train("first", {"training.optimizer.type=adam", "training.optimizer.learning_rate=0.003",
                                 "model.hidden=[12,6]", R"(model.activation=["tanh","relu"])",
                                 "training.l1=1e-5", "training.validation_fraction=0.1", "seed=7"}));
  const std::string config = folder_.path("first/config.resolved.json");
  const std::string before = folder_.read("first/metrics.csv");
  expect_success(run({config, "--quiet", "--out", folder_.path("second")}));
  EXPECT_EQ(folder_.read("first/metrics.csv"), before) << "times too: nothing went there again";
  expect_same("second", "first");
  nlohmann::json first = nlohmann::json::parse(folder_.read("first/config.resolved.json"));
  nlohmann::json second = nlohmann::json::parse(folder_.read("second/config.resolved.json"));
  EXPECT_EQ(first.at("output").at("dir"), folder_.path("first"));
  EXPECT_EQ(second.at("output").at("dir"), folder_.path("second"));
  first.at("output").erase("dir");
  second.at("output").erase("dir");
  EXPECT_EQ(first, second);
}

TEST_F(Results, AResolvedConfigCanBeRunInItsPlace) {
  expect_success(train("out"));
  const std::string config = folder_.path("out/config.resolved.json");
  std::filesystem::copy(folder_.path("out"), folder_.path("first"));
  expect_success(run({config, "--quiet", "--set", "training.epochs=3"}));
  expect_same("out", "first");
  expect_success(run(Words{config, "--quiet", "--set", "training.epochs=4"} + resumed("out")));
  EXPECT_EQ(epochs_in_table("out"), 4);
  EXPECT_EQ(folder_.read("out/config.resolved.json"), folder_.read("first/config.resolved.json"));
  expect_error(run({config, "--set", "output.metrics=config.resolved.json"}), 2,
               "the file of the config and of output.metrics");
}

TEST_F(Results, TheTableHasARowForEachFinishedEpochWhileTheRunGoesOn) {
  gradtable::testing::Process program(command(training("out", {"training.epochs=1000000"})));
  ASSERT_TRUE(wait_until([&] { return epochs_in_table("out") >= 2; }));
  EXPECT_TRUE(folder_.read("out/metrics.csv").starts_with("epoch,train_loss,train_accuracy,"));
  program.send(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 130);
  const std::vector<std::string> epochs = column("epoch"), rates = column("learning_rate");
  ASSERT_EQ(metrics().at("epochs").size(), epochs.size());
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    EXPECT_EQ(epochs[i], fmt::format("{}", i + 1));
    EXPECT_EQ(rates[i], "0.1");
  }
}

TEST_F(Results, WhatIsNotMeasuredIsEmpty) {
  const Words validation = {"validation_loss", "validation_accuracy", "validation_balanced_accuracy"};
  const Words test = {"test_loss", "test_accuracy"};
  const auto expect = [&](const Words& names, bool measured) {
    for (const std::string& name : names)
      for (const std::string& field : column(name)) EXPECT_EQ(!field.empty(), measured) << name;
    for (const std::string& name : names)
      EXPECT_EQ(metrics().at("epochs")[0].contains(name), measured) << name;
  };
  expect_success(train("out"));
  expect(validation + test, false);
  expect_success(train("out", {"training.validation_fraction=0.1"}));
  expect(validation, true);
  expect(test, false);
  expect_success(train("out", {"training.measure_test=true"}));
  expect(validation, false);
  expect(test, true);
  EXPECT_EQ(std::stod(column("test_loss").back()), metrics().at("test_loss"));
  EXPECT_EQ(std::stod(column("test_accuracy").back()), metrics().at("test_accuracy"));
}

TEST_F(Results, MeasuringTheTestImagesChangesNothingElse) {
  expect_success(train("with", {"training.measure_test=true"}));
  expect_success(train("without"));
  EXPECT_TRUE(folder_.read("with/weights.safetensors") == folder_.read("without/weights.safetensors"));
  EXPECT_EQ(column("train_loss", "with"), column("train_loss", "without"));
}

TEST_F(Results, TheConfusionMatrixIsThatOfThePredictions) {
  expect_success(train("out"));
  std::vector<std::vector<int>> counts(10, std::vector<int>(10, 0));
  const std::string log = folder_.read("out/predictions.log");
  const std::regex line(R"(Prediction=(\d)\. Label=(\d))");
  for (std::sregex_iterator found(log.begin(), log.end(), line); found != std::sregex_iterator(); ++found)
    ++counts[static_cast<std::size_t>((*found)[2].str()[0] - '0')]
            [static_cast<std::size_t>((*found)[1].str()[0] - '0')];
  const nlohmann::json results = this->results();
  EXPECT_EQ(results.at("confusion_matrix"), nlohmann::json(counts));
  int all = 0, right = 0;
  for (std::size_t label = 0; label < 10; ++label) {
    for (const int count : counts[label]) all += count;
    right += counts[label][label];
  }
  EXPECT_EQ(all, 75);
  EXPECT_EQ(results.at("images"), 75);
  EXPECT_EQ(results.at("correct"), right);
  EXPECT_DOUBLE_EQ(results.at("accuracy"), right / 75.0);
  EXPECT_EQ(results.at("accuracy"), metrics().at("test_accuracy"));
  EXPECT_EQ(results.at("loss"), metrics().at("test_loss"));
  EXPECT_EQ(results.at("classes").size(), 10U);
}

TEST_F(Results, TheReportHasAllPartsAndNeedsNothingElse) {
  expect_success(run_digits({"--quiet", "--set", "training.validation_fraction=0.1"}));
  const std::string page = folder_.read("out/report.html");
  for (const char* part :
       {"<!DOCTYPE html>", "784-16-10", "<svg", "Loss", "Accuracy", "Confusion", "istakes", "W1",
        "src=\"data:image/png;base64,", "Of the 75 test images, ", "id=\"pad\"", "digits_train", "</html>\n"})
    EXPECT_TRUE(contains(page, part));
  for (const char* part : {"<link", "<iframe", "@import", "url(", "onload", "href=\"http"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_FALSE(std::regex_search(page, std::regex(R"(src="(?!data:))")));
  // Names of namespaces are never fetched.
  const std::string plain = std::regex_replace(page, std::regex(R"(xmlns(:\w+)?="[^"]*")"), "");
  EXPECT_EQ(plain.find("http://"), std::string::npos);
  EXPECT_EQ(plain.find("https://"), std::string::npos);
}

TEST_F(Results, TheReportHasNothingToDrawOnWhereThatIsTurnedOffOrTooLarge) {
  const auto page = [&](const Words& settings) {
    expect_success(run_digits(Words{"--quiet"} + set(Words{"training.epochs=1", "output.dot="} + settings)));
    return folder_.read("out/report.html");
  };
  const std::string off = page({"output.report_canvas=false"});
  EXPECT_EQ(off.find("Try it"), std::string::npos);
  EXPECT_EQ(off.find("<script"), std::string::npos);
  const std::string large = page({"model.hidden=[640]"});
  EXPECT_TRUE(contains(large, "The numbers of the network take 2035240 bytes; a page has room for 2000000."));
  EXPECT_EQ(large.find("<script"), std::string::npos);
}

TEST_F(Results, TheReportShowsTheWeightsOfTheImagesWithoutARowOfBiases) {
  const auto page = [&](const Words& settings) {
    expect_success(run_digits(Words{"--quiet"} + set(Words{"training.epochs=1", "output.dot="} + settings)));
    return folder_.read("out/report.html");
  };
  const std::string usual = page({});
  EXPECT_TRUE(contains(usual, "<h2>The weights W1: 16 units of 28 x 28</h2>"));
  EXPECT_TRUE(contains(usual, "<h2>The weights W2: 10 outputs, 16 inputs</h2>"));
  EXPECT_TRUE(contains(page({"model.bias=row"}), "<h2>The weights W1: 16 units of 28 x 28</h2>"));
  const std::string wide = page({"model.bias=row", "model.hidden=[784]"});
  EXPECT_TRUE(contains(wide, "<h2>The weights W1: "));
  EXPECT_TRUE(contains(wide, "<h2>The weights W2: 10 outputs, the first 256 of 784 inputs</h2>"))
      << "no image is behind it";
}

TEST_F(Results, AFileWithoutANameIsNotWritten) {
  const Words keys = {"prediction_log", "metrics",    "metrics_csv", "results", "report",
                      "config",         "checkpoint", "weights",     "dot"};
  Words none;
  for (const std::string& key : keys) none.push_back("output." + key + "=");
  const ProcessResult result = run_digits(set(none));
  expect_success(result);
  EXPECT_FALSE(exists("out"));
  for (const std::string key : {"report", "checkpoint", "metrics_csv"}) {
    std::filesystem::remove_all(folder_.path("out"));
    expect_success(run_digits(set(none) + set({"output." + key + "=file"})));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path("out")), {}), 1) << key;
    EXPECT_TRUE(exists("out/file")) << key;
  }
}

TEST_F(Results, WeightsForPyTorchHaveItsNamesAndAxes) {
  expect_success(train("ours"));
  expect_success(train("theirs", {"output.weights_layout=pytorch"}));
  const gradtable::TensorFile ours = gradtable::read_safetensors(weights("ours"));
  const gradtable::TensorFile theirs = gradtable::read_safetensors(weights("theirs"));
  gradtable::expect_equal({theirs.tensors, {}},
                          {{{"fc1.weight", gradtable::transposed(ours.tensors.at("W1"))},
                            {"fc1.bias", ours.tensors.at("b1")},
                            {"fc2.weight", gradtable::transposed(ours.tensors.at("W2"))},
                            {"fc2.bias", ours.tensors.at("b2")}},
                           {}});
  EXPECT_EQ(theirs.metadata.at("format"), "pt");

  program_ = "mnist_lenet5";
  config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  expect_success(train("lenet5", {"output.weights_layout=pytorch"}));
  const auto tensors = gradtable::read_safetensors(weights("lenet5")).tensors;
  EXPECT_EQ(tensors.at("conv1.weight").shape(), gradtable::Shape({6, 1, 5, 5}));
  EXPECT_EQ(tensors.at("fc1.weight").shape(), gradtable::Shape({120, 400}));
  EXPECT_EQ(tensors.size(), 10U);
}

}  // namespace
}  // namespace classifier
