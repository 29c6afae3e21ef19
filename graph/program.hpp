// A graph compiled for repeated execution: only the nodes that are needed, in a fixed order, every result in
// its place of one block of memory.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/update.hpp"

namespace gradtable {

struct CompileOptions {
  // What value() gives after a run.
  std::vector<Tensor> outputs = {};
  // What a run changes.
  std::vector<Update> updates = {};
  // Scalars or tensors that must be finite. When one is not, the run throws NumericError, which names the
  // first node that is not finite, and no parameter has changed.
  std::vector<Tensor> finite = {};
  // Threads of a matrix product; at least 1.
  int threads = 1;
};

// The numbers of an input for one run. They are read where they lie, and must stay until the run is over.
struct Feed {
  Tensor input;
  ConstView value;
};

// A program keeps what it needs of its graph, which may grow or go. It shares the graph's parameters. One run
// at a time; programs that share no updated parameter may run at the same time in different threads.
class Program {
 public:
  // Computes the outputs and applies the updates. Every input that they need is fed once, and no other, from
  // memory that is neither the program's own nor an updated parameter's: GraphError; ShapeError when a feed's
  // type is not that of the input. What an op throws passes through. After any exception the parameters are
  // as they were before. Allocates nothing after the first call.
  void run(std::span<const Feed> feeds);
  void run(std::initializer_list<Feed> feeds = {}) { run(std::span(feeds.begin(), feeds.size())); }

  // An output's numbers as the last run computed them, before its updates; valid until the next run. Throws
  // GraphError for tensors that are not outputs, before the first run, or after one that threw.
  ConstView value(const Tensor& output) const;

  // Memory for results, without parameters and feeds.
  std::size_t arena_bytes() const { return arena_bytes_; }
  // Ops that a run executes.
  std::size_t step_count() const { return steps_.size(); }

 private:
  friend class Compiler;

  // One call of forward. Its inputs are views_[first_input] and those that follow.
  struct Step {
    const Op* op;
    std::size_t first_input;
    std::size_t input_count;
    View output;
    Parts parts;
    bool must_be_finite;
  };
  // Who a step or a leaf is, for messages.
  struct Origin {
    std::string label;
    Location location;
  };
  struct Input {
    NodeId id;
    TensorType type;
    Origin origin;
    std::vector<std::size_t> uses;  // among views_
  };
  struct Output {
    NodeId id;
    ConstView view;
  };
  struct Copy {
    ConstView from;
    View to;
  };
  struct FreeArena {
    void operator()(void* memory) const;
  };

  Program() = default;
  void bind(std::span<const Feed> feeds);
  const Input& input_of(const Feed& feed) const;
  void require_usable(const ConstView& value, const Input& input) const;
  void execute(const Step& step) const;
  std::span<const ConstView> inputs_of(const Step& step) const;
  [[noreturn]] void report_not_finite(std::size_t last) const;

  std::uint32_t graph_serial_ = 0;
  std::weak_ptr<const void> graph_life_;
  std::vector<Step> steps_;
  std::vector<Origin> origins_;  // of steps_
  std::vector<ConstView> views_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::vector<View> in_place_;                        // parameters in whose memory updates are computed
  std::vector<Copy> copies_;                          // updates that were not computed in place
  std::vector<std::pair<ConstView, Origin>> leaves_;  // parameters and constants that are read
  std::vector<std::shared_ptr<const Op>> ops_;        // kept alive
  std::vector<std::shared_ptr<Array>> arrays_;
  std::unique_ptr<void, FreeArena> arena_;
  std::size_t arena_bytes_ = 0;
  int threads_ = 1;
  bool has_run_ = false;
};

// Throws GraphError when a tensor is of another graph, when nothing is asked for, when an update's left side
// is not a parameter or is updated twice, and ShapeError when the types of its sides differ.
Program compile(Graph& graph, const CompileOptions& options);

// The value of one tensor, compiled and run once.
Array evaluate(const Tensor& tensor, std::initializer_list<Feed> feeds = {});

}  // namespace gradtable
