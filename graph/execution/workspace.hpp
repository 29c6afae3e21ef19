// The memory of one run of an executable, and the run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "gradtable/core/machine/barrier.hpp"
#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/execution/timing.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::detail {

// Used by one run at a time.
class Workspace {
 public:
  explicit Workspace(std::shared_ptr<const Executable> executable);

  // Points the inputs at the numbers that are fed; throws what Program::run does for wrong feeds, and then
  // what was computed before is there still.
  void bind(std::span<const Feed> feeds);
  // Computes everything from what is bound, then applies the updates. `timing` takes the time of each call;
  // null: nothing is measured.
  void run(Timing* timing = nullptr);
  ConstView view(const PlacedArray& operand) const { return {operand.type, address(operand.place)}; }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  class Failure;

  void* address(const Place& place) const;
  const Executable::Input* input_of(const Feed& feed) const;
  void require_usable(const ConstView& value, const Executable::Input& input) const;
  void execute(Failure& failure, Timing* timing);
  void execute(std::size_t thread, Barrier* barrier, Failure& failure, Timing* timing);
  template <class Stamps>
  void execute(const ThreadCalls& mine, Barrier* barrier, Failure& failure, Stamps& stamps);
  void call(const Call& call) const;
  bool is_finite(const Call& call) const;
  [[noreturn]] void rethrow(const std::exception_ptr& error, std::size_t step) const;
  [[noreturn]] void report_not_finite(std::size_t step) const;

  std::shared_ptr<const Executable> executable_;
  std::unique_ptr<void, Free> arena_;
  std::vector<ConstView> feeds_;  // by input
  std::vector<char> is_fed_;
  std::vector<std::vector<std::size_t>> uses_;  // of each input, among inputs_
  std::vector<ConstView> inputs_;               // by operand
  std::vector<View> outputs_;                   // by step
};

// The workspace of Program::run, which keeps the results of the last run.
class OwnWorkspace {
 public:
  explicit OwnWorkspace(std::shared_ptr<const Executable> executable) : executable_(std::move(executable)) {}

  // Throws GraphError during another run, which continues; else what Program::run throws.
  void run(std::span<const Feed> feeds, Timing* timing = nullptr);
  // Throws GraphError when no run has computed it.
  ConstView view(const PlacedArray& operand) const;

 private:
  enum class State : std::uint8_t { empty, running, computed };

  std::shared_ptr<const Executable> executable_;
  std::unique_ptr<Workspace> workspace_;  // made by the first run
  std::atomic<State> state_{State::empty};
};

}  // namespace gradtable::detail
