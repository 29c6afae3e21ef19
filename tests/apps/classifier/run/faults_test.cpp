// What mnist_fcnn does when something outside, or its own arithmetic, goes wrong.
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/apps/classifier/program.hpp"
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace classifier {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kAddressSpaceCanBeLimited = false;  // the sanitizer reserves terabytes
#else
constexpr bool kAddressSpaceCanBeLimited = true;
#endif

class Faults : public BuiltProgram {};

TEST_F(Faults, EveryPermittedNumberOfThreadsIsTaken) {
  expect_success(run_digits({"--threads", "256"}));
  EXPECT_LT(metrics().at("threads"), 256) << "those that compute";
  expect_success(run_digits({"--threads", "0"}));
  EXPECT_GE(metrics().at("threads"), 1);
}

TEST_F(Faults, ABadCommandLineIsAnsweredWithTheUsage) {
  for (const Words& arguments : {Words{"--resume"}, {"--set"}, {"--set", "model.hiden=[1]"}}) {
    const ProcessResult result = run_digits(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_NE(result.err.find("\nusage: mnist_fcnn [train|eval|predict|graph] CONFIG "), std::string::npos)
        << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 5) << result.err;
  }
}

TEST_F(Faults, AWrongValueIsAnsweredWithOneSentence) {
  for (const Words& arguments :
       {Words{"--threads", "x"}, {"--set", "model.hidden=x"}, {"--set", "training.epochs=0"}})
    EXPECT_EQ(std::ranges::count(run_digits(arguments).err, '\n'), 1) << arguments.back();
}

TEST_F(Faults, NamesThatAreNotUtf8AreWrittenEscaped) {
  const std::string config = folder_.write("digits\xff\n.json", std::string_view(kDigits));
  const ProcessResult result = run({config, "--out", folder_.path("o\xff\x1b")});
  expect_success(result);
  EXPECT_NE(result.out.find("o\\xff\\x1b: metrics.json, "), std::string::npos) << result.out;
  EXPECT_NE(metrics("o\xff\x1b").at("config").at("output").at("dir").dump().find("xff"), std::string::npos);
  expect_error(run({folder_.path("none\xff\n.json")}), 2, "none\\xff");
}

TEST_F(Faults, ALossThatIsNotFiniteNamesTheStepAndTheFirstNode) {
  const ProcessResult result = run_digits(set(kDiverging));
  expect_error(result, 5, "error: epoch 1, step ");
  EXPECT_NE(result.err.find(" first not finite in "), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find('('), std::string::npos) << "no formula: " << result.err;
  EXPECT_EQ(metrics().at("epochs").size(), 0U);
  EXPECT_FALSE(metrics().contains("test_loss"));
  EXPECT_FALSE(exists("out/predictions.log"));
}

// OpenBLAS takes 128 MB of address space for each thread when it is loaded, and never stops asking where
// there is none. OMP_NUM_THREADS=1 keeps that small.
class OutOfMemory : public BuiltProgram {
 protected:
  void expect_out_of_memory(const Words& arguments) const {
    if (!kAddressSpaceCanBeLimited) GTEST_SKIP() << "the address sanitizer needs all of the address space";
    const ProcessResult result =
        run_in_shell("ulimit -v 2000000; OMP_NUM_THREADS=1 timeout -s KILL 100 \"$@\"",
                     Words{config_, "--quiet"} + arguments);
    EXPECT_EQ(result.exit_code, 6);
    EXPECT_EQ(result.err, "error: out of memory\n");
    EXPECT_EQ(result.out, "");
  }
};

TEST_F(OutOfMemory, IsSaidAndLeavesNoHalfFile) {
  expect_out_of_memory({"--threads", "1", "--set", "model.hidden=[1000000]"});
  EXPECT_TRUE(!exists("out") || std::filesystem::is_empty(folder_.path("out")));
}

TEST_F(Faults, ARefusedThreadIsSaid) {
  if (!kAddressSpaceCanBeLimited) GTEST_SKIP() << "the address sanitizer needs all of the address space";
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one core: one thread";
  // A stack for a second thread is larger than all of the address space.
  const Words large = set({"model.hidden=[512,512]", "training.batch_size=300"});
  const ProcessResult result =
      run_in_shell("ulimit -s 4000000; ulimit -v 2000000; OMP_NUM_THREADS=1 timeout -s KILL 100 \"$@\"",
                   Words{config_, "--quiet", "--threads", "2"} + large);
  expect_error(result, 6, "Team: expected 2 threads, got 1");
}

// Whatever the limit: the loader, OpenBLAS or the program itself has too little, or nobody has.
TEST_F(Faults, AnAddressSpaceThatIsTooSmallEndsTheProgramAtOnce) {
  if (!kAddressSpaceCanBeLimited) GTEST_SKIP() << "the address sanitizer needs all of the address space";
  const Words training = {config_, "--quiet", "--threads", "1", "--set", "training.epochs=1"};
  bool said = false, trained = false;
  for (int limit = 100'000; limit <= 900'000; limit += 100'000) {
    for (const std::string variable : {"", "OMP_NUM_THREADS=1 "}) {
      const ProcessResult result =
          run_in_shell(fmt::format("ulimit -v {}; {}timeout -s KILL 60 \"$@\"", limit, variable), training);
      EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 6 || result.exit_code == 127)
          << limit << variable << result.exit_code << result.err;
      said = said ||
             (result.exit_code == 6 && contains(result.err, "expected room for it, or OMP_NUM_THREADS=1"));
      trained = trained || result.exit_code == 0;
    }
  }
  EXPECT_TRUE(said);
  EXPECT_TRUE(trained);
}

class Interrupted : public BuiltProgram, public ::testing::WithParamInterface<int> {};

TEST_P(Interrupted, FinishesTheStepAndWritesWhatItLearned) {
  gradtable::testing::Process program(command(Words{config_} + set({"training.epochs=1000000000"})));
  const auto wait_for = [&](const std::string& name) {
    for (int i = 0; i < 6000 && !exists(name); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return exists(name);
  };
  ASSERT_TRUE(wait_for("out/graph_forward.dot"));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  program.send(GetParam());
  const ProcessResult result = program.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("\nstopped  by a signal, after "), std::string::npos);
  EXPECT_EQ(result.out.substr(result.out.rfind("results ")).find("predictions.log"), std::string::npos);
  EXPECT_EQ(metrics().at("interrupted"), true);
  EXPECT_FALSE(metrics().contains("test_loss"));
  EXPECT_FALSE(exists("out/predictions.log"));
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted, ::testing::Values(SIGINT, SIGTERM));

// The config is a pipe that nobody writes to: the program waits for it.
TEST_P(Interrupted, EndsAtOnceWhileItReadsTheConfig) {
  for (const Words& command_words :
       {Words{}, {"--dry-run"}, {"eval", "--init", "w"}, {"predict", "--init", "w"}}) {
    const std::string pipe = folder_.path("pipe.json");
    std::filesystem::remove(pipe);
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    gradtable::testing::Process program(command(command_words + Words{pipe}));
    int writer = -1;
    ASSERT_TRUE(wait_until([&] {
      writer = open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
      return writer >= 0;
    })) << "the program opens it";
    program.send(GetParam());
    const ProcessResult result = program.wait();
    close(writer);
    EXPECT_EQ(result.exit_code, 130);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, "");
  }
}

TEST_P(Interrupted, EndsAtOnceWhileItDrawsDigitsAndWritesNothing) {
  using Clock = std::chrono::steady_clock;
  gradtable::testing::Process program(command(Words{config_} + set({"data.digits_train=300000"})));
  ASSERT_TRUE(wait_until([&] { return exists("out"); })) << "made just before the digits are drawn";
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Clock::time_point sent = Clock::now();
  program.send(GetParam());
  const ProcessResult result = program.wait();
  EXPECT_LT(Clock::now() - sent, std::chrono::seconds(2)) << "without the digits that are left";
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("out")));
}

TEST_F(Faults, TrainingGoesOnWhenNobodyReadsWhatItSays) {
  for (const char* script :
       {"\"$@\" >&-", "\"$@\" > /dev/full", "\"$@\" <&- >&- 2>&-", "\"$@\" | true; exit ${PIPESTATUS[0]}",
        "\"$@\" | head -1; exit ${PIPESTATUS[0]}"}) {
    std::filesystem::remove_all(folder_.path("out"));
    const ProcessResult result = run_in_shell(script, Words{config_} + set({"training.epochs=50"}));
    EXPECT_EQ(result.exit_code, 0) << script;
    EXPECT_EQ(result.err, "") << script;
    EXPECT_EQ(metrics().at("epochs").size(), 50U) << script;
    EXPECT_TRUE(folder_.read("out/predictions.log").starts_with("Current batch: 0\n")) << script;
  }
}

// Where what is printed is all that there is, unlike in a training.
TEST_F(Faults, ResultsThatNobodyTakesAreAnError) {
  expect_success(run_digits({}));
  const Words weights = {"--init", folder_.path("out/weights.safetensors"), "--out", folder_.path("again")};
  for (const Words& arguments : {Words{"--help"},
                                 {"--version"},
                                 {"--help-config"},
                                 {"--config-schema"},
                                 {config_, "--dry-run"},
                                 {config_, "--dry-run", "--quiet"},
                                 Words{"eval", config_} + weights,
                                 Words{"predict", config_} + weights}) {
    const ProcessResult result = run_in_shell("\"$@\" > /dev/full", arguments);
    EXPECT_EQ(result.exit_code, 6) << arguments.front();
    EXPECT_EQ(result.err,
              "error: standard output: No space left on device; expected a place that takes all of it\n")
        << arguments.front();
    EXPECT_EQ(run_in_shell("\"$@\" >&-", arguments).exit_code, 0) << arguments.front();
  }
}

TEST_F(Faults, ALocaleWithDecimalCommaChangesNoFile) {
  std::filesystem::create_directory(folder_.path("locale"));
  const ProcessResult made = gradtable::testing::run_process(
      {"localedef", "-i", "de_DE", "-f", "UTF-8", folder_.path("locale/de_DE.UTF-8")});
  if (!exists("locale/de_DE.UTF-8/LC_NUMERIC")) GTEST_SKIP() << "no source of a locale: " << made.err;
  const Words german = {"LOCPATH=" + folder_.path("locale"), "LC_ALL=de_DE.UTF-8"};
  const ProcessResult point = run_digits({"--out", folder_.path("point")});
  const ProcessResult comma = run_digits({"--out", folder_.path("comma")}, german);
  expect_success(comma);
  for (const char* name : {"/predictions.log", "/graph.dot", "/graph_forward.dot"})
    EXPECT_EQ(folder_.read(std::string("comma") + name), folder_.read(std::string("point") + name)) << name;
  for (const char* key : {"test_loss", "test_accuracy"})
    EXPECT_EQ(metrics("comma").at(key), metrics("point").at(key)) << key;
  EXPECT_EQ(metrics("comma").at("config").at("training"), metrics("point").at("config").at("training"));
  EXPECT_NE(comma.out.find("\nepoch 1/3  loss 2."), std::string::npos) << comma.out;
}

}  // namespace
}  // namespace classifier
