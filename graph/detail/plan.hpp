// When and where each value of a program is computed.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::detail {

// A node of the schedule; or the copy of a leaf that is an output or the value of an update, taken at the end
// of the run since the leaf itself may change or go.
struct Value {
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  NodeId id = -1;
  const Node* node = nullptr;
  bool copy = false;
  std::size_t step = kNever;     // that computes it; kNever: a leaf
  std::size_t last_use = 0;      // the last step that reads it; kNever: needed after the run
  Array* in_place_of = nullptr;  // the parameter in whose memory it is computed
  std::size_t offset = 0;        // in the arena

  bool in_arena() const { return step != kNever && in_place_of == nullptr; }
};

class Plan {
 public:
  // The options have been checked. The plan points into the graph.
  Plan(const Graph& graph, const CompileOptions& options);

  // In the order of creation, leaves included; then the copies of leaves. The values that have a step have
  // them in this order.
  const std::vector<Value>& values() const { return values_; }
  std::size_t place_of(NodeId id) const { return index_[static_cast<std::size_t>(id)]; }
  const Value& value_of(NodeId id) const { return values_[place_of(id)]; }
  // The value that lasts beyond the run: of a leaf, its copy.
  const Value& lasting(NodeId id) const;
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  Value& value_of(NodeId id) { return values_[place_of(id)]; }
  Value& lasting(NodeId id) { return const_cast<Value&>(std::as_const(*this).lasting(id)); }
  void schedule(const Graph& graph, const CompileOptions& options);
  void find_last_uses(const CompileOptions& options);
  void find_updates_in_place(const CompileOptions& options);
  void place();
  Value* overwritable_input(const Value& value);

  std::vector<Value> values_;
  std::vector<std::size_t> index_;                  // of a node among values_
  std::unordered_map<NodeId, std::size_t> copies_;  // of a leaf among values_
  std::size_t checked_steps_ = 0;  // up to the last that can end the run: by a check, or by throwing
  std::size_t arena_bytes_ = 0;
};

}  // namespace gradtable::detail
