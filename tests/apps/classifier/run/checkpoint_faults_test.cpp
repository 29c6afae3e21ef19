// Checkpoints and weights that a program must not go on from: of another training, damaged, or not finite.
// Every field of a checkpoint and every option of a training is tried in
// tests/models/training/fit_state_test.cpp; here are the keys of a config, the exit codes and the files.
#include <functional>
#include <limits>
#include <tuple>

#include "tests/apps/classifier/program.hpp"
#include "tests/support/idx_bytes.hpp"
#include <fmt/format.h>
#include <gradtable/core/array.hpp>

namespace classifier {
namespace {

using gradtable::TensorFile;

// Of three epochs.
const Words kPlateau = {"training.schedule.type=plateau", "training.schedule.patience=0",
                        "training.validation_fraction=0.1"};

class CheckpointFaults : public BuiltProgram {
 protected:
  void SetUp() override { expect_success(train("a", {"training.epochs=1"})); }

  // Without anything written.
  void expect_refused(const Words& settings, const Words& arguments, int code,
                      const std::string& part) const {
    const ProcessResult result = train("b", settings, arguments);
    expect_error(result, code, part);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(!exists("b") || std::filesystem::is_empty(folder_.path("b"))) << part;
  }
  // The file of the first run with a change.
  std::string changed(const std::string& file, const std::function<void(TensorFile&)>& change) const {
    TensorFile tensors = gradtable::read_safetensors(file);
    change(tensors);
    gradtable::write_safetensors(folder_.path("changed"), tensors);
    return folder_.path("changed");
  }
};

TEST_F(CheckpointFaults, AnotherTrainingIsNamedByTheFieldsThatDiffer) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"model.hidden=[8]", R"(: model.hidden is [16], expected [8])"},
      {"model.activation=tanh", R"(: model.activation is "relu", expected "tanh")"},
      {"dtype=float64", R"(: dtype is "float32", expected "float64")"},
      {"training.batch_size=16", R"(: training.batch_size is 32, expected 16)"},
      {"training.dropout=0.5", R"(: training.dropout is 0.0, expected 0.5)"},
      {"data.digits_train=200", R"(: training images is "300 images of 28x28, CRC-32 )"},
      {"data.limit_train=299", R"(", expected "299 images of 28x28, CRC-32 )"},
  };
  for (const auto& [setting, part] : cases) expect_refused({setting}, resumed("a"), 4, part);
  expect_refused(
      {"training.validation_fraction=0.1"}, resumed("a"), 4,
      R"(validation images is "0 images of 0x0, CRC-32 00000000, by class ", expected "30 images of 28x28, )");
}

TEST_F(CheckpointFaults, AKeyThatTheCheckpointIsTooOldForCountsAsItsDefault) {
  const std::string older = changed(checkpoint("a"), [](TensorFile& file) {
    for (const char* key : {"dropout", "label_smoothing", "schedule.type", "clip_norm"})
      ASSERT_EQ(file.metadata.erase(fmt::format("config.training.{}", key)), 1U);
  });
  expect_refused({"training.dropout=0.5"}, {"--resume", older}, 4,
                 ": training.dropout is 0.0, expected 0.5\n");
  expect_success(train("b", {}, {"--resume", older}));
}

TEST_F(CheckpointFaults, OtherImagesOfTheSameNumberAndLabelsAreAnotherTraining) {
  namespace idx = gradtable::testing;
  const auto write = [&](std::uint8_t pixel) {
    idx::Bytes images = idx::idx_images(4, 2, 2);
    images.back() = pixel;
    folder_.write("images", images);
  };
  write(1);
  folder_.write("labels", idx::idx_labels({0, 1, 2, 1}));
  config_ = folder_.write("idx.json", std::string_view(R"({"threads": 1, "data": {"dir": ".",
      "train_images": "images", "train_labels": "labels", "test_images": "images", "test_labels": "labels"},
      "model": {"hidden": [3]}, "training": {"epochs": 1, "batch_size": 2}})"));
  expect_success(train("idx"));
  expect_success(train("idx", {}, resumed("idx")));
  write(2);
  expect_refused({}, resumed("idx"), 4, R"(training images is "4 images of 2x2, CRC-32 )");
}

TEST_F(CheckpointFaults, ACosineOfAnotherLengthIsAnotherTraining) {
  const Words cosine = {"training.schedule.type=cosine"};
  expect_success(train("cosine", cosine + Words{"training.epochs=2"}));
  expect_refused(
      cosine + Words{"training.epochs=4"}, resumed("cosine"), 4,
      ": training.schedule.epochs is 2, expected 4; to continue with the cosine of the checkpoint, set "
      "training.schedule.epochs=2\n");
  expect_refused(cosine + Words{"training.epochs=4"}, resumed("a"), 4,
                 ": training.schedule.epochs is 0, expected 4; training.schedule.type is \"constant\", "
                 "expected \"cosine\"\n");
  expect_success(
      train("cosine", cosine + Words{"training.epochs=4", "training.schedule.epochs=2"}, resumed("cosine")));

  config_ = folder_.path("cosine/config.resolved.json");
  expect_success(train("longer", {"training.epochs=5"}, resumed("cosine")));
}

TEST_F(CheckpointFaults, AnotherProgramIsNamed) {
  program_ = "mnist_lenet5";
  config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  expect_refused({}, resumed("a"), 4, R"(program is "mnist_fcnn", expected "mnist_lenet5")");
  expect_refused({}, {"--init", checkpoint("a")}, 4,
                 R"("W1" is float32 (784,16), expected float32 (6,1,5,5))");
}

TEST_F(CheckpointFaults, WeightsOfAnotherNetworkAreRefusedWithAllDifferences) {
  expect_refused({"model.hidden=[8,4]"}, {"--init", weights("a")}, 4,
                 weights("a") +
                     R"(: "W1" is float32 (784,16), expected float32 (784,8); )"
                     R"("W2" is float32 (16,10), expected float32 (8,4); no "W3", expected float32 (4,10); )"
                     R"("b1" is float32 (16), expected float32 (8); )"
                     R"("b2" is float32 (10), expected float32 (4); no "b3", expected float32 (10))");
}

TEST_F(CheckpointFaults, AFileThatIsNoCheckpointIsSaidToBeNone) {
  expect_refused({}, {"--resume", weights("a")}, 4, R"(: "weights"; expected a checkpoint)");
  expect_refused({}, {"--resume", config_}, 4, config_ + ": JSON text; expected a safetensors file");
  expect_refused({}, {"--resume", folder_.path("none")}, 4, "none: No such file or directory; expected ");
  expect_refused({}, {"--init", folder_.path("none")}, 4, "none: No such file or directory; expected ");
  expect_refused({}, {"--init", folder_.path("a")}, 4, "a: a directory; expected a readable file");
}

TEST_F(CheckpointFaults, ANewerFormatIsRefused) {
  const std::string newer =
      changed(checkpoint("a"), [](TensorFile& file) { file.metadata.at("gradtable.format") = "2"; });
  expect_refused({}, {"--resume", newer}, 4, R"(: a checkpoint of format "2"; expected format "1")");
}

TEST_F(CheckpointFaults, AFieldThatIsGoneOrOutOfRangeIsRefused) {
  expect_success(train("plateau", kPlateau));
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"images", "301", "images is 301; expected a number from 0 to 270"},
      {"images", "33", "images is 33; expected a multiple of the batch size 32"},
      {"plateau.rate", "nan", "plateau.rate is nan; expected 0."},
      {"best_epoch", "4", "best_epoch is 4; expected a number from 0 to 3"},
      {"classes", "-3", "classes is \"-3\"; expected 10, as the network has"},
      {"metrics", "epoch\n1\n", "metrics:1: expected \"epoch,\", then names"},
      {"metrics", "x", "metrics is \"x\"; expected the names of the columns and a line for each epoch"},
      {"metrics", "\n", "metrics:1: expected \"epoch,\", then names"},
      {"metrics", "", R"(no text "metrics"; expected the checkpoint of a training)"},
  };
  for (const auto& [key, value, part] : cases) {
    const auto change = [&key = key, &value = value](TensorFile& tensors) {
      if (value.empty())
        tensors.metadata.erase(key);
      else
        tensors.metadata.at(key) = value;
    };
    const std::string file = changed(checkpoint("plateau"), change);
    expect_refused(kPlateau, {"--resume", file}, 4, file + ": " + part);
  }
}

TEST_F(CheckpointFaults, TextsThatAreOnlyComparedOrShownMustBeWhatTheyAre) {
  const auto refused = [&](const std::string& key, const std::string& value, const std::string& part) {
    const std::string file =
        changed(checkpoint("a"), [&](TensorFile& tensors) { tensors.metadata.at(key) = value; });
    expect_refused({}, {"--resume", file}, 4, file + ": " + part);
  };
  for (const char* text : {"-1", "abc", "", R"({"mean":[1],"deviation":[0]})"})
    refused("normalize", text, "normalize is \"");
  refused("normalize", R"({"mean":[0.5],"deviation":[0.5]})", "weights for images normalized with mean 0.5");
  refused("normalize", R"({"mean":[0.5,1],"deviation":[0.5,1]})",
          "weights for images normalized with mean 0.5, 1");
  for (const char* text : {"0", "-3", "100000"})
    refused("threads", text, "threads is " + std::string(text) + "; ");
  for (const char* text : {"", "x", "1.5"}) refused("threads", text, "threads is \"");
  for (const char* text : {"", "x", " of ", "Haswell of ", " of OpenBLAS", "a of \n"})
    refused("kernels", text, "kernels is \"");
  refused("metrics", "", "metrics is \"\"; expected the names of the columns");
  std::string cut = gradtable::read_safetensors(checkpoint("a")).metadata.at("metrics");
  cut.pop_back();
  refused("metrics", cut, "metrics is \"1,");
}

TEST_F(CheckpointFaults, WhatNoOptimizerRemembersIsRefused) {
  const Words adam = {"training.optimizer.type=adam", "training.gradient_accumulation=3",
                      "training.keep_best=true", "training.validation_fraction=0.1"};
  expect_success(train("adam", adam));
  using gradtable::Array;
  const std::vector<std::tuple<std::string, Array, std::string>> cases = {
      {"parameter/steps of W1", Array::of<double>({}, {10}),
       R"(10 in "steps of W1"; expected 9, the updates so far)"},
      {"kept/b2", gradtable::zeros({9}),
       R"(kept of the best epoch: "b2" is float32 (9), expected float32 (10))"},
  };
  for (const auto& [name, array, part] : cases) {
    const std::string file = changed(checkpoint("adam"), [&name = name, &array = array](TensorFile& tensors) {
      tensors.tensors[name] = array;
    });
    expect_refused(adam, {"--resume", file}, 4, part);
  }
  expect_success(train("adam", adam + Words{"training.epochs=4"}, resumed("adam")));
}

TEST_F(CheckpointFaults, ABitThatIsNotAsItWasIsFoundAndItsTensorNamed) {
  for (const auto& [file, option, tensor] :
       {std::tuple(checkpoint("a"), "--resume", R"("parameter/b2")"),
        std::tuple(weights("a"), "--init", R"("b2")"), std::tuple(checkpoint("a"), "--init", R"(/b2")")}) {
    std::string bytes = folder_.read(std::filesystem::relative(file, folder_.path("")).string());
    const TensorFile tensors = gradtable::read_safetensors(file);
    // Biases of the last layer: 40 bytes, among those of all the others.
    const auto bias =
        std::ranges::find_if(tensors.tensors, [](const auto& named) { return named.first.ends_with("b2"); });
    const std::string content(static_cast<const char*>(bias->second.view().data), 40);
    const std::size_t at = bytes.rfind(content);
    ASSERT_NE(at, std::string::npos);
    bytes[at + 17] = static_cast<char>(bytes[at + 17] ^ 4);
    expect_refused({}, {option, folder_.write("damaged", std::string_view(bytes))}, 4, tensor);
  }
}

TEST_F(CheckpointFaults, AFileThatIsCutOffIsRefused) {
  const std::string bytes = folder_.read("a/checkpoint.safetensors");
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{9},
                                   std::size_t{500}, bytes.size() / 2, bytes.size() - 1}) {
    const std::string file = folder_.write("cut", std::string_view(bytes).substr(0, length));
    expect_refused({}, {"--resume", file}, 4, file);
    expect_refused({}, {"--init", file}, 4, file);
  }
  const std::string longer = folder_.write("longer", std::string_view(bytes + "x"));
  expect_refused({}, {"--resume", longer}, 4, "1 bytes behind the last tensor");
}

TEST_F(CheckpointFaults, NumbersThatAreNotFiniteAreRefusedOrTakenWithAWarning) {
  const auto spoil = [](const std::string& name) {
    return [name](TensorFile& file) {
      file.tensors.at(name).as<float>()[3] = std::numeric_limits<float>::quiet_NaN();
    };
  };
  const std::string spoilt_checkpoint = changed(checkpoint("a"), spoil("parameter/W2"));
  expect_refused({}, {"--resume", spoilt_checkpoint}, 5, R"(: NaN or infinity in "W2"; expected finite)");
  const ProcessResult resumed =
      train("b", {"training.epochs=1"}, {"--resume", spoilt_checkpoint, "--allow-nonfinite"});
  EXPECT_EQ(resumed.err.substr(0, resumed.err.find('\n')), "warning: not finite: W2");

  const std::string spoilt_weights = changed(weights("a"), spoil("W1"));
  const Words evaluation = {"eval", config_, "--quiet", "--init", spoilt_weights};
  expect_error(run(evaluation), 5, R"(: NaN or infinity in "W1"; expected finite)");
  const ProcessResult tested = run(evaluation + Words{"--allow-nonfinite"});
  EXPECT_EQ(tested.err.substr(0, tested.err.find('\n')), "warning: not finite: W1");
}

}  // namespace
}  // namespace classifier
