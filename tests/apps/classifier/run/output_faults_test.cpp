// Outputs that cannot be written, or must not be; what they leave of earlier ones.
#include "apps/classifier/run/results.hpp"
#include "tests/apps/classifier/learned.hpp"
#include <fmt/format.h>

namespace classifier {
namespace {

class OutputFaults : public TwoTrainings {};

TEST_F(OutputFaults, AnOutputThatCannotBeWrittenStopsItBeforeItTrains) {
  const std::string file = folder_.write("file", std::string_view("old"));
  std::filesystem::create_directories(folder_.path("out/sub"));
  const std::vector<Words> cases = {
      {"--out", file},
      {"--out", file + "/below"},
      {"--out", "/proc/none"},
      {"--set", "output.prediction_log=sub"},
      {"--set", "output.prediction_log=/dev/full"},
      {"--set", "output.metrics=" + file + "/metrics.json"},
  };
  for (const Words& arguments : cases) {
    const ProcessResult result = run_digits(arguments);
    expect_error(result, 6, "expected ");
    EXPECT_EQ(result.out, "") << arguments.back();
  }
  EXPECT_EQ(folder_.read("file"), "old");
  EXPECT_FALSE(exists("out/metrics.json"));
}

TEST_F(OutputFaults, ANameThatNoFileCanHaveStopsItBeforeItTrains) {
  std::filesystem::create_symlink("loop", folder_.path("loop"));
  for (const std::string& name :
       {std::string(300, 'n'), std::string(250, 'n') + ".dot", folder_.path("loop")}) {
    const ProcessResult result = run_digits(set({"output.dot=" + name}));
    expect_error(result, 6, "; expected the name of a file");
    EXPECT_EQ(result.out, "") << name;
  }
}

TEST_F(OutputFaults, AnOutputThatWouldOverwriteAnInputOrAnotherOutputIsRefused) {
  const std::string image = folder_.write("image", std::string_view("pixels"));
  std::filesystem::create_symlink(image, folder_.path("link"));
  std::filesystem::create_hard_link(image, folder_.path("twin"));
  std::filesystem::create_directory_symlink(".", folder_.path("here"));
  const std::string input = "data.train_images=" + image;
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"output.metrics=../digits.json"}, "the file of the config and of output.metrics"},
      {{input, "output.dot=../x/../image"}, "the file of data.train_images and of output.dot"},
      {{input, "output.prediction_log=../link"}, "data.train_images and of output.prediction_log"},
      {{input, "output.prediction_log=../twin"}, "data.train_images and of output.prediction_log"},
      {{"output.report=../digits.json"}, "the file of the config and of output.report"},
      {{"output.weights=checkpoint.safetensors"}, "the file of output.checkpoint and of output.weights"},
      {{"output.dot=metrics.json"}, "the file of output.metrics and of output.dot"},
      {{"output.metrics=graph_forward.dot"}, "output.metrics and of output.dot's forward part"},
      {{"output.dir=.", "output.dot=here/metrics.json"}, "the file of output.metrics and of output.dot"},
  };
  for (const auto& [settings, part] : cases) expect_error(run_digits(set(settings)), 2, part);
  EXPECT_EQ(folder_.read("image"), "pixels");
  EXPECT_EQ(folder_.read("digits.json"), kDigits);
  EXPECT_FALSE(exists("out"));
}

TEST_F(OutputFaults, AnOutputThatWouldOverwriteAFileOfTheCommandLineIsRefused) {
  expect_success(train("out"));
  const std::string kept = folder_.path("kept.previous.safetensors");
  std::filesystem::copy_file(checkpoint("out"), kept);
  std::filesystem::copy_file(checkpoint("out"), folder_.path("kept.safetensors"));
  const std::string weights_before = folder_.read("out/weights.safetensors");
  const auto refused = [&](const Words& settings, const Words& arguments, const std::string& part) {
    expect_error(train("out", settings, arguments), 2, part + "; expected two files\n");
  };
  refused({}, {"--init", checkpoint("out")},
          checkpoint("out") + ": the file of --init and of output.checkpoint");
  refused({}, {"--init", weights("out")}, weights("out") + ": the file of --init and of output.weights");
  refused({"output.checkpoint=../kept.safetensors"}, {"--init", kept},
          "the file of --init and of the previous checkpoint");
  refused({"output.weights=checkpoint.safetensors", "output.checkpoint="}, resumed("out"),
          "the file of --resume and of output.weights");
  expect_error(
      run(Words{"eval", config_, "--init", weights("out")} + set({"output.results=weights.safetensors"})), 2,
      "the file of --init and of output.results");
  EXPECT_TRUE(folder_.read("out/weights.safetensors") == weights_before);
  EXPECT_TRUE(exists("out/results.json"));
}

TEST_F(OutputFaults, ResultsOfAnEarlierRunAreNotLeftBesideNewMetrics) {
  const Words results = {"out/predictions.log", "out/results.json", "out/report.html"};
  expect_success(run_digits());
  for (const std::string& name : results) ASSERT_TRUE(exists(name)) << name;
  run_digits(set({"training.batch_size=301"}));
  for (const std::string& name : results) EXPECT_TRUE(exists(name)) << "the run did not begin";
  EXPECT_EQ(run_digits(set(kDiverging)).exit_code, 5);
  for (const std::string& name : results) EXPECT_FALSE(exists(name)) << name;
  EXPECT_FALSE(exists("out/weights.safetensors"));
}

TEST_F(OutputFaults, ATrainingThatIsStoppedBeforeItsFirstStepTouchesNothing) {
  expect_success(train("out"));
  std::filesystem::copy(folder_.path("out"), folder_.path("before"));
  // Drawing the digits takes longer than the signal, which is sent when a folder of the outputs is there.
  gradtable::testing::Process program(
      command(training("out", {"data.digits_train=20000", "output.dot=drawing/graph.dot"})));
  ASSERT_TRUE(wait_until([&] { return exists("out/drawing"); }));
  program.send(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 130);
  EXPECT_TRUE(std::filesystem::remove(folder_.path("out/drawing")));
  for (const auto& file : std::filesystem::directory_iterator(folder_.path("out"))) {
    const std::string name = "/" + file.path().filename().string();
    ASSERT_TRUE(exists("before" + name)) << name;
    EXPECT_TRUE(folder_.read("out" + name) == folder_.read("before" + name)) << name;
  }
}

TEST_F(OutputFaults, ANewTrainingKeepsTheCheckpointOfTheOneBefore) {
  const std::string previous = "out/checkpoint.previous.safetensors";
  expect_success(train("out"));
  EXPECT_FALSE(exists(previous));
  expect_success(train("out", {}, resumed("out")));
  EXPECT_FALSE(exists(previous));
  for (const char* seed : {"seed=2", "seed=3"}) {
    const std::string old = folder_.read("out/checkpoint.safetensors");
    const ProcessResult result = run_digits(set({seed}));
    expect_success(result);
    EXPECT_TRUE(
        contains(result.out, fmt::format("\nearlier  checkpoint kept as {}\n", folder_.path(previous))));
    EXPECT_TRUE(folder_.read(previous) == old) << seed;
    EXPECT_FALSE(folder_.read("out/checkpoint.safetensors") == old) << seed;
  }
}

TEST_F(OutputFaults, AFileThatGrowsTooLargeIsRefusedWhole) {
  const ProcessResult result = run_in_shell("ulimit -f 1; \"$@\"", {config_, "--quiet"});
  expect_error(result, 6, "config.resolved.json: File too large");
  EXPECT_FALSE(exists("out")) << "nothing would be in it";
}

TEST_F(OutputFaults, AFailedStartLeavesNoEmptyFolders) {
  std::filesystem::create_directory(folder_.path("mine"));
  for (const char* out : {"out", "new/below/it", "mine", "mine/below", "other/../other"}) {
    const ProcessResult result = run_digits({"--out", folder_.path(out), "--set", "data.source=idx"});
    expect_error(result, 3, "No such file or directory");
  }
  expect_error(run_digits({"--out", folder_.path("out"), "--set", "training.batch_size=301"}), 2, "301");
  expect_error(run({"eval", config_, "--init", folder_.path("none")}), 4, "none");
  expect_error(run({"graph", config_, "--page", folder_.path("out/page.html"), "--set", "data.source=idx"}),
               3, "No such file or directory");
  for (const char* folder : {"out", "new", "mine/below", "other"}) EXPECT_FALSE(exists(folder)) << folder;
  EXPECT_TRUE(exists("mine")) << "it was there before";
  expect_success(train("new/below/it"));
  EXPECT_TRUE(exists("new/below/it/metrics.json"));
}

TEST_F(OutputFaults, ACheckpointThatDoesNotFitOnTheDiskLeavesTheOldOne) {
  expect_success(train("out", {"training.epochs=1"}));
  const std::string old = folder_.read("out/checkpoint.safetensors");
  // The checkpoint has 54 kB, the other files less than 16.
  const ProcessResult result =
      run_in_shell("ulimit -f 16; \"$@\"", training("out", {"training.epochs=2"}) + resumed("out"));
  expect_error(result, 6, "checkpoint.safetensors: File too large; expected a file that can be written");
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == old);
  for (const auto& file : std::filesystem::directory_iterator(folder_.path("out")))
    EXPECT_FALSE(file.path().filename().string().starts_with(".gradtable-")) << file.path();
  EXPECT_TRUE(exists("out/weights.safetensors")) << "of the training that went on";
  const ProcessResult anew = run_in_shell("ulimit -f 16; \"$@\"", training("out", {"training.epochs=2"}));
  expect_error(anew, 6,
               "checkpoint.previous.safetensors: File too large; expected a file that can be written");
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == old);
  expect_success(train("out", {}, resumed("out")));
  expect_success(train("whole"));
  expect_same("out", "whole");
}

TEST_F(OutputFaults, ALinkStaysAndTheFileThatItNamesIsReplaced) {
  std::filesystem::create_directory(folder_.path("out"));
  const std::string target = folder_.write("elsewhere", std::string_view("old"));
  std::filesystem::create_symlink(target, checkpoint("out"));
  expect_success(train("out"));
  EXPECT_TRUE(std::filesystem::is_symlink(checkpoint("out")));
  EXPECT_NO_THROW(gradtable::read_safetensors(target));
}

TEST_F(OutputFaults, ALinkThatDanglesStaysAndTheFileThatItNamesIsMade) {
  const Words names = {"checkpoint.safetensors", "weights.safetensors", "metrics.json",        "metrics.csv",
                       "predictions.log",        "results.json",        "config.resolved.json"};
  std::filesystem::create_directories(folder_.path("out"));
  std::filesystem::create_directory(folder_.path("elsewhere"));
  for (const std::string& name : names)
    std::filesystem::create_symlink("../elsewhere/" + name, folder_.path("out/" + name));
  for (int run = 0; run < 2; ++run) {
    expect_success(train("out"));
    for (const std::string& name : names) {
      EXPECT_TRUE(std::filesystem::is_symlink(folder_.path("out/" + name))) << name;
      EXPECT_TRUE(std::filesystem::is_regular_file(folder_.path("elsewhere/" + name))) << name;
    }
  }
  EXPECT_EQ(epochs_in_table("out"), 3);
}

TEST_F(OutputFaults, ResultsBehindLinksAreNotLeftBesideNewMetrics) {
  const Words results = {"predictions.log", "results.json", "report.html", "weights.safetensors"};
  std::filesystem::create_directory(folder_.path("out"));
  for (const std::string& name : results) {
    folder_.write("old " + name, std::string_view("old"));
    std::filesystem::create_symlink(folder_.path("old " + name), folder_.path("out/" + name));
  }
  EXPECT_EQ(run_digits(set(kDiverging)).exit_code, 5);
  for (const std::string& name : results) {
    EXPECT_FALSE(exists("old " + name)) << name;
    EXPECT_TRUE(std::filesystem::is_symlink(folder_.path("out/" + name))) << name;
  }
}

TEST_F(OutputFaults, LinksThatLeadToOneFileAreRefused) {
  std::filesystem::create_directory(folder_.path("out"));
  for (const char* name : {"checkpoint.safetensors", "weights.safetensors"})
    std::filesystem::create_symlink("../one", folder_.path(std::string("out/") + name));
  expect_error(run_digits(), 2, "the file of output.checkpoint and of output.weights");
  std::filesystem::remove(folder_.path("out/weights.safetensors"));
  std::filesystem::create_symlink("../no/one", folder_.path("out/weights.safetensors"));
  expect_error(run_digits(), 6, "no/one: No such file or directory; expected a file that can be written");
  EXPECT_FALSE(exists("one"));
}

// A dry run says what the run would.
TEST_F(OutputFaults, LinksToNothingAreRefusedBeforeTheRunAndInADryRun) {
  std::filesystem::create_symlink("nowhere", folder_.path("link"));
  std::filesystem::create_symlink("no/one", folder_.path("weights"));
  for (const char* dry : {"--dry-run", "--quiet"}) {
    for (const char* out : {"link", "link/below"})
      expect_error(run_digits({dry, "--out", folder_.path(out)}), 6,
                   folder_.path("link") + ": a link to nothing; expected a folder to write to");
    expect_error(run_digits({dry, "--set", "output.weights=../weights"}), 6,
                 "no/one: No such file or directory; expected a file that can be written: ");
  }
  EXPECT_FALSE(exists("no"));
  EXPECT_FALSE(exists("nowhere"));
}

TEST_F(OutputFaults, LinksInACircleAreCalledSo) {
  std::filesystem::create_symlink("loop2", folder_.path("loop1"));
  std::filesystem::create_symlink("loop1", folder_.path("loop2"));
  std::filesystem::create_symlink("itself", folder_.path("itself"));
  for (const char* dry : {"--dry-run", "--quiet"})
    for (const auto& [out, link] :
         {std::pair{"loop1", "loop1"}, {"loop2", "loop2"}, {"itself", "itself"}, {"loop1/below", "loop1"}})
      expect_error(run_digits({dry, "--out", folder_.path(out)}), 6,
                   folder_.path(link) + ": a link in a circle; expected a folder to write to");
}

TEST_F(OutputFaults, ACheckpointThatCouldNotBeKeptIsRefusedBeforeItIsWritten) {
  const std::string name = std::string(255 - 12, 'n') + ".safetensors";
  for (const std::string& checkpoint : {name, std::string(255, 'n'), std::string(247, 'n')}) {
    const ProcessResult result = run_digits(set({"output.checkpoint=" + checkpoint}));
    expect_error(result, 6, ".previous");
    expect_error(result, 6, ": File name too long; expected the name of a file");
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(run_digits({"--dry-run", "--set", "output.checkpoint=" + name}).exit_code, 6);
  expect_success(train(
      "out", {"output.checkpoint=" + std::string(246, 'n'), "output.weights=" + std::string(255, 'n')}));
  EXPECT_TRUE(exists("out/" + std::string(255, 'n')));
  expect_error(run_digits(set({"output.weights=" + std::string(256, 'n')})), 6, "File name too long");
}

TEST_F(OutputFaults, WhatIsReadOnlyIsNotReplaced) {
  if (access("/", W_OK) == 0) GTEST_SKIP() << "to the superuser nothing is read-only";
  expect_success(train("out", {"training.epochs=1"}));
  const std::string old = folder_.read("out/checkpoint.safetensors");
  constexpr auto kReading = std::filesystem::perms::owner_read;
  std::filesystem::permissions(checkpoint("out"), kReading);
  expect_error(train("out"), 6, "checkpoint.safetensors: not writable; expected a file that may be replaced");
  EXPECT_TRUE(folder_.read("out/checkpoint.safetensors") == old);

  std::filesystem::permissions(folder_.path("out"), kReading | std::filesystem::perms::owner_exec);
  expect_error(train("out", {"output.checkpoint=other"}), 6,
               "out: not writable; expected a folder to write to");
  std::filesystem::permissions(folder_.path("out"), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace classifier
