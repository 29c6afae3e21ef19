// A training that is killed again and again, without a chance to finish anything.
#include "tests/apps/classifier/learned.hpp"
#include <fmt/format.h>
#include <gradtable/core/random.hpp>
#include <gradtable/models/training/checkpoint.hpp>

namespace classifier {
namespace {

class Killed : public TwoTrainings {
 protected:
  // The words of the next attempt, whose epochs take a millisecond or two, each with a checkpoint.
  Words attempt(std::ptrdiff_t epochs) const {
    Words words = training("out", {fmt::format("training.epochs={}", epochs), "data.digits_train=64",
                                   "model.hidden=[4]", "training.optimizer.type=adam"});
    if (std::filesystem::exists(checkpoint("out"))) words = words + resumed("out");
    return words;
  }
  // How many epochs the checkpoint has, which must be whole; 0 when there is none yet.
  std::ptrdiff_t epochs_in_checkpoint() const {
    if (!std::filesystem::exists(checkpoint("out"))) return 0;
    const gradtable::Checkpoint read = gradtable::read_checkpoint(checkpoint("out"));
    return std::ranges::count(read.texts.at("metrics"), '\n') - 1;
  }
};

TEST_F(Killed, ManyTimesItLearnsTheSameAsIfItHadBeenLeftAlone) {
  constexpr int kRounds = 24;
  constexpr std::ptrdiff_t kNever = 1'000'000;
  gradtable::Random random(1, 0);
  std::ptrdiff_t done = 0, gained = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::filesystem::remove(folder_.path("out/config.resolved.json"));
    gradtable::testing::Process program(command(attempt(kNever)), {"MNIST_DIR="});
    // However slow the machine is: a quarter is killed while it starts, a quarter has saved a checkpoint,
    // which is so when the row after the next is in the table, and the others are somewhere between.
    const auto reached = [&, round] {
      if (round % 4 == 0) return true;
      return round % 4 == 1 ? epochs_in_table("out") >= done + 2 : exists("out/config.resolved.json");
    };
    ASSERT_TRUE(wait_until(reached)) << "round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(20000)));
    program.send(SIGKILL);
    ASSERT_EQ(program.wait().exit_code, 128 + SIGKILL);
    const std::ptrdiff_t now = epochs_in_checkpoint();
    ASSERT_GE(now, done) << "round " << round;
    gained += now > done ? 1 : 0;
    done = now;
  }
  EXPECT_GE(gained, kRounds / 4);
  expect_success(run(attempt(done + 1)));
  std::filesystem::rename(folder_.path("out"), folder_.path("killed"));
  expect_success(run(attempt(done + 1) + set({"output.checkpoint_every=1000000"})));
  expect_same("killed", "out");
}

TEST_F(Killed, WhatItLeavesBehindDisturbsNobody) {
  const std::string partial = folder_.write("stale", std::string_view("half a checkpoint"));
  std::filesystem::create_directory(folder_.path("out"));
  for (int i = 0; i < 3; ++i)
    std::filesystem::copy_file(partial, folder_.path(fmt::format("out/.gradtable-1-{}.tmp", i)));
  expect_success(run(attempt(2)));
  expect_success(run(attempt(3)));
  EXPECT_EQ(epochs_in_checkpoint(), 3);
}

TEST_F(Killed, TwoTrainingsInOneFolderLeaveAWholeCheckpoint) {
  gradtable::testing::Process a(command(attempt(20)), {"MNIST_DIR="}),
      b(command(attempt(20)), {"MNIST_DIR="});
  expect_success(a.wait());
  expect_success(b.wait());
  EXPECT_EQ(epochs_in_checkpoint(), 20);
  expect_success(run(attempt(21)));
}

}  // namespace
}  // namespace classifier
