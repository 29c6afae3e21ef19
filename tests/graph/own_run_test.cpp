// A run of a program inside or beside another run of it.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::numbers_of;

// y = x, after a call of the user's function.
class Watched final : public Op {
 public:
  explicit Watched(std::function<void()> watcher) : watcher_(std::move(watcher)) {}
  std::string_view name() const override { return "watched"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  bool may_throw() const override { return true; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    watcher_();
    const std::span<const double> x = inputs[0].as<double>();
    std::copy(x.begin(), x.end(), output.as<double>().begin());
  }

 private:
  std::function<void()> watcher_;
};

class OwnRun : public ::testing::TestWithParam<int> {
 protected:
  OwnRun() {
    program_.emplace(
        compile(graph_, {.outputs = {y_}, .updates = {{w_, w_ + y_}}, .min_threads = GetParam()}));
  }
  void run(double value) { program_->run({{x_, full({2}, value, DType::float64)}}); }
  std::vector<double> value() const { return numbers_of(program_->value(y_)); }

  std::function<void()> watcher_ = [] {};
  Graph graph_;
  const Tensor x_ = graph_.input("x", {2}, DType::float64);
  const Tensor w_ = graph_.parameter("w", zeros({2}, DType::float64));
  const Tensor y_ =
      graph_.apply(std::make_shared<Watched>([this] { watcher_(); }), {{exp(x_)}}, Location::current()) * 2.0;
  std::optional<Program> program_;
};

// What an op throws keeps its class, whichever that is, and says where.
TEST_P(OwnRun, SaysTheNodeAndTheLineOfAnErrorOfAnOp) {
  struct Odd : DataError {
    using DataError::DataError;
  };
  watcher_ = [] { throw Odd("watched: expected even numbers, got 3"); };
  const std::string message = message_of<Odd>([&] { run(0); });
  EXPECT_TRUE(contains(message, "watched: expected even numbers, got 3, in watched of (exp)  ["));
  EXPECT_TRUE(contains(message, "own_run_test.cpp:"));
  watcher_ = [] { throw std::out_of_range("of another library"); };
  EXPECT_THROW(run(0), std::out_of_range);
  EXPECT_EQ(graph_.value(w_).as<double>()[0], 0);
}

TEST_P(OwnRun, InsideAnotherIsRefusedAndTheOtherGoesOn) {
  std::string inner, read;
  watcher_ = [&] {
    inner = message_of<GraphError>([&] { run(1); });
    read = message_of<GraphError>([&] { value(); });
  };
  for (int i = 1; i <= 3; ++i) {
    run(0);
    EXPECT_EQ(value(), (std::vector<double>{2, 2}));
    EXPECT_EQ(graph_.value(w_).as<double>()[0], 2 * i);
  }
  EXPECT_TRUE(contains(inner, "run: expected a program that is not running, got one inside or beside a run"));
  EXPECT_TRUE(contains(read, "value: expected a program that has run, got one that is running"));
}

TEST_P(OwnRun, InsideAnotherEndsItWhereNobodyCatchesTheError) {
  watcher_ = [&] { run(1); };
  EXPECT_THROW(run(0), GraphError);
  EXPECT_THROW(value(), GraphError) << "of no run";
  EXPECT_EQ(graph_.value(w_).as<double>()[0], 0);
  watcher_ = [] {};
  run(0);
  EXPECT_EQ(value(), (std::vector<double>{2, 2}));
}

TEST_P(OwnRun, BesideAnotherInAnotherThreadIsRefused) {
  std::string beside;
  watcher_ = [&] { std::thread([&] { beside = message_of<GraphError>([&] { run(1); }); }).join(); };
  run(0);
  EXPECT_TRUE(contains(beside, "got one inside or beside a run of its own"));
  EXPECT_EQ(value(), (std::vector<double>{2, 2}));
}

TEST_P(OwnRun, IsOneAtATimeWhateverThreadsAsk) {
  std::atomic<int> done = 0, refused = 0;
  std::vector<std::thread> users;
  for (int i = 0; i < 4; ++i) {
    users.emplace_back([&] {
      for (int k = 0; k < 200; ++k) {
        try {
          run(0);
          ++done;
        } catch (const GraphError&) {
          ++refused;
        }
      }
    });
  }
  for (std::thread& user : users) user.join();
  EXPECT_EQ(done + refused, 800);
  EXPECT_GE(done, 1);
  EXPECT_EQ(graph_.value(w_).as<double>()[0], 2 * done);
}

TEST_P(OwnRun, MayBeInferredInside) {
  const Program other = compile(graph_, {.outputs = {exp(x_)}, .min_threads = GetParam()});
  std::vector<double> inner;
  watcher_ = [&] { inner = numbers_of(other.infer({{x_, zeros({2}, DType::float64)}}).front()); };
  run(0);
  EXPECT_EQ(inner, (std::vector<double>{1, 1}));
}

TEST_P(OwnRun, WithWrongFeedsLeavesTheValuesOfTheOneBefore) {
  run(0);
  EXPECT_THROW(program_->run(), GraphError);
  EXPECT_EQ(value(), (std::vector<double>{2, 2}));
}

INSTANTIATE_TEST_SUITE_P(Threads, OwnRun, ::testing::Values(1, 2));

}  // namespace
}  // namespace gradtable
