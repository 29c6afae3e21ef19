// The schedule: order, level, slices and memory of every value.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/computation.hpp"
#include "gradtable/graph/execution/slicing.hpp"

namespace gradtable::detail {

// A node of the schedule; or the copy of a leaf that is an output or the value of an update, taken at the end
// of the run since the leaf itself may change or go.
struct Value {
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  NodeId id = -1;
  const Node* node = nullptr;
  bool copy = false;
  std::size_t step = kNever;     // that computes it; kNever: a leaf
  std::size_t last_use = 0;      // the last step that reads it, or its own; kNever: needed after the run
  int readers = 0;               // inputs of steps that are this value
  Array* in_place_of = nullptr;  // the parameter in whose memory it is computed
  std::size_t offset = 0;        // in the arena

  bool in_arena() const { return step != kNever && in_place_of == nullptr; }
};

// An op of the schedule. Between two levels all threads wait for each other; within one, a thread reads
// nothing that another one writes.
struct Step {
  std::size_t value;  // among Schedule::values()
  Division division;
  std::size_t level = 0;
  double seconds = 0;  // on one thread, by the cost model
};

class Schedule {
 public:
  // For a team of `threads`, in `slices` slices; each thread takes about as many of them as the others. The
  // schedule points into the computation.
  Schedule(const Computation& computation, int threads, int slices);

  // Leaves and results, each after its inputs; then the copies of leaves.
  const std::vector<Value>& values() const { return values_; }
  std::size_t place_of(NodeId id) const { return index_[id]; }
  const Value& value_of(NodeId id) const { return values_[place_of(id)]; }
  // The value that lasts beyond the run: of a leaf, its copy.
  const Value& lasting(NodeId id) const;
  // In the order of execution, level by level.
  const std::vector<Step>& steps() const { return steps_; }
  std::size_t levels() const { return steps_.empty() ? 1 : steps_.back().level + 1; }
  std::size_t arena_bytes() const { return arena_bytes_; }
  // Of a run, by the cost model.
  double seconds() const;

 private:
  Value& value_of(NodeId id) { return values_[place_of(id)]; }
  Value& lasting(NodeId id) { return const_cast<Value&>(std::as_const(*this).lasting(id)); }
  void list_values(const Computation& computation);
  void divide_steps();
  void find_last_uses(const Computation& computation);
  void find_updates_in_place(const Computation& computation);
  bool may_replace(const Value& value, NodeId parameter) const;
  Value* first_over(const Value& value, NodeId parameter);
  void find_levels();
  void sort_by_level();
  void place();
  bool reads_across(const Step& reader, std::size_t input) const;
  std::size_t level_after_inputs(const Step& step) const;
  std::size_t level_after_readers(const Step& step) const;
  Value* overwritable_input(const Step& step);
  bool others_read_across(const Value& value, const Step& step) const;
  std::vector<TensorType> input_types(const Value& value) const;

  int threads_;
  int slices_;
  std::vector<Value> values_;
  NodeMap<std::size_t> index_;                      // of a node among values_
  std::unordered_map<NodeId, std::size_t> copies_;  // of a leaf among values_
  std::vector<Step> steps_;
  std::vector<std::vector<std::size_t>> readers_;  // of a value: steps
  std::size_t checked_steps_ = 0;  // up to the last that can end the run: by a check, or by throwing
  std::size_t arena_bytes_ = 0;
};

}  // namespace gradtable::detail
