// The plan of a compiled program: the rewrites applied, and each step's level, slices and memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

// What one pass did to the graph before it was planned; passes that found nothing to do are left out. Nodes
// are those that the program needs, leaves too.
struct Rewrite {
  std::string pass;  // one of pass_names()
  std::size_t nodes_before = 0;
  std::size_t nodes_after = 0;
  std::string reason;  // "2 sums with a matrix product became one gemm"
};

// One op of the rewritten graph, or the copy of a leaf that is an output.
struct PlannedStep {
  static constexpr std::size_t kAfterTheRun = static_cast<std::size_t>(-1);

  std::string label;  // "hidden (matmul+add_bias+relu)"
  TensorType type;
  double flops = 0;           // of the whole step, by Op::flops
  std::size_t last_use = 0;   // the step that reads it last, or its own; kAfterTheRun: an output or update
  bool in_parameter = false;  // written into the memory of a parameter, not into the arena
  std::size_t offset = 0;     // in bytes: where it lies in the arena, unless it is in a parameter
  // Steps of one level are computed without waiting; between two levels all threads wait for each other.
  std::size_t level = 0;
  int slices = 1;  // that threads compute apart; 1: the first thread computes it whole

  std::size_t bytes() const { return type.bytes(); }
};

struct ProgramPlan {
  std::size_t peak_bytes = 0;  // of results: all the memory that a run takes, besides parameters and feeds
  double flops = 0;            // of all steps
  int threads = 1;             // of the team that executes a run
  std::size_t barriers = 0;    // at which they wait for each other in a run: one between two levels
  std::vector<PlannedStep> steps;  // in the order of execution
};

// A table of the steps, a line for each.
std::string to_string(const ProgramPlan& plan);

}  // namespace gradtable
