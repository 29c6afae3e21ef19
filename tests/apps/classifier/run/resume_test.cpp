// A program that is stopped and resumed leaves the same bits as one that was not. That this holds after any
// batch and for other options is tested in tests/models/training/fit_resume_test.cpp; here are the signal,
// the keys of a config and the files.
#include "apps/classifier/run/fit_setup.hpp"
#include "tests/apps/classifier/learned.hpp"
#include "tests/support/idx_bytes.hpp"
#include <fmt/format.h>

namespace classifier {
namespace {

struct Setting {
  std::string name;
  std::string program;
  Words settings;
};

const Setting kRich = {
    "AllAtOnce",
    "mnist_fcnn",
    {"training.optimizer.type=adam", "training.optimizer.learning_rate=0.01", "training.schedule.type=cosine",
     "training.schedule.epochs=10", "training.schedule.warmup_epochs=2", "training.dropout=0.3",
     "training.augmentation.shift=2", "training.augmentation.elastic.alpha=20",
     "training.gradient_accumulation=3", "training.validation_fraction=0.2", "training.keep_best=true",
     "training.measure_test=true", "output.steps_csv=steps.csv"}};
const Setting kLeNet5 = {"LeNet5",
                         "mnist_lenet5",
                         {"data.digits_train=96", "training.optimizer.type=rmsprop",
                          "training.optimizer.learning_rate=0.001", "training.dropout=0.2"}};

class Resume : public TwoTrainings, public ::testing::WithParamInterface<Setting> {
 protected:
  void SetUp() override {
    program_ = GetParam().program;
    if (program_ == "mnist_lenet5")
      config_ = folder_.write("lenet5.json", std::string_view(kDigitsForLeNet5));
  }
  // Where they are written.
  void expect_same_steps(const std::string& a, const std::string& b) const {
    ASSERT_EQ(exists(a + "/steps.csv"), exists(b + "/steps.csv"));
    if (exists(a + "/steps.csv")) {
      EXPECT_EQ(folder_.read(a + "/steps.csv"), folder_.read(b + "/steps.csv"));
    }
  }
  Words settings(std::ptrdiff_t epochs) const {
    return GetParam().settings + Words{fmt::format("training.epochs={}", epochs)};
  }
};

TEST_P(Resume, AfterFiveOfTenEpochsIsAsIfNobodyHadStopped) {
  expect_success(train("whole", settings(10)));
  expect_success(train("parts", settings(5)));
  ASSERT_EQ(epochs_in_table("parts"), 5);
  expect_success(train("parts", settings(10), resumed("parts")));
  EXPECT_EQ(epochs_in_table("parts"), 10);
  expect_same("parts", "whole");
  expect_same_steps("parts", "whole");
}

INSTANTIATE_TEST_SUITE_P(Of, Resume, ::testing::Values(kRich, kLeNet5),
                         [](const auto& setting) { return setting.param.name; });

using ResumeAfterSignals = TwoTrainings;

TEST_F(ResumeAfterSignals, InTheMiddleOfEpochsIsAsIfNobodyHadStopped) {
  const Words small_steps = kRich.settings + Words{"training.batch_size=1"};
  std::ptrdiff_t done = stop_within_an_epoch("parts", small_steps);
  const auto images = [&] { return gradtable::read_safetensors(checkpoint("parts")).metadata.at("images"); };
  bool within = images() != "0";
  for (int tries = 0; tries < 4 && (tries < 1 || !within); ++tries) {
    done = stop_within_an_epoch("parts", small_steps, resumed("parts"));
    within = within || images() != "0";
  }
  EXPECT_TRUE(within);
  const Words to_the_end = small_steps + Words{fmt::format("training.epochs={}", done + 1)};
  expect_success(train("parts", to_the_end, resumed("parts")));
  expect_success(train("whole", to_the_end));
  expect_same("parts", "whole");
  EXPECT_EQ(folder_.read("parts/steps.csv"), folder_.read("whole/steps.csv"));
}

class ResumeAtTheEnd : public TwoTrainings {
 protected:
  // Resuming the run of this folder trains no epoch, and tests what it learned again.
  void expect_only_tested(const Words& settings) const {
    const std::string table = folder_.read("out/metrics.csv");
    std::filesystem::copy(folder_.path("out"), folder_.path("before"));
    for (const char* name : {"out/weights.safetensors", "out/predictions.log", "out/results.json"})
      std::filesystem::remove(folder_.path(name));
    expect_success(train("out", settings, resumed("out")));
    EXPECT_EQ(folder_.read("out/metrics.csv"), table) << "times too";
    expect_same("out", "before");
  }
};

TEST_F(ResumeAtTheEnd, OfAFinishedTrainingOnlyTestsAgain) {
  expect_success(train("out"));
  expect_only_tested({});
}

TEST_F(ResumeAtTheEnd, WithFewerEpochsThanAreDoneIsRefusedAndTouchesNothing) {
  expect_success(train("out"));
  std::filesystem::copy(folder_.path("out"), folder_.path("before"));
  expect_error(train("out", {"training.epochs=1"}, resumed("out")), 2,
               config_ + " at /training/epochs: 1; expected at least 3: the checkpoint has done 3\n");
  for (const auto& file : std::filesystem::directory_iterator(folder_.path("before"))) {
    const std::string name = "/" + file.path().filename().string();
    EXPECT_TRUE(folder_.read("out" + name) == folder_.read("before" + name)) << name;
  }
}

TEST_F(ResumeAtTheEnd, CountsAPartOfAnEpochThatIsDone) {
  expect_success(train("out"));
  gradtable::TensorFile file = gradtable::read_safetensors(checkpoint("out"));
  file.metadata.at("images") = "32";
  file.metadata["sums.accuracy"] = "16";
  gradtable::write_safetensors(checkpoint("out"), file);
  expect_error(
      train("out", {}, resumed("out")), 2,
      " at /training/epochs: 3; expected at least 4: the checkpoint has done 3 and a part of the next\n");
  const ProcessResult result =
      run(Words{config_, "--out", folder_.path("out")} + resumed("out") + set({"training.epochs=4"}));
  expect_success(result);
  EXPECT_TRUE(contains(result.out, "\nepoch 4/4  loss "));
  EXPECT_EQ(result.out.find("nan"), std::string::npos)
      << "no line of an epoch after the last: " << result.out;
}

TEST_F(ResumeAtTheEnd, AfterEarlyStoppingOnlyTestsAgainOrGoesOnWithMorePatience) {
  const Words stopped = {"training.epochs=50", "training.validation_fraction=0.1", "training.keep_best=true",
                         "training.early_stopping.metric=validation_accuracy",
                         "training.early_stopping.patience=1"};
  expect_success(train("out", stopped));
  const std::ptrdiff_t epochs = epochs_in_table("out");
  ASSERT_LT(epochs, 50);
  EXPECT_EQ(metrics().at("stopped_early"), true);
  expect_only_tested(stopped);
  EXPECT_EQ(metrics().at("stopped_early"), true);

  const Words patient = stopped + Words{"training.early_stopping.patience=20"};
  expect_success(train("out", patient, resumed("out")));
  EXPECT_GT(epochs_in_table("out"), epochs);
  expect_success(train("whole", patient));
  expect_same("out", "whole");
}

TEST_F(ResumeAtTheEnd, TellsHowAndKeepsTheTableOfAllEpochs) {
  gradtable::testing::Process program(
      command({config_, "--out", folder_.path("out"), "--set", "training.epochs=1000000"}));
  ASSERT_TRUE(wait_until([&] { return epochs_in_table("out") > 0; }));
  program.send(SIGTERM);
  const ProcessResult result = program.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_TRUE(contains(result.out, fmt::format("\nresume   with --resume {}\n", checkpoint("out"))));
  const std::string rows = folder_.read("out/metrics.csv");
  ASSERT_GE(epochs_in_table("out"), 1);

  const std::ptrdiff_t done = epochs_in_table("out"), epochs = done + 2;
  const ProcessResult more = run_digits(Words{"--out", folder_.path("out")} + resumed("out") +
                                        set({fmt::format("training.epochs={}", epochs)}));
  expect_success(more);
  const std::string line = more.out.substr(more.out.find("\nresumed  after ") + 1);
  EXPECT_TRUE(
      line.starts_with(
          fmt::format("resumed  after epoch {} of {}, from {}\n", done, epochs, checkpoint("out"))) ||
      (line.starts_with("resumed  after step ") &&
       contains(line, fmt::format(" of epoch {} of {}, from {}\n", done + 1, epochs, checkpoint("out")))))
      << more.out;
  EXPECT_TRUE(folder_.read("out/metrics.csv").starts_with(rows));
  EXPECT_EQ(epochs_in_table("out"), epochs);
  EXPECT_EQ(metrics().at("epochs").size(), static_cast<std::size_t>(epochs));
}

TEST_F(ResumeAtTheEnd, IsNotSpokenOfWithoutACheckpoint) {
  gradtable::testing::Process program(command({config_, "--out", folder_.path("out"), "--set",
                                               "training.epochs=1000000", "--set", "output.checkpoint="}));
  ASSERT_TRUE(wait_until([&] { return epochs_in_table("out") > 0; }));
  program.send(SIGTERM);
  const ProcessResult result = program.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_TRUE(contains(result.out, "\nstopped  by a signal, after "));
  EXPECT_EQ(result.out.find("--resume"), std::string::npos) << result.out;
}

// Of the numbers of threads only where they change bits.
TEST_F(ResumeAtTheEnd, SaysWhatMakesItsBitsOthersThanThoseOfOneRun) {
  for (const std::string deterministic : {"false", "true"}) {
    const Words settings = {"training.deterministic=" + deterministic};
    const auto resume = [&] {
      return run(Words{config_, "--out", folder_.path("out"), "--resume", checkpoint("out")} +
                 set(settings + Words{"training.epochs=4"}));
    };
    expect_success(train("out", settings));
    const gradtable::TensorFile file = gradtable::read_safetensors(checkpoint("out"));
    const ProcessResult same = resume();
    EXPECT_EQ(same.out.find("\nbits "), std::string::npos) << same.out;
    EXPECT_EQ(file.metadata.contains("threads"), deterministic == "false");

    gradtable::TensorFile other = file;
    other.metadata.at("kernels") = "Prescott of OpenBLAS 0.1";
    if (deterministic == "false") other.metadata.at("threads") = "77";
    gradtable::write_safetensors(checkpoint("out"), other);
    const ProcessResult changed = resume();
    EXPECT_EQ(changed.exit_code, 0) << changed.err;
    EXPECT_TRUE(contains(changed.out, "\nbits     not those of one run: kernels ")) << changed.out;
    EXPECT_TRUE(contains(changed.out, ", before Prescott of OpenBLAS 0.1")) << changed.out;
    EXPECT_EQ(contains(changed.out, "; threads 1, before 77\n"), deterministic == "false") << changed.out;
  }
}

// A checkpoint of three epochs, and the weights of three more, both written by a program of an earlier
// version.
TEST_F(ResumeAtTheEnd, FromACheckpointOfAnEarlierVersionGivesItsWeights) {
  namespace idx = gradtable::testing;
  const auto older = [](const std::string& name) {
    return std::string(GRADTABLE_TEST_FOLDER "/apps/classifier/older/") + name;
  };
  folder_.write("images", idx::idx_images(20, 3, 3));
  folder_.write("labels", idx::idx_labels({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1}));
  config_ = folder_.write("idx.json", std::string_view(R"({"threads": 1,
      "data": {"dir": ".", "train_images": "images", "train_labels": "labels",
               "test_images": "images", "test_labels": "labels"},
      "model": {"hidden": [3]},
      "training": {"epochs": 6, "batch_size": 4, "gradient_accumulation": 3, "validation_fraction": 0.2,
                   "keep_best": true, "dropout": 0.2, "schedule": {"type": "plateau", "patience": 0},
                   "optimizer": {"type": "adam", "learning_rate": 0.01}}})"));
  const ProcessResult result = train("out", {}, {"--resume", older("checkpoint.safetensors")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(epochs_in_table("out"), 6);
  const auto expected = gradtable::read_safetensors(older("weights.safetensors")).tensors;
  const auto found = gradtable::read_safetensors(weights("out")).tensors;
  for (const auto& [name, tensor] : expected)
    for (std::size_t i = 0; i < tensor.as<float>().size(); ++i)  // not in bits: kernels of BLAS differ
      EXPECT_NEAR(found.at(name).as<float>()[i], tensor.as<float>()[i], 1e-5) << name << " " << i;
}

TEST_F(ResumeAtTheEnd, MayHaveResultsElsewhere) {
  expect_success(train("a", {"training.epochs=2"}));
  expect_success(train("b", {}, resumed("a")));
  expect_success(train("whole"));
  expect_same("b", "whole");
  EXPECT_EQ(epochs_in_table("a"), 2);
}

}  // namespace
}  // namespace classifier
