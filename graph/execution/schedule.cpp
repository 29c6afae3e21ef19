#include "gradtable/graph/execution/schedule.hpp"

#include <algorithm>
#include <utility>

#include "gradtable/graph/execution/arena.hpp"
#include "gradtable/graph/execution/cost.hpp"

namespace gradtable::detail {
namespace {

// Whether a node's result may lie in the memory of an input: at every place where the node reads it, as C in
// C + C C.
bool may_overwrite(const Node& node, std::size_t input) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == node.inputs[input] && !node.op->may_overwrite(i)) return false;
  }
  return true;
}

}  // namespace

Schedule::Schedule(const Computation& computation, int threads, int slices)
    : threads_(threads), slices_(slices) {
  list_values(computation);
  divide_steps();
  find_last_uses(computation);
  find_updates_in_place(computation);
  if (threads_ > 1) {
    find_levels();
    sort_by_level();
    find_last_uses(computation);
  }
  place();
}

const Value& Schedule::lasting(NodeId id) const {
  const auto copy = copies_.find(id);
  return copy == copies_.end() ? value_of(id) : values_[copy->second];
}

void Schedule::list_values(const Computation& computation) {
  const Graph& graph = *computation.graph;
  const std::vector<NodeId> ids = needed_nodes(computation);
  index_ = NodeMap<std::size_t>(graph.size(), Value::kNever);
  values_.reserve(ids.size());
  for (const NodeId id : ids) {
    index_[id] = values_.size();
    values_.push_back({.id = id, .node = &graph.node(id)});
  }
  const auto keep = [&](const Tensor& tensor) {
    if (tensor.node().op || copies_.contains(tensor.id())) return;
    copies_.emplace(tensor.id(), values_.size());
    values_.push_back({.id = tensor.id(), .node = &tensor.node(), .copy = true});
  };
  std::ranges::for_each(computation.outputs, keep);
  std::ranges::for_each(computation.finite, keep);
  for (const Update& update : computation.updates) keep(update.value);
}

std::vector<TensorType> Schedule::input_types(const Value& value) const {
  std::vector<TensorType> types;
  types.reserve(value.node->inputs.size());
  for (const NodeId input : value.node->inputs) types.push_back(value_of(input).node->type);
  return types;
}

void Schedule::divide_steps() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Value& value = values_[i];
    if (!value.node->op && !value.copy) continue;
    value.step = steps_.size();
    Step step{.value = i, .division = {}};
    if (!value.copy) {
      const std::vector<TensorType> types = input_types(value);
      step.division = divide(*value.node->op, types, value.node->type, slices_);
      step.seconds = seconds_of(*value.node->op, types, value.node->type);
    }
    steps_.push_back(step);
  }
}

void Schedule::find_last_uses(const Computation& computation) {
  checked_steps_ = 0;
  for (Value& value : values_) value.readers = 0;
  for (const Step& step : steps_) {
    Value& value = values_[step.value];
    value.last_use = value.step;
    if (value.copy) {
      value_of(value.id).last_use = value.step;
      ++value_of(value.id).readers;
      continue;
    }
    if (value.node->op->may_throw()) checked_steps_ = value.step + 1;
    for (const NodeId input : value.node->inputs) {
      value_of(input).last_use = value.step;
      ++value_of(input).readers;
    }
  }
  for (const Tensor& output : computation.outputs) lasting(output.id()).last_use = Value::kNever;
  for (const Update& update : computation.updates) lasting(update.value.id()).last_use = Value::kNever;
  for (const Tensor& tensor : computation.finite)
    checked_steps_ = std::max(checked_steps_, lasting(tensor.id()).step + 1);
}

// Whether the value may be computed in the parameter's own memory: its op allows that, nobody reads the old
// numbers later, and nothing can end the run any more.
bool Schedule::may_replace(const Value& value, NodeId parameter) const {
  if (value.copy || value.step < checked_steps_) return false;
  const auto& inputs = value.node->inputs;
  const auto place = std::ranges::find(inputs, parameter);
  return place != inputs.end() && value_of(parameter).last_use == value.step &&
         may_overwrite(*value.node, static_cast<std::size_t>(place - inputs.begin()));
}

// The input that nobody but the value reads and that may be computed in the parameter's memory, where the
// value may then take its place: of the C to which a gemm adds a product.
Value* Schedule::first_over(const Value& value, NodeId parameter) {
  if (value.copy) return nullptr;
  const auto& inputs = value.node->inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Value& input = value_of(inputs[i]);
    const bool ours = input.in_arena() && input.readers == 1 && input.last_use == value.step;
    if (ours && input.node->type == value.node->type && may_overwrite(*value.node, i) &&
        may_replace(input, parameter))
      return &input;
  }
  return nullptr;
}

// An update is computed in place where that is possible and it is no output, which others that write the
// parameter must not change.
void Schedule::find_updates_in_place(const Computation& computation) {
  std::vector<bool> is_output(values_.size());
  for (const Tensor& output : computation.outputs) is_output[place_of(output.id())] = true;
  for (const Update& update : computation.updates) {
    const NodeId parameter = update.parameter.id();
    Value& value = lasting(update.value.id());
    if (value.in_place_of || is_output[place_of(update.value.id())]) continue;
    Value* const first = first_over(value, parameter);
    if (!first && !may_replace(value, parameter)) continue;
    value.in_place_of = update.parameter.node().value.get();
    if (first) first->in_place_of = value.in_place_of;
  }
}

// Whether a thread that computes its slice of the step reads what others have in their slices of the input.
bool Schedule::reads_across(const Step& reader, std::size_t input) const {
  const Value& value = values_[reader.value];
  const Value& read = value.copy ? value_of(value.id) : value_of(value.node->inputs[input]);
  const Division written = read.step == Value::kNever ? reader.division : steps_[read.step].division;
  if (reader.division.whole() && written.whole()) return false;
  if (value.copy) return true;
  return !same_fractions(reader.division, written) ||
         !value.node->op->reads_own_slice(input, input_types(value), value.node->type);
}

// Each step comes as early as what it needs allows. What would end the run comes before what changes
// parameters.
void Schedule::find_levels() {
  readers_.resize(values_.size());
  std::size_t checked_level = 0;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    const Value& value = values_[step.value];
    step.level = level_after_inputs(step);
    if (value.in_place_of) {
      step.level = std::max(step.level, level_after_readers(step));
      if (checked_steps_ > 0) step.level = std::max(step.level, checked_level + 1);
    }
    if (i < checked_steps_) checked_level = std::max(checked_level, step.level);
    if (value.copy) continue;
    for (const NodeId input : value.node->inputs) readers_[place_of(input)].push_back(i);
  }
}

std::size_t Schedule::level_after_inputs(const Step& step) const {
  const Value& value = values_[step.value];
  std::size_t level = 0;
  const std::size_t inputs = value.copy ? 1 : value.node->inputs.size();
  for (std::size_t i = 0; i < inputs; ++i) {
    const Value& input = value_of(value.copy ? value.id : value.node->inputs[i]);
    if (input.step == Value::kNever) continue;
    level = std::max(level, steps_[input.step].level + (reads_across(step, i) ? 1 : 0));
  }
  return level;
}

// The old numbers of a parameter go when nobody reads them any more: a thread knows that of itself only.
std::size_t Schedule::level_after_readers(const Step& step) const {
  const Value& value = values_[step.value];
  std::size_t level = 0;
  for (const NodeId id : value.node->inputs) {
    if (value_of(id).node->value.get() != value.in_place_of) continue;
    for (const std::size_t reader : readers_[place_of(id)]) {
      const std::vector<NodeId>& inputs = values_[steps_[reader].value].node->inputs;
      bool own = same_fractions(steps_[reader].division, step.division);
      for (std::size_t i = 0; i < inputs.size() && own; ++i)
        own = inputs[i] != id || !reads_across(steps_[reader], i);
      level = std::max(level, steps_[reader].level + (own ? 0 : 1));
    }
  }
  return level;
}

void Schedule::sort_by_level() {
  std::ranges::stable_sort(steps_, {}, &Step::level);
  std::vector<std::size_t> place_of_step(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    place_of_step[values_[steps_[i].value].step] = i;
    values_[steps_[i].value].step = i;
  }
  for (std::vector<std::size_t>& readers : readers_) {
    for (std::size_t& reader : readers) reader = place_of_step[reader];
  }
}

// Memory that is free is used again where no thread can still be at its last use: for a team, on a later
// level.
void Schedule::place() {
  Arena arena;
  std::vector<const Value*> waiting;
  std::size_t level = 0;
  for (const Step& step : steps_) {
    if (threads_ == 1 || step.level > level) {
      for (const Value* value : waiting) arena.release(value->offset, value->node->type.bytes());
      waiting.clear();
      level = step.level;
    }
    Value& value = values_[step.value];
    Value* overwritten = value.in_place_of ? nullptr : overwritable_input(step);
    if (overwritten) value.offset = overwritten->offset;
    if (!overwritten && !value.in_place_of) value.offset = arena.allocate(value.node->type.bytes());
    if (value.last_use == value.step && !value.in_place_of) waiting.push_back(&value);
    if (value.copy) continue;
    const std::vector<NodeId>& inputs = value.node->inputs;
    for (auto id = inputs.begin(); id != inputs.end(); ++id) {
      const Value& input = value_of(*id);
      const bool first_time = std::find(inputs.begin(), id, *id) == id;
      if (first_time && input.in_arena() && input.last_use == value.step && &input != overwritten)
        waiting.push_back(&input);
    }
  }
  arena_bytes_ = arena.size();
}

// An input of the same element type and size that nobody reads after this step, or beside it.
Value* Schedule::overwritable_input(const Step& step) {
  const Value& value = values_[step.value];
  if (value.copy) return nullptr;
  const auto& inputs = value.node->inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Value& input = value_of(inputs[i]);
    const bool dies_here = input.in_arena() && input.last_use == value.step;
    const TensorType &from = input.node->type, &to = value.node->type;
    if (!dies_here || from.dtype != to.dtype || from.bytes() != to.bytes()) continue;
    if (!may_overwrite(*value.node, i)) continue;
    if (threads_ > 1 && others_read_across(input, step)) continue;
    return &input;
  }
  return nullptr;
}

// Whether, on the level of this step, a thread may read of the value what another one computes in the step.
bool Schedule::others_read_across(const Value& value, const Step& step) const {
  for (const std::size_t i : readers_[place_of(value.id)]) {
    const Step& reader = steps_[i];
    if (reader.level < step.level) continue;
    const std::vector<NodeId>& inputs = values_[reader.value].node->inputs;
    if (!same_fractions(reader.division, step.division)) return true;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
      if (inputs[input] == value.id && reads_across(reader, input)) return true;
    }
  }
  return false;
}

double Schedule::seconds() const {
  double sum = 0;
  for (const Step& step : steps_) sum += step.division.whole() ? step.seconds : step.seconds / threads_;
  if (threads_ > 1) sum += kSecondsPerStart + kSecondsPerBarrier * static_cast<double>(levels() - 1);
  return sum;
}

}  // namespace gradtable::detail
