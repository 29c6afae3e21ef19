// A scheduled computation, ready to run: everything that is the same in each run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/computation.hpp"
#include "gradtable/graph/plan.hpp"

namespace gradtable::detail {

// Where numbers lie: at an address, in the arena, or where the caller feeds them.
struct Place {
  enum class Where : std::uint8_t { address, arena, feed } where = Where::address;
  void* address = nullptr;
  std::size_t index = 0;  // the offset in the arena, or among the inputs
};

struct PlacedArray {
  TensorType type;
  Place place;
};

// One op. Its inputs are operands[first_input] and those that follow.
struct ExecutableStep {
  std::shared_ptr<const Op> op;
  std::size_t first_input = 0;
  std::size_t input_count = 0;
  PlacedArray output;
  std::int64_t parts = 1;
  int slices = 1;
  bool must_be_finite = false;
  NodeId node = -1;          // of the rewritten graph
  std::size_t last_use = 0;  // PlannedStep::last_use
  std::size_t level = 0;
};

// One call of forward.
struct Call {
  std::size_t step;
  Parts parts;
};

// What one thread does: the calls of level l are those from ends[l - 1], or 0, up to ends[l].
struct ThreadCalls {
  std::vector<Call> calls;
  std::vector<std::size_t> ends;
};

struct Executable {
  // Of the user's graph, as Output.
  struct Input {
    Tensor tensor;
    TensorType type;
    std::string label;
    Location location;
    bool needed;
  };
  struct Output {
    Tensor tensor;
    PlacedArray operand;
  };
  struct Copy {
    PlacedArray from;
    View to;
  };

  std::uint32_t graph_serial = 0;  // of the user's graph
  Computation source;              // after dead_nodes and stable_forms: messages are about its nodes
  Computation rewritten;           // what is executed; keeps constants and parameters alive
  std::vector<Rewrite> rewrites;

  std::size_t arena_bytes = 0;
  std::vector<PlacedArray> operands;
  std::vector<ExecutableStep> steps;
  std::vector<ThreadCalls> threads;
  std::vector<Input> inputs;  // those that a run needs, then all others
  std::vector<Output> outputs;
  std::vector<View> in_place;  // parameters in whose memory updates are computed
  std::vector<Copy> copies;    // updates that were not computed in place

  std::span<const PlacedArray> inputs_of(const ExecutableStep& step) const {
    return std::span(operands).subspan(step.first_input, step.input_count);
  }
  ProgramPlan plan() const;
};

}  // namespace gradtable::detail
