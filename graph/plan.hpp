// What is known of a program before it runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

// What one pass did to the graph before it was planned. Nodes are those that the program needs.
struct Rewrite {
  std::string pass;
  std::size_t nodes_before = 0;
  std::size_t nodes_after = 0;
  std::string reason;
};

struct PlannedStep {
  static constexpr std::size_t kAfterTheRun = static_cast<std::size_t>(-1);

  std::string label;  // "hidden (matmul+add_bias+relu)"
  TensorType type;
  double flops = 0;
  std::size_t last_use = 0;   // the step that reads it last, or its own; kAfterTheRun: an output or update
  bool in_parameter = false;  // written into the memory of a parameter, not into the arena
  std::size_t offset = 0;     // in bytes: where it lies in the arena
  std::size_t level = 0;      // all threads wait for each other between two levels
  int slices = 1;             // that threads compute apart

  std::size_t bytes() const { return type.bytes(); }
};

struct ProgramPlan {
  std::size_t peak_bytes = 0;  // of results: all the memory that a run takes, besides parameters and feeds
  double flops = 0;
  int threads = 1;
  std::size_t barriers = 0;
  std::vector<PlannedStep> steps;  // in the order of execution
};

// A table of the steps, a line for each.
std::string to_string(const ProgramPlan& plan);

}  // namespace gradtable
