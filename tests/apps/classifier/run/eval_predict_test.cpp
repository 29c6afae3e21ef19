// eval and predict, and weights to begin with.
#include "apps/classifier/run/eval_predict.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/apps/classifier/learned.hpp"
#include "tests/support/datasets.hpp"
#include "tests/support/idx_bytes.hpp"
#include <fmt/format.h>
#include <gradtable/core/array.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/report/picture.hpp>

namespace classifier {
namespace {

namespace idx = gradtable::testing;

class Inference : public TwoTrainings {
 protected:
  // A config of IDX files of three classes, of which the test set has two.
  std::string write_three_classes() const {
    folder_.write("images", idx::idx_images(6, 4, 4));
    folder_.write("labels", idx::idx_labels({0, 1, 2, 0, 1, 2}));
    folder_.write("test_labels", idx::idx_labels({0, 1, 0, 0, 1, 0}));
    return folder_.write("idx.json",
                         std::string_view(R"({"threads": 1, "data": {"dir": ".", "train_images": "images",
        "train_labels": "labels", "test_images": "images", "test_labels": "test_labels"},
        "model": {"hidden": [4]}, "training": {"batch_size": 2, "epochs": 1}, "output": {"dir": "idx"}})"));
  }

  void SetUp() override { expect_success(train("a")); }

  ProcessResult predict(const Words& arguments) const { return run(Words{"predict", config_} + arguments); }
  // The prediction for each image, from the log of a test or the lines of `predict`.
  static std::vector<int> predictions(const std::string& text, const std::string& before) {
    std::vector<int> found;
    for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;)
      found.push_back(std::stoi(text.substr(at += before.size(), 2)));
    return found;
  }
  static std::vector<int> predicted(const std::string& lines) {
    std::vector<int> found;
    std::istringstream in(lines);
    std::string line;
    EXPECT_TRUE(std::getline(in, line));
    EXPECT_EQ(line, "image,prediction,probability");
    while (std::getline(in, line)) {
      EXPECT_TRUE(line.starts_with(fmt::format("{},", found.size()))) << line;
      const std::size_t comma = line.find(',') + 1, last = line.rfind(',') + 1;
      found.push_back(std::stoi(line.substr(comma)));
      EXPECT_GE(std::stod(line.substr(last)), 0.1) << "the largest of ten";
      EXPECT_LE(std::stod(line.substr(last)), 1);
    }
    return found;
  }
  idx::Bytes test_images() const {
    const gradtable::Dataset digits = gradtable::draw_digits(75, 2 * 42 + 1);
    return idx::operator+(idx::words({0x803, 75, 28, 28}), gradtable::testing::pixels_of(digits));
  }
};

TEST_F(Inference, EvalAndPredictAgreeWithTheTestAfterTraining) {
  const std::vector<int> tested = predictions(folder_.read("a/predictions.log"), "Prediction=");
  ASSERT_EQ(tested.size(), 75U);
  for (const std::string& file : {weights("a"), checkpoint("a")}) {
    const ProcessResult result = run({"eval", config_, "--init", file, "--out", folder_.path("b")});
    expect_success(result);
    EXPECT_TRUE(contains(result.out, "test     loss "));
    for (const char* name : {"/predictions.log", "/results.json"})
      EXPECT_TRUE(folder_.read(std::string("b") + name) == folder_.read(std::string("a") + name)) << name;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path("b")), {}), 2);
    const ProcessResult lines = predict({"--init", file});
    expect_success(lines);
    EXPECT_EQ(predicted(lines.out), tested);
  }
}

TEST_F(Inference, KnowsOfClassesThatNoDigitHas) {
  expect_success(train("more", {"data.classes=12"}));
  EXPECT_EQ(metrics("more").at("parameters"), 784 * 16 + 16 + 16 * 12 + 12);
  expect_success(run({"eval", config_, "--quiet", "--init", weights("more"), "--out", folder_.path("b")}));
  EXPECT_TRUE(folder_.read("b/results.json") == folder_.read("more/results.json"));
}

TEST_F(Inference, EvalRemovesTheReportOfOtherResults) {
  const auto evaluate = [&](const std::string& of) {
    expect_success(run({"eval", config_, "--quiet", "--init", weights(of), "--out", folder_.path("out")}));
  };
  expect_success(run_digits({"--quiet"}));
  evaluate("out");
  EXPECT_TRUE(exists("out/report.html")) << "the results are those of the report";
  expect_success(train("b", {"seed=5"}));
  evaluate("b");
  EXPECT_FALSE(exists("out/report.html"));
}

TEST_F(Inference, EvalKeepsTheReportOfResultsWhoseLastDigitsDiffer) {
  expect_success(run_digits({"--quiet"}));
  const Words eval = {"eval", config_, "--init", weights("out"), "--out", folder_.path("out")};
  const nlohmann::json before = nlohmann::json::parse(folder_.read("out/results.json"));
  const auto with_loss = [&](double factor) {
    nlohmann::ordered_json changed = nlohmann::ordered_json::parse(folder_.read("out/results.json"));
    changed["loss"] = changed["loss"].get<double>() * factor;
    folder_.write("out/results.json", changed.dump(2) + "\n");
  };
  with_loss(1 + 1e-7);  // as another number of threads gives it
  const ProcessResult kept = run(eval);
  expect_success(kept);
  EXPECT_TRUE(exists("out/report.html"));
  EXPECT_FALSE(contains(kept.out, "removed"));
  EXPECT_EQ(nlohmann::json::parse(folder_.read("out/results.json")), before);
  with_loss(1.001);
  const ProcessResult removed = run(eval);
  expect_success(removed);
  EXPECT_FALSE(exists("out/report.html"));
  EXPECT_TRUE(
      contains(removed.out, "removed  " + folder_.path("out/report.html") + ": it was of other results\n"));
  EXPECT_FALSE(contains(run(eval).out, "removed")) << "there is none";
  for (const char* text : {"", "[]", "{}", "null", R"({"loss": null})"}) {
    folder_.write("out/report.html", std::string_view("page"));
    folder_.write("out/results.json", std::string_view(text));
    expect_success(run(eval));
    EXPECT_FALSE(exists("out/report.html")) << text;
  }
}

TEST_F(Inference, EvalOfTheBestEpochsCheckpointTestsTheLastOne) {
  expect_success(train("best", {"training.keep_best=true", "training.validation_fraction=0.1",
                                "training.epochs=6", "training.optimizer.learning_rate=0.5"}));
  expect_success(run({"eval", config_, "--quiet", "--init", weights("best"), "--out", folder_.path("b")}));
  EXPECT_TRUE(folder_.read("b/predictions.log") == folder_.read("best/predictions.log"));
}

TEST_F(Inference, PredictTakesImagesOfAFile) {
  const std::vector<int> tested = predictions(folder_.read("a/predictions.log"), "Prediction=");
  folder_.write("images.idx", test_images());
  folder_.write("images.idx.gz", idx::gzip(test_images()));
  for (const char* name : {"images.idx", "images.idx.gz"}) {
    const ProcessResult lines = predict({"--init", weights("a"), "--images", folder_.path(name)});
    expect_success(lines);
    EXPECT_EQ(predicted(lines.out), tested) << name;
  }
  folder_.write("one", idx::idx_images(1, 28, 28));
  EXPECT_EQ(predicted(predict({"--init", weights("a"), "--images", folder_.path("one")}).out).size(), 1U);
}

TEST_F(Inference, PredictTakesAPictureOfADigit) {
  const std::vector<int> tested = predictions(folder_.read("a/predictions.log"), "Prediction=");
  const gradtable::Dataset digits = gradtable::draw_digits(75, 2 * 42 + 1);
  const std::vector<std::uint8_t> gray = digits.picture(7);
  std::vector<std::uint8_t> inverted = gray, large(280 * 280);
  for (std::uint8_t& pixel : inverted) pixel = static_cast<std::uint8_t>(255 - pixel);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = inverted[i / 2800 * 28 + i % 280 / 10];
  const auto png_of = [](std::int64_t side, const std::vector<std::uint8_t>& pixels) {
    return gradtable::report::png({side, side, gradtable::report::Colours::gray, pixels});
  };
  std::string pgm = "P5\n28 28\n255\n";
  pgm.append(inverted.begin(), inverted.end());
  // Of image 7: alone it is a batch of its own, which changes last digits.
  const std::string all = predict({"--init", weights("a")}).out;
  const double probability = std::stod(all.substr(all.find(',', all.find("\n7,") + 3) + 1));
  const auto expect_predicted = [&](const std::string& content, const std::string& done) {
    const std::string file = folder_.write("digit", content);
    const ProcessResult result = predict({"--init", weights("a"), "--images", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "picture  " + file + ": " + done + "\n");
    EXPECT_EQ(predicted(result.out), std::vector<int>{tested.at(7)});
    EXPECT_NEAR(std::stod(result.out.substr(result.out.rfind(',') + 1)), probability, 1e-4);
  };
  expect_predicted(png_of(28, gray), "28 rows of 28 pixels, taken as it is");
  for (const std::string& content : {png_of(28, inverted), pgm})
    expect_predicted(content, "28 rows of 28 pixels, inverted as its border is bright, taken as it is");
  const std::string file = folder_.write("digit", png_of(280, large));
  const ProcessResult result = predict({"--init", weights("a"), "--images", file, "--quiet"});
  expect_success(result);
  EXPECT_EQ(predicted(result.out).size(), 1U);
}

TEST_F(Inference, PredictRefusesPicturesWithOneSentence) {
  const auto refused = [&](const std::string& content, const std::string& part) {
    const std::string file = folder_.write("digit", content);
    const ProcessResult result = predict({"--init", weights("a"), "--images", file});
    expect_error(result, 3, file + part);
    EXPECT_EQ(result.out, "");
  };
  refused("P5 28 28 255 ", "@byte 13: the end of the file; expected 784 bytes of pixels");
  refused("P2 2 2 9 1 1 1 1", ": a picture of one shade; expected a digit");
  refused("\xff\xd8\xff\xe0", "@byte 0: a JPEG file; expected a PNG file, or a PGM file");
}

TEST_F(Inference, PicturesHaveTheSizeOfTheTestImages) {
  const std::string config = write_three_classes();
  expect_success(run(Words{config, "--quiet"} + set({"output.report="})));
  const std::string file = folder_.write("digit", std::string_view("P2 2 2 9 0 0 9 0"));
  const Words words = {"predict", config, "--init", weights("idx"), "--images", file};
  EXPECT_TRUE(contains(run(words).err, "in the middle of 4 rows of 4\n"));
  std::filesystem::remove(folder_.path("images"));
  expect_error(run(words + Words{"--quiet"}), 2, file + ": images of 28x28; expected images of 16 pixels");
}

TEST_F(Inference, PredictRefusesFilesThatAreNoImagesOfTheNetworksSize) {
  const auto refused = [&](const std::string& file, int code, const std::string& part) {
    const ProcessResult result = predict({"--init", weights("a"), "--images", file});
    expect_error(result, code, part);
    EXPECT_EQ(result.out, "");
  };
  refused(folder_.path("none"), 3, "none: No such file or directory");
  refused(config_, 3, "not an IDX file");
  refused(folder_.write("labels", idx::idx_labels({1, 2})), 3, "expected an IDX file of images");
  idx::Bytes cut = test_images();
  cut.pop_back();
  refused(folder_.write("cut", cut), 3, "cut");
  refused(folder_.write("small", idx::idx_images(2, 20, 20)), 2,
          "small: images of 20x20; expected images of 784 pixels, which the weights of ");
}

TEST_F(Inference, RefusalsNameTheFileOfTheImages) {
  folder_.write("small.idx", idx::idx_images(2, 20, 20));
  folder_.write("two", idx::idx_labels({0, 1}));
  const Words as_test = set({"data.source=idx", "data.dir=.", "data.test_images=small.idx",
                             "data.test_labels=two", "data.classes=10"});
  const std::string found = "error: " + folder_.path("small.idx") + ": images of 20x20; expected ";
  const auto refused = [&](const std::string& file, const std::string& expected) {
    const Words init = {"--init", file};
    expect_error(predict(init + Words{"--images", folder_.path("small.idx")}), 2, found + expected);
    expect_error(predict(init + as_test), 2, found + expected);
    expect_error(run(Words{"eval", config_} + init + as_test), 2, found + expected);
  };
  for (const std::string& file : {weights("a"), checkpoint("a")})
    refused(file, "images of 784 pixels, which the weights of " + file + " take");
  program_ = "mnist_lenet5";
  config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  expect_success(train("b", {"training.epochs=1"}));
  refused(weights("b"), "at least 28x28, which LeNet-5 takes");
}

TEST_F(Inference, ARowOfBiasesIsNoImage) {
  const ProcessResult result = predict(Words{"--init", weights("a")} + set({"model.bias=row"}));
  expect_error(result, 4, R"("W1" is float32 (784,16), expected float32 (785,16))");
}

TEST_F(Inference, OutputsThatAreNoProbabilitiesAreCalledOutputs) {
  const Words squared = {"training.loss=squared_error", "output.report=report.html"};
  expect_success(train("b", squared));
  const ProcessResult lines = predict(Words{"--init", weights("b")} + set(squared));
  expect_success(lines);
  EXPECT_TRUE(lines.out.starts_with("image,prediction,output\n")) << lines.out.substr(0, 80);
  EXPECT_TRUE(contains(folder_.read("b/report.html"), "whose label gets the smallest output"));
}

TEST_F(Inference, TakesWeightsThatAreNotFiniteIfThatIsAllowed) {
  gradtable::TensorFile file = gradtable::read_safetensors(weights("a"));
  file.tensors.at("b2").as<float>()[3] = -std::numeric_limits<float>::quiet_NaN();
  const std::string nan = folder_.path("nan");
  write_safetensors(nan, file);
  const Words init = {"--init", nan, "--out", folder_.path("b")}, allowed = {"--allow-nonfinite"};
  for (const char* command : {"eval", "predict"}) {
    expect_error(run(Words{command, config_} + init), 5, "b2");
    const ProcessResult result = run(Words{command, config_} + init + allowed);
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_EQ(result.err, "warning: not finite: b2\n") << command;
    EXPECT_TRUE(contains(result.out, "nan")) << command;
    EXPECT_FALSE(contains(result.out, "-nan")) << command;
  }
  EXPECT_TRUE(exists("b/results.json"));
}

// Their loss is not finite, but predictions are made without labels.
TEST_F(Inference, PredictTakesFiniteWeightsOfAnyLength) {
  gradtable::TensorFile file = gradtable::read_safetensors(weights("a"));
  for (float& weight : file.tensors.at("W2").as<float>()) weight = 3e38F;
  for (float& weight : file.tensors.at("W1").as<float>()) weight = 1;
  const std::string large = folder_.path("large");
  write_safetensors(large, file);
  expect_error(run({"eval", config_, "--init", large}), 5, "expected a finite loss");
  expect_success(predict({"--init", large}));
}

TEST_F(Inference, PredictSaysWhenNobodyTakesThePredictions) {
  const Words arguments = {"predict", config_, "--init", weights("a")};
  expect_error(run_in_shell("\"$@\" > /dev/full", arguments), 6,
               "standard output: No space left on device; expected ");
  const ProcessResult closed =
      run_in_shell("\"$@\" | { read -r first; exec <&-; sleep 0.2; }; exit ${PIPESTATUS[0]}", arguments);
  EXPECT_TRUE(closed.exit_code == 0 || closed.exit_code == 6) << closed.exit_code << closed.err;
  const ProcessResult unread =
      run_in_shell("\"$@\" | true; exit ${PIPESTATUS[0]}",
                   arguments + set({"data.digits_test=20000", "training.batch_size=1"}));
  EXPECT_EQ(unread.exit_code, 6);
  EXPECT_EQ(unread.err, "") << "the reader has closed it, and knows it";
}

TEST_F(Inference, WeightsOfAnyKindOfFileBeginTheSameTraining) {
  expect_success(train("theirs", {"output.weights_layout=pytorch"}));
  expect_success(train("b", {}, {"--init", weights("a")}));
  expect_success(train("c", {}, {"--init", checkpoint("a")}));
  expect_success(train("d", {}, {"--init", weights("theirs")}));
  expect_same("c", "b");
  expect_same("d", "b");
  EXPECT_FALSE(folder_.read("b/weights.safetensors") == folder_.read("a/weights.safetensors"));
  EXPECT_EQ(epochs_in_table("b"), 3) << "the epochs of the first training are not counted";
}

TEST_F(Inference, WeightsBeginATrainingWithAnotherOptimizer) {
  expect_success(train("b", {"training.optimizer.type=adam", "training.optimizer.learning_rate=0.001"},
                       {"--init", checkpoint("a")}));
  EXPECT_LT(metrics("b").at("epochs")[0].at("train_loss"), metrics("a").at("epochs")[2].at("train_loss"));
}

TEST_F(Inference, TheNumberOfClassesIsThatOfTheWeights) {
  const std::string config = write_three_classes();
  expect_success(run({config, "--quiet"}));
  std::filesystem::remove(folder_.path("labels"));
  expect_success(run({"eval", config, "--quiet", "--init", weights("idx")}));
  expect_success(run({"predict", config, "--init", checkpoint("idx")}));
}

// Files of other programs say it by their shapes alone.
TEST_F(Inference, TheNumberOfClassesIsThatOfTheLastLayer) {
  const std::string config = write_three_classes();
  for (const Words& settings :
       {Words{"output.weights_layout=pytorch"}, Words{"output.weights_layout=pytorch", "model.bias=none"},
        Words{"model.bias=row"}, Words{}}) {
    folder_.write("labels", idx::idx_labels({0, 1, 2, 0, 1, 2}));
    expect_success(run(Words{config, "--quiet"} + set(settings)));
    std::filesystem::remove(folder_.path("labels"));
    gradtable::TensorFile file = gradtable::read_safetensors(weights("idx"));
    file.metadata.clear();
    const std::string theirs = folder_.path("theirs");
    write_safetensors(theirs, file);
    expect_success(run(Words{"eval", config, "--quiet", "--init", theirs} + set(settings)));
    expect_success(run(Words{"predict", config, "--init", theirs} + set(settings)));
    if (settings.empty()) {
      folder_.write("test_labels", idx::idx_labels({0, 1, 3, 0, 1, 0}));
      expect_error(run(Words{"eval", config, "--quiet", "--init", theirs}), 3,
                   "label 3 at index 2; expected a label below 3");
    }
  }
}

// The weights of the first training in PyTorch's layout, without a word of where they come from.
class ForeignFiles : public Inference {
 protected:
  using Names =
      std::vector<std::pair<std::string, std::string>>;  // PyTorch's, and what stands in their place

  std::string renamed(const Names& names,
                      const std::function<void(gradtable::TensorFile&)>& change = {}) const {
    gradtable::TensorFile ours = gradtable::read_safetensors(weights("a")), file;
    const std::vector<std::pair<std::string, std::string>> pytorch = {
        {"W1", "fc1.weight"}, {"b1", "fc1.bias"}, {"W2", "fc2.weight"}, {"b2", "fc2.bias"}};
    for (const auto& [own, theirs] : pytorch) {
      const auto other = std::ranges::find(names, theirs, &Names::value_type::first);
      gradtable::Array values = ours.tensors.at(own);
      if (own.starts_with("W")) values = gradtable::transposed(values);
      file.tensors.emplace(other == names.end() ? theirs : other->second, std::move(values));
    }
    if (change) change(file);
    write_safetensors(folder_.path("renamed"), file);
    return folder_.path("renamed");
  }
  ProcessResult eval(const std::string& file, const Words& arguments = {}) const {
    return run(Words{"eval", config_, "--init", file, "--out", folder_.path("b")} + arguments);
  }
  void expect_same_tests() const {
    EXPECT_TRUE(folder_.read("b/predictions.log") == folder_.read("a/predictions.log"));
  }

  const Names sequential_ = {
      {"fc1.weight", "0.weight"}, {"fc1.bias", "0.bias"}, {"fc2.weight", "2.weight"}, {"fc2.bias", "2.bias"}};
};

TEST_F(ForeignFiles, OfOtherNamesAreMatchedAndThatIsSaid) {
  const std::string line =
      R"(weights  by order and shape: W1 is "0.weight", b1 is "0.bias", W2 is "2.weight", b2 is "2.bias")";
  const std::string file = renamed(sequential_);
  const ProcessResult tested = eval(file);
  expect_success(tested);
  EXPECT_TRUE(contains(tested.out, line + "\n")) << tested.out;
  expect_same_tests();
  const ProcessResult lines = predict({"--init", file}), quiet = predict({"--init", file, "--quiet"});
  EXPECT_EQ(lines.exit_code, 0);
  EXPECT_EQ(lines.err, line + "\n");
  EXPECT_EQ(lines.out, predict({"--init", weights("a")}).out);
  expect_success(quiet);
  EXPECT_EQ(quiet.out, lines.out);
  const ProcessResult trained = run_digits({"--init", file});
  expect_success(trained);
  EXPECT_TRUE(contains(trained.out, line + "\n")) << trained.out;
  expect_success(train("c", {}, {"--init", weights("a")}));
  EXPECT_TRUE(folder_.read("out/weights.safetensors") == folder_.read("c/weights.safetensors"));
}

TEST_F(ForeignFiles, MayHaveOtherTensorsWhereThatIsAllowed) {
  const std::string file = renamed({}, [](gradtable::TensorFile& content) {
    content.tensors.emplace("bn.running_mean", gradtable::zeros({16}));
  });
  const std::string refused =
      file +
      ": \"bn.running_mean\" float32 (16), expected no such tensor; --init-extra ignore leaves it out\n";
  expect_error(eval(file), 4, refused);
  expect_error(run_digits({"--init", file}), 4, refused);
  const ProcessResult result = eval(file, {"--init-extra", "ignore"});
  expect_success(result);
  EXPECT_TRUE(contains(result.out, "ignored  \"bn.running_mean\"\n")) << result.out;
  expect_same_tests();
}

TEST_F(ForeignFiles, OfAnotherNetworkAreRefusedWithTheirTensorsAndNotForTheLabels) {
  const std::string config = write_three_classes();
  const auto refused = [&](const std::string& file, const std::string& part) {
    for (const char* command : {"eval", "predict"})
      expect_error(run({command, config, "--init", file}), 4, file + ": " + part);
    expect_error(run({"predict", config, "--init", file, "--images", folder_.path("images")}), 4,
                 file + ": " + part);
  };
  refused(renamed({{"fc1.weight", "encoder.weight"},
                   {"fc1.bias", "encoder.bias"},
                   {"fc2.weight", "head.weight"},
                   {"fc2.bias", "head.bias"}}),
          R"(no "fc1.bias", expected float32 (4); no "fc1.weight", expected float32 (4,16); )"
          R"(no "fc2.bias", expected float32 (?); no "fc2.weight", expected float32 (?,4); )"
          R"("encoder.bias" float32 (16), expected no such tensor; )");
  refused(weights("a"), R"("W1" is float32 (784,16), expected float32 (16,4); "W2" is float32 (16,10), )"
                        R"(expected float32 (4,10); "b1" is float32 (16), expected float32 (4)
)");
  const std::string turned = renamed({}, [](gradtable::TensorFile& file) {
    for (const char* name : {"fc1.weight", "fc2.weight"})
      file.tensors.at(name) = gradtable::transposed(file.tensors.at(name));
  });
  expect_error(
      eval(turned), 4,
      "\"fc1.weight\" is float32 (784,16), expected float32 (16,784): it is transposed, PyTorch's weights "
      "are (out,in); \"fc2.weight\" is float32 (16,10), expected float32 (10,16): it is transposed");
}

TEST_F(ForeignFiles, OfOursMustHaveAsManyClassesAsTheySay) {
  gradtable::TensorFile file = gradtable::read_safetensors(weights("a"));
  for (const char* classes : {"12", "-1", "ten", "1e1", ""}) {
    file.metadata.at("classes") = classes;
    write_safetensors(folder_.path("renamed"), file);
    expect_error(eval(folder_.path("renamed")), 4,
                 fmt::format("classes is \"{}\"; expected 10, as the network has\n", classes));
  }
}

}  // namespace
}  // namespace classifier
