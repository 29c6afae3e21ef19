#include "gradtable/graph/execution/assembly.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

namespace gradtable::detail {

static_assert(Value::kNever == PlannedStep::kAfterTheRun);

namespace {

// y = x, for the copies of leaves.
class Copied final : public Op {
 public:
  std::string_view name() const override { return "copy"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    if (output.type.bytes() > 0) std::memcpy(output.data, inputs[0].data, output.type.bytes());
  }
};

}  // namespace

void Assembly::assemble(Graph& graph, const CompileOptions& options) {
  make_inputs(graph);
  make_steps();
  make_checks();
  make_calls();
  make_outputs(options);
  make_updates();
  made_.arena_bytes = schedule_.arena_bytes();
}

// Needed are also those that rewrites made needless: which feeds a run takes follows from the user's graph
// alone.
void Assembly::make_inputs(Graph& graph) {
  std::unordered_map<std::string_view, std::size_t> by_name;
  const auto add = [&](NodeId id, bool needed) {
    const Node& node = graph.node(id);
    if (node.kind != NodeKind::input || !by_name.emplace(node.name, made_.inputs.size()).second) return;
    made_.inputs.push_back({graph.tensor(id), node.type, node.name, node.location, needed});
  };
  for (const NodeId id : needed_nodes(made_.source)) add(made_.source.original(id), true);
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id) add(id, false);
  for (const Value& value : schedule_.values())
    if (!value.copy && value.node->kind == NodeKind::input)
      inputs_.emplace(value.id, by_name.at(value.node->name));
}

Place Assembly::place_of(const Value& value) const {
  if (value.in_place_of) return {Place::Where::address, value.in_place_of->view().data};
  if (value.in_arena()) return {Place::Where::arena, nullptr, value.offset};
  if (value.node->value) return {Place::Where::address, value.node->value->view().data};
  return {Place::Where::feed, nullptr, inputs_.at(value.id)};
}

void Assembly::make_steps() {
  const auto copied = std::make_shared<const Copied>();
  for (const Step& step : schedule_.steps()) {
    const Value& value = schedule_.values()[step.value];
    const NodeId own[] = {value.id};
    const std::span<const NodeId> inputs = value.copy ? std::span<const NodeId>(own) : value.node->inputs;
    made_.steps.push_back({.op = value.copy ? copied : value.node->op,
                           .first_input = made_.operands.size(),
                           .input_count = inputs.size(),
                           .output = {value.node->type, place_of(value)},
                           .parts = step.division.parts,
                           .slices = step.division.slices,
                           .node = value.id,
                           .last_use = value.last_use,
                           .level = step.level});
    for (const NodeId id : inputs) {
      const Value& input = schedule_.value_of(id);
      made_.operands.push_back({input.node->type, place_of(input)});
    }
  }
}

void Assembly::make_checks() {
  for (const Tensor& tensor : made_.rewritten.finite)
    made_.steps[schedule_.lasting(tensor.id()).step].must_be_finite = true;
}

void Assembly::make_calls() {
  made_.threads.resize(static_cast<std::size_t>(threads_));
  std::size_t level = 0;
  for (std::size_t i = 0; i < schedule_.steps().size(); ++i) {
    const Step& step = schedule_.steps()[i];
    for (; level < step.level; ++level) {
      for (ThreadCalls& thread : made_.threads) thread.ends.push_back(thread.calls.size());
    }
    add_calls(i, step);
  }
  for (ThreadCalls& thread : made_.threads) thread.ends.push_back(thread.calls.size());
}

// A thread's slices lie next to each other: one call, unless the bits depend on where it begins and ends.
void Assembly::add_calls(std::size_t i, const Step& step) {
  const Division& division = step.division;
  if (division.whole()) {
    made_.threads.front().calls.push_back({i, {0, division.parts}});
    return;
  }
  const bool merge = made_.steps[i].op->same_bits_in_every_range();
  for (int thread = 0; thread < threads_; ++thread) {
    const int begin = division.slices * thread / threads_, end = division.slices * (thread + 1) / threads_;
    std::vector<Call>& calls = made_.threads[static_cast<std::size_t>(thread)].calls;
    for (int slice = begin; slice < end; slice += merge ? end - begin : 1) {
      const Parts parts{division.cut(slice), division.cut(merge ? end : slice + 1)};
      if (parts.begin < parts.end) calls.push_back({i, parts});
    }
  }
}

void Assembly::make_outputs(const CompileOptions& options) {
  for (std::size_t i = 0; i < options.outputs.size(); ++i) {
    const Tensor& output = made_.rewritten.outputs[i];
    made_.outputs.push_back({options.outputs[i], {output.type(), place_of(schedule_.lasting(output.id()))}});
  }
}

void Assembly::make_updates() {
  for (const Update& update : made_.rewritten.updates) {
    const Value& value = schedule_.lasting(update.value.id());
    Array& parameter = *update.parameter.node().value;
    if (value.in_place_of == &parameter)
      made_.in_place.push_back(parameter.view());
    else
      made_.copies.push_back({{update.value.type(), place_of(value)}, parameter.view()});
  }
}

}  // namespace gradtable::detail
