// A graph compiled for repeated execution by a team of threads. It has only the needed nodes, rewritten to
// cheaper ones, in a fixed order, and every result has its place in one block of memory.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/core/error.hpp"
#include "gradtable/core/graph.hpp"
#include "gradtable/graph/plan.hpp"
#include "gradtable/graph/profile.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

namespace detail {
struct Executable;
class OwnWorkspace;
class Workspace;
template <class T>
class Pool;
}  // namespace detail

// More threads than this are refused.
inline constexpr int kMostThreads = 1024;

// A run found a number that is not finite in a tensor that must be.
struct NotFiniteError : NumericError {
  NotFiniteError(const std::string& message, double not_finite, std::string first_node)
      : NumericError(message), found(not_finite), first(std::move(first_node)) {}

  double found;       // the first such number of the tensor that was checked
  std::string first;  // the first node with a name that is not finite; empty where none is known
};

struct CompileOptions {
  // What value() gives after a run.
  std::vector<Tensor> outputs = {};
  // What a run changes: parameters, to the values of nodes.
  std::vector<Update> updates = {};
  // Scalars or tensors that must be finite. When one is not, the run throws NotFiniteError, which names
  // the first node that is not finite, and no parameter has changed.
  std::vector<Tensor> finite = {};
  // At most so many threads, up to kMostThreads; 0: as many as there are cores. A cost model takes fewer
  // where more would be no faster, but not fewer than min_threads, which is at most that number.
  int threads = 0;
  int min_threads = 1;
  // The same bits whatever the number of threads: results are always cut into four slices, so more than four
  // threads gain nothing.
  bool deterministic = false;
  // Bytes that results may take, besides parameters and feeds: compile refuses a plan that needs more. 0: no
  // limit.
  std::size_t memory_limit = 0;
  // Passes to leave out, by the names of pass_names().
  std::vector<std::string> without = {};
};

// The names of the passes that rewrite a graph before it is planned, in their order. docs/architecture.md
// says what they do.
std::vector<std::string> pass_names();

// The numbers of an input for one run. They are read where they lie, and must stay there, unchanged, until
// the run is over; those of an input that the program does not need are not read.
struct Feed {
  Tensor input;
  ConstView value;
};

// A program keeps what it needs of its graph, which may grow or be destroyed. It shares the graph's
// parameters, so programs of one graph see each other's updates. One run at a time: a second run of the same
// program, from inside an op or in another thread, is a GraphError, and the first one continues.
// Programs may run at the same time in different threads as long as none of them updates a parameter of
// another one.
class Program {
 public:
  // Without a graph, to be assigned one that is compiled; everything but empty() throws GraphError.
  Program() noexcept;
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();
  // Whether it was never compiled, or moved away.
  bool empty() const { return !executable_; }

  // Computes the outputs and applies the updates. Each of inputs() is fed once, from memory that is neither
  // the program's own nor an updated parameter's; other inputs of the graph may be: GraphError. ShapeError
  // if a feed has another type than the input, or an address that is not aligned for it. Exceptions of ops
  // pass through; those of gradtable (Error) also say the node and the user's line. After any exception the
  // parameters are as before, if ops that throw declare it (Op::may_throw). Allocates nothing after the first
  // call.
  void run(std::span<const Feed> feeds);
  void run(std::initializer_list<Feed> feeds = {}) { run(std::span(feeds.begin(), feeds.size())); }

  // The same, and adds the times of this run to those of earlier runs of the same program; of another one:
  // GraphError. A run that throws adds nothing.
  void run(std::span<const Feed> feeds, RunTimes& times);

  // Runs the program `runs` times, at least once, as run does, with updates, after a first run that is not
  // counted, and takes the time of each step on each thread. What reading the clock takes, once for each part
  // of a step, is measured and left out. Throws what run does, and GraphError for no runs.
  ProgramProfile profile(std::span<const Feed> feeds, std::size_t runs = 10);
  ProgramProfile profile(std::initializer_list<Feed> feeds = {}, std::size_t runs = 10) {
    return profile(std::span(feeds.begin(), feeds.size()), runs);
  }

  // An output's numbers as the last run computed them, before its updates; valid until the next run. Throws
  // GraphError for tensors that are not outputs, before the first run, during one, or after one that threw
  // while it computed.
  ConstView value(const Tensor& output) const;

  // The outputs for these feeds, in their order, of a program without updates: GraphError for others. Any
  // number of threads may call it at the same time, as long as nobody changes the parameters. Throws what run
  // does.
  std::vector<Array> infer(std::span<const Feed> feeds) const;
  std::vector<Array> infer(std::initializer_list<Feed> feeds = {}) const {
    return infer(std::span(feeds.begin(), feeds.size()));
  }

  // The inputs that a run needs: those that outputs, updates and checks are made of in the graph, whatever
  // rewrites leave of it, in the order of their creation.
  std::vector<Tensor> inputs() const;

  // The schedule before the first run: memory, operations, order, threads; and how the graph was rewritten.
  ProgramPlan plan() const;
  const std::vector<Rewrite>& rewrites() const;

 private:
  friend Program compile(Graph& graph, const CompileOptions& options);

  explicit Program(std::shared_ptr<const detail::Executable> executable);
  const detail::Executable& executable() const;

  std::shared_ptr<const detail::Executable> executable_;
  std::unique_ptr<detail::OwnWorkspace> own_;              // of run
  std::unique_ptr<detail::Pool<detail::Workspace>> pool_;  // of infer
};

// Throws GraphError when a tensor is of another graph, when nothing is asked for, when an update's left side
// is not a parameter or is updated twice, for numbers of threads beyond their ranges, for an unknown
// pass, and when the results need more memory than allowed; ShapeError when the types of an update's sides
// differ.
Program compile(Graph& graph, const CompileOptions& options);

// The value of one tensor, compiled and run once.
Array evaluate(const Tensor& tensor, std::initializer_list<Feed> feeds = {});

}  // namespace gradtable
