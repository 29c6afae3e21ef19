#include "gradtable/graph/execution/workspace.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <limits>
#include <mutex>
#include <new>

#include <fmt/format.h>

#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/machine/team_lease.hpp"
#include "gradtable/graph/execution/arena.hpp"
#include "gradtable/graph/execution/first_not_finite.hpp"

namespace gradtable::detail {
namespace {

bool overlap(const ConstView& a, const void* data, std::size_t bytes) {
  const std::less<> before;
  return before(a.data, static_cast<const std::byte*>(data) + bytes) &&
         before(data, static_cast<const std::byte*>(a.data) + a.type.bytes());
}

// Where the user made an input.
std::string place(const Location& location) {
  return fmt::format("[{}]", to_string(location));
}

// In place of Timing::Thread.
struct NoStamps {
  void finished(std::size_t) {}
  void waited() {}
};

}  // namespace

// The failure that ended a run: on the first level with a failed call, that of the earliest step and part.
// Threads continue to the next barrier, where all of them stop.
class Workspace::Failure {
 public:
  // What failed on this level; without an exception: a number was not finite.
  void set(const Call& call, std::size_t level, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    const bool earlier = call.step < step_ || (call.step == step_ && call.parts.begin < part_);
    if (!earlier) return;
    step_ = call.step;
    part_ = call.parts.begin;
    error_ = std::move(error);
    level_ = std::min(level_.load(), level);
  }
  bool before(std::size_t level) const { return level_ < level; }
  bool happened() const { return step_ != kNone; }
  std::size_t step() const { return step_; }
  const std::exception_ptr& error() const { return error_; }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  std::mutex mutex_;
  std::size_t step_ = kNone;
  std::int64_t part_ = 0;
  std::exception_ptr error_;
  std::atomic<std::size_t> level_ = kNone;
};

void Workspace::Free::operator()(void* memory) const {
  ::operator delete (memory, std::align_val_t{Arena::kAlignment});
}

Workspace::Workspace(std::shared_ptr<const Executable> executable) : executable_(std::move(executable)) {
  const Executable& e = *executable_;
  if (e.arena_bytes > 0) arena_.reset(::operator new (e.arena_bytes, std::align_val_t{Arena::kAlignment}));
  feeds_.resize(e.inputs.size());
  is_fed_.resize(e.inputs.size());
  uses_.resize(e.inputs.size());
  inputs_.reserve(e.operands.size());
  for (const PlacedArray& operand : e.operands) {
    if (operand.place.where == Place::Where::feed) uses_[operand.place.index].push_back(inputs_.size());
    inputs_.push_back(view(operand));
  }
  outputs_.reserve(e.steps.size());
  for (const ExecutableStep& step : e.steps)
    outputs_.push_back({step.output.type, address(step.output.place)});
}

void* Workspace::address(const Place& place) const {
  if (place.where == Place::Where::arena) return static_cast<std::byte*>(arena_.get()) + place.index;
  return place.where == Place::Where::address ? place.address : nullptr;
}

void Workspace::run(Timing* timing) {
  const OneBlasThread one_blas_thread;
  Failure failure;
  execute(failure, timing);
  if (failure.error()) rethrow(failure.error(), failure.step());
  if (failure.happened()) report_not_finite(failure.step());
  for (const Executable::Copy& copy : executable_->copies) {
    if (const std::size_t bytes = copy.to.type.bytes(); bytes > 0)
      std::memcpy(copy.to.data, address(copy.from.place), bytes);
  }
}

void Workspace::bind(std::span<const Feed> feeds) {
  const std::vector<Executable::Input>& inputs = executable_->inputs;
  std::ranges::fill(is_fed_, char{false});
  for (const Feed& feed : feeds) {
    const Executable::Input* found = input_of(feed);
    if (!found) continue;
    const Executable::Input& input = *found;
    const auto index = static_cast<std::size_t>(found - inputs.data());
    if (is_fed_[index])
      throw GraphError(fmt::format("run: expected each input once, got two feeds for {}  {}", input.label,
                                   place(input.location)));
    require_usable(feed.value, input);
    is_fed_[index] = true;
    feeds_[index] = feed.value;
    for (const std::size_t use : uses_[index]) inputs_[use].data = feed.value.data;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_fed_[i] && inputs[i].needed)
      throw GraphError(fmt::format("run: expected a feed for the input {} of {}, got none  {}",
                                   inputs[i].label, to_string(inputs[i].type), place(inputs[i].location)));
  }
}

// Null for an input that the graph did not have yet when the program was compiled.
const Executable::Input* Workspace::input_of(const Feed& feed) const {
  const Tensor& tensor = feed.input;
  const auto input = std::ranges::find(executable_->inputs, tensor, &Executable::Input::tensor);
  if (input != executable_->inputs.end()) return &*input;
  const bool ours = !tensor.empty() && tensor.graph_serial() == executable_->graph_serial;
  if (ours && tensor.alive() && tensor.node().kind == NodeKind::input) return nullptr;
  throw GraphError(fmt::format("run: expected feeds for inputs of the program's graph, got one for {}{}",
                               ours || tensor.empty() ? tensor.label() : "a tensor of another graph",
                               tensor.alive() ? "  " + place(tensor.node().location) : ""));
}

// A feed is read where it lies, which must not be where the run writes.
void Workspace::require_usable(const ConstView& value, const Executable::Input& input) const {
  if (value.type != input.type)
    throw ShapeError(fmt::format("run: expected {} for the input {}, got {}  {}", to_string(input.type),
                                 input.label, to_string(value.type), place(input.location)));
  if (!input.needed) return;  // and is not read
  if (!value.data && value.type.bytes() > 0)
    throw ShapeError(fmt::format("run: expected the address of {} for the input {}, got none  {}",
                                 to_string(value.type), input.label, place(input.location)));
  if (!is_aligned(value.data, value.type.dtype))
    throw ShapeError(fmt::format(
        "run: expected the feed for {} at a multiple of {} bytes, got the address {}; feed a copy  {}",
        input.label, size_of(value.type.dtype), value.data, place(input.location)));
  const auto is_of = [&](const View& updated) { return overlap(value, updated.data, updated.type.bytes()); };
  const bool parameter = std::ranges::any_of(executable_->in_place, is_of) ||
                         std::ranges::any_of(executable_->copies, is_of, &Executable::Copy::to);
  if (parameter || overlap(value, arena_.get(), executable_->arena_bytes))
    throw GraphError(fmt::format(
        "run: expected the feed for {} in memory that the run does not write, got {}; feed a copy  {}",
        input.label, parameter ? "an updated parameter" : "an output of the program", place(input.location)));
}

void Workspace::execute(Failure& failure, Timing* timing) {
  const std::size_t threads = executable_->threads.size();
  if (threads == 1) {
    execute(0, nullptr, failure, timing);
    return;
  }
  const TeamLease team(static_cast<int>(threads));
  team->run(
      [&](int member) { execute(static_cast<std::size_t>(member), &team->barrier(), failure, timing); });
}

void Workspace::execute(std::size_t thread, Barrier* barrier, Failure& failure, Timing* timing) {
  const ThreadCalls& mine = executable_->threads[thread];
  NoStamps none;
  timing ? execute(mine, barrier, failure, timing->of(thread)) : execute(mine, barrier, failure, none);
}

template <class Stamps>
void Workspace::execute(const ThreadCalls& mine, Barrier* barrier, Failure& failure, Stamps& stamps) {
  std::size_t next = 0;
  stamps.waited();
  for (std::size_t level = 0; level < mine.ends.size(); ++level) {
    if (level > 0) {
      barrier->wait();
      stamps.waited();
    }
    if (failure.before(level)) return;
    for (; next < mine.ends[level]; ++next) {
      const Call& now = mine.calls[next];
      try {
        call(now);
        const bool is_right = !executable_->steps[now.step].must_be_finite || is_finite(now);
        stamps.finished(now.step);
        if (is_right) continue;
        failure.set(now, level, nullptr);
      } catch (...) {
        failure.set(now, level, std::current_exception());
      }
      break;  // and stops at the next barrier
    }
  }
}

void Workspace::call(const Call& call) const {
  const ExecutableStep& step = executable_->steps[call.step];
  step.op->forward(std::span(inputs_).subspan(step.first_input, step.input_count), outputs_[call.step],
                   call.parts);
}

bool Workspace::is_finite(const Call& call) const {
  const View& output = outputs_[call.step];
  const std::int64_t parts = executable_->steps[call.step].parts, size = output.shape().size();
  if (size == 0) return true;
  return all_finite(output, size / parts * call.parts.begin, size / parts * call.parts.end);
}

// What an op threw, with its node and the user's line.
void Workspace::rethrow(const std::exception_ptr& error, std::size_t step) const {
  try {
    std::rethrow_exception(error);
  } catch (Error& thrown) {
    thrown.append(", in " + in_message(executable_->rewritten, executable_->steps[step].node));
    throw;
  }
}

void Workspace::report_not_finite(std::size_t step) const {
  const Executable& e = *executable_;
  std::vector<FedInput> fed;
  for (std::size_t i = 0; i < e.inputs.size() && e.inputs[i].needed; ++i)
    fed.push_back({e.inputs[i].label, feeds_[i]});
  throw_first_not_finite(e.source, fed, first_not_finite(outputs_[step]));
}

void OwnWorkspace::run(std::span<const Feed> feeds, Timing* timing) {
  const State before = state_.exchange(State::running, std::memory_order_acquire);
  if (before == State::running)
    throw GraphError(
        "run: expected a program that is not running, got one inside or beside a run of its own");
  State after = before;  // until feeds are bound, the outputs are those of the run before
  try {
    if (!workspace_) workspace_ = std::make_unique<Workspace>(executable_);
    if (timing) timing->begin();
    workspace_->bind(feeds);
    after = State::empty;
    workspace_->run(timing);
    if (timing) timing->end();
    after = State::computed;
  } catch (...) {
    state_.store(after, std::memory_order_release);
    throw;
  }
  state_.store(after, std::memory_order_release);
}

ConstView OwnWorkspace::view(const PlacedArray& operand) const {
  const State state = state_.load(std::memory_order_acquire);
  if (state != State::computed)
    throw GraphError(fmt::format("value: expected a program that has run, got one that {}",
                                 state == State::running ? "is running" : "has not"));
  return workspace_->view(operand);
}

}  // namespace gradtable::detail
