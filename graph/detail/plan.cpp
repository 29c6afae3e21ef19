#include "gradtable/graph/detail/plan.hpp"

#include <algorithm>
#include <utility>

#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/arena.hpp"

namespace gradtable::detail {

Plan::Plan(const Graph& graph, const CompileOptions& options) {
  schedule(graph, options);
  find_last_uses(options);
  find_updates_in_place(options);
  place();
}

const Value& Plan::lasting(NodeId id) const {
  const auto copy = copies_.find(id);
  return copy == copies_.end() ? value_of(id) : values_[copy->second];
}

void Plan::schedule(const Graph& graph, const CompileOptions& options) {
  std::size_t steps = 0;
  std::vector<NodeId> wanted;
  for (const Tensor& output : options.outputs) wanted.push_back(output.id());
  for (const Tensor& tensor : options.finite) wanted.push_back(tensor.id());
  for (const Update& update : options.updates) wanted.push_back(update.value.id());
  const std::vector<NodeId> ids = ancestors(graph, wanted);
  values_.reserve(ids.size() + wanted.size());
  index_.resize(static_cast<std::size_t>(ids.back()) + 1, Value::kNever);
  for (const NodeId id : ids) {
    index_[static_cast<std::size_t>(id)] = values_.size();
    values_.push_back({.id = id, .node = &graph.node(id)});
    if (values_.back().node->op) values_.back().step = steps++;
  }
  for (const NodeId id : wanted) {
    if (graph.node(id).op || copies_.contains(id)) continue;
    copies_.emplace(id, values_.size());
    values_.push_back({.id = id, .node = &graph.node(id), .copy = true, .step = steps++});
  }
}

void Plan::find_last_uses(const CompileOptions& options) {
  for (const Value& value : values_) {
    if (value.step == Value::kNever) continue;
    if (value.copy) value_of(value.id).last_use = value.step;
    if (value.copy) continue;
    if (value.node->op->may_throw()) checked_steps_ = value.step + 1;
    for (const NodeId input : value.node->inputs) value_of(input).last_use = value.step;
  }
  for (const Tensor& output : options.outputs) lasting(output.id()).last_use = Value::kNever;
  for (const Update& update : options.updates) lasting(update.value.id()).last_use = Value::kNever;
  for (const Tensor& tensor : options.finite)
    checked_steps_ = std::max(checked_steps_, lasting(tensor.id()).step + 1);
}

// An update is computed in the parameter's own memory when its op allows that, nobody reads the old numbers
// later, nothing can end the run any more, and it is no output, which others that write the
// parameter must not change.
void Plan::find_updates_in_place(const CompileOptions& options) {
  for (const Update& update : options.updates) {
    Value& value = lasting(update.value.id());
    const bool output = std::ranges::find(options.outputs, update.value) != options.outputs.end();
    if (value.copy || value.in_place_of || output || value.step < checked_steps_) continue;
    const auto& inputs = value.node->inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool last_reader =
          inputs[i] == update.parameter.id() && value_of(inputs[i]).last_use == value.step;
      if (last_reader && value.node->op->may_overwrite(i))
        value.in_place_of = value_of(inputs[i]).node->value.get();
    }
  }
}

void Plan::place() {
  Arena arena;
  for (Value& value : values_) {
    if (value.step == Value::kNever) continue;
    Value* overwritten = value.in_place_of ? nullptr : overwritable_input(value);
    if (overwritten) value.offset = overwritten->offset;
    if (!overwritten && !value.in_place_of) value.offset = arena.allocate(value.node->type.bytes());
    if (value.copy) continue;
    const std::vector<NodeId>& inputs = value.node->inputs;
    for (auto id = inputs.begin(); id != inputs.end(); ++id) {
      const Value& input = value_of(*id);
      const bool first_time = std::find(inputs.begin(), id, *id) == id;
      if (first_time && input.in_arena() && input.last_use == value.step && &input != overwritten)
        arena.release(input.offset, input.node->type.bytes());
    }
    if (value.last_use == 0 && !value.in_place_of) arena.release(value.offset, value.node->type.bytes());
  }
  arena_bytes_ = arena.size();
}

Value* Plan::overwritable_input(const Value& value) {
  if (value.copy) return nullptr;
  const auto& inputs = value.node->inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Value& input = value_of(inputs[i]);
    const bool dies_here = input.in_arena() && input.last_use == value.step;
    if (dies_here && input.node->type.bytes() == value.node->type.bytes() && value.node->op->may_overwrite(i))
      return &input;
  }
  return nullptr;
}

}  // namespace gradtable::detail
