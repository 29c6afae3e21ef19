// From a graph to a program: schedule, places in memory, views.
#include <algorithm>
#include <cstring>
#include <new>
#include <unordered_map>

#include <fmt/format.h>

#include "gradtable/core/blas.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/arena.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {
namespace {

constexpr std::size_t kNever = static_cast<std::size_t>(-1);

// y = x: takes the value of a leaf that is an output or an update, since the leaf itself may change or go.
class Copied final : public Op {
 public:
  std::string_view name() const override { return "copy"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    if (output.type.bytes() > 0) std::memcpy(output.data, inputs[0].data, output.type.bytes());
  }
};

void check(const Graph& graph, const CompileOptions& options) {
  const auto require_ours = [&](const Tensor& tensor, const char* what) {
    if (tensor.empty() || &tensor.graph() != &graph)
      throw GraphError(fmt::format("compile: expected {} of the graph, got {}", what,
                                   tensor.empty() ? "an empty tensor" : "a tensor of another graph"));
  };
  if (options.outputs.empty() && options.updates.empty())
    throw GraphError("compile: expected at least one output or update, got none");
  if (options.threads < 1)
    throw GraphError(fmt::format("compile: expected at least 1 thread, got {}", options.threads));
  for (const Tensor& output : options.outputs) require_ours(output, "outputs");
  for (const Tensor& tensor : options.finite) require_ours(tensor, "tensors to check");
  for (std::size_t i = 0; i < options.updates.size(); ++i) {
    const auto& [parameter, value] = options.updates[i];
    require_ours(parameter, "parameters");
    require_ours(value, "updates");
    if (parameter.node().kind != NodeKind::parameter)
      throw GraphError(fmt::format("compile: expected a parameter to update, got {}", parameter.label()));
    if (parameter.type() != value.type())
      throw ShapeError(fmt::format("compile: expected {} to update {}, got {}", to_string(parameter.type()),
                                   parameter.label(), to_string(value.type())));
    for (std::size_t j = 0; j < i; ++j) {
      if (options.updates[j].parameter == parameter)
        throw GraphError(
            fmt::format("compile: expected one update of each parameter, got two of {}", parameter.label()));
    }
  }
}

}  // namespace

class Compiler {
 public:
  Compiler(Graph& graph, const CompileOptions& options) : graph_(graph), options_(options) {}

  Program compile() {
    check(graph_, options_);
    tune_blas();
    schedule();
    find_last_uses();
    find_updates_in_place();
    place();
    make_steps();
    make_outputs();
    return std::move(program_);
  }

 private:
  // What is known of a node of the schedule, or of a copy of a leaf, which stands behind the nodes.
  struct Value {
    NodeId id;
    const Node* node;
    bool copy = false;
    std::size_t step = kNever;     // that computes it
    std::size_t last_use = 0;      // the last step that reads it; kNever: needed after the run
    Array* in_place_of = nullptr;  // the parameter in whose memory it is computed
    std::size_t offset = 0;        // in the arena
    void* data = nullptr;
  };

  Value& value_of(NodeId id) { return values_[index_[static_cast<std::size_t>(id)]]; }
  // The value that lasts beyond the run: of a leaf, its copy.
  Value& lasting(NodeId id) {
    const auto copy = copies_.find(id);
    return copy == copies_.end() ? value_of(id) : values_[copy->second];
  }

  // Nodes in the order of creation, leaves included, then the copies of leaves.
  void schedule() {
    std::vector<NodeId> wanted;
    for (const Tensor& output : options_.outputs) wanted.push_back(output.id());
    for (const Tensor& tensor : options_.finite) wanted.push_back(tensor.id());
    for (const Update& update : options_.updates) wanted.push_back(update.value.id());
    const std::vector<NodeId> ids = ancestors(graph_, wanted);
    values_.reserve(ids.size() + wanted.size());
    index_.resize(static_cast<std::size_t>(ids.back()) + 1, kNever);
    for (const NodeId id : ids) {
      index_[static_cast<std::size_t>(id)] = values_.size();
      values_.push_back({.id = id, .node = &graph_.node(id)});
      if (values_.back().node->op) values_.back().step = steps_++;
    }
    for (const NodeId id : wanted) {
      if (graph_.node(id).op || copies_.contains(id)) continue;
      copies_.emplace(id, values_.size());
      values_.push_back({.id = id, .node = &graph_.node(id), .copy = true, .step = steps_++});
    }
  }

  void find_last_uses() {
    for (const Value& value : values_) {
      if (value.step == kNever) continue;
      if (value.copy) value_of(value.id).last_use = value.step;
      if (value.copy) continue;
      for (const NodeId input : value.node->inputs) value_of(input).last_use = value.step;
    }
    for (const Tensor& output : options_.outputs) lasting(output.id()).last_use = kNever;
    for (const Update& update : options_.updates) lasting(update.value.id()).last_use = kNever;
    for (const Tensor& tensor : options_.finite)
      checked_steps_ = std::max(checked_steps_, lasting(tensor.id()).step + 1);
  }

  // An update is computed in the parameter's own memory when its op allows that, nobody reads the old numbers
  // later, every check of the run has been passed by then, and it is no output, which others that write the
  // parameter must not change.
  void find_updates_in_place() {
    for (const Update& update : options_.updates) {
      Value& value = lasting(update.value.id());
      const bool output = std::ranges::find(options_.outputs, update.value) != options_.outputs.end();
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

  void place() {
    Arena arena;
    for (Value& value : values_) {
      if (value.step == kNever) continue;
      Value* overwritten = value.in_place_of ? nullptr : overwritable_input(value);
      if (overwritten) value.offset = overwritten->offset;
      if (!overwritten && !value.in_place_of) value.offset = arena.allocate(value.node->type.bytes());
      if (value.copy) continue;
      const std::vector<NodeId>& inputs = value.node->inputs;
      for (auto id = inputs.begin(); id != inputs.end(); ++id) {
        const Value& input = value_of(*id);
        const bool first_time = std::find(inputs.begin(), id, *id) == id;
        if (first_time && in_arena(input) && input.last_use == value.step && &input != overwritten)
          arena.release(input.offset, input.node->type.bytes());
      }
      if (value.last_use == 0 && !value.in_place_of) arena.release(value.offset, value.node->type.bytes());
    }
    program_.arena_bytes_ = arena.size();
    program_.arena_.reset(
        ::operator new (std::max<std::size_t>(arena.size(), 1), std::align_val_t{Arena::kAlignment}));
    for (Value& value : values_) value.data = address(value);
  }

  static bool in_arena(const Value& value) { return value.step != kNever && !value.in_place_of; }

  Value* overwritable_input(const Value& value) {
    if (value.copy) return nullptr;
    const auto& inputs = value.node->inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Value& input = value_of(inputs[i]);
      const bool dies_here = in_arena(input) && input.last_use == value.step;
      if (dies_here && input.node->type.bytes() == value.node->type.bytes() &&
          value.node->op->may_overwrite(i))
        return &input;
    }
    return nullptr;
  }

  void* address(const Value& value) const {
    if (value.in_place_of) return value.in_place_of->view().data;
    if (value.step != kNever) return static_cast<std::byte*>(program_.arena_.get()) + value.offset;
    return value.node->value ? value.node->value->view().data : nullptr;  // an input's comes with each run
  }

  void make_steps() {
    std::vector<TensorType> types;
    std::vector<std::size_t> input_of(values_.size(), kNever);  // among program_.inputs_
    for (const Value& value : values_) {
      const Node& node = *value.node;
      if (value.step == kNever) {
        add_leaf(value, input_of);
        continue;
      }
      const std::shared_ptr<const Op>& op = value.copy ? copied_ : node.op;
      const NodeId own[] = {value.id};
      const std::span<const NodeId> inputs = value.copy ? std::span<const NodeId>(own) : node.inputs;
      const std::size_t first = program_.views_.size();
      types.clear();
      for (const NodeId id : inputs) {
        const Value& input = value_of(id);
        const std::size_t leaf = input_of[index_[static_cast<std::size_t>(id)]];
        if (leaf != kNever) program_.inputs_[leaf].uses.push_back(program_.views_.size());
        program_.views_.emplace_back(input.node->type, input.data);
        types.push_back(input.node->type);
      }
      program_.steps_.push_back({.op = op.get(),
                                 .first_input = first,
                                 .input_count = inputs.size(),
                                 .output = {node.type, value.data},
                                 .parts = {0, op->parts(types, node.type)},
                                 .must_be_finite = false});
      program_.origins_.push_back(origin(value));
      program_.ops_.push_back(op);
    }
    for (const Tensor& tensor : options_.finite)
      program_.steps_[lasting(tensor.id()).step].must_be_finite = true;
    program_.graph_ = &graph_;
    program_.threads_ = options_.threads;
  }

  void add_leaf(const Value& value, std::vector<std::size_t>& input_of) {
    if (value.node->kind == NodeKind::input) {
      input_of[index_[static_cast<std::size_t>(value.id)]] = program_.inputs_.size();
      program_.inputs_.push_back({value.id, value.node->type, origin(value), {}});
      return;
    }
    program_.leaves_.emplace_back(value.node->value->view(), origin(value));
    program_.arrays_.push_back(value.node->value);
  }

  Program::Origin origin(const Value& value) const {
    std::string label = graph_.tensor(value.id).label();
    if (value.node->op) label += fmt::format(" ({})", value.node->op->name());
    return {std::move(label), value.node->location};
  }

  void make_outputs() {
    for (const Tensor& output : options_.outputs)
      program_.outputs_.push_back({output.id(), {output.type(), lasting(output.id()).data}});
    for (const Update& update : options_.updates) {
      const Value& value = lasting(update.value.id());
      const std::shared_ptr<Array>& parameter = update.parameter.node().value;
      if (value.in_place_of == parameter.get()) continue;
      program_.copies_.push_back({{update.value.type(), value.data}, parameter->view()});
      program_.arrays_.push_back(parameter);
    }
  }

  Graph& graph_;
  const CompileOptions& options_;
  Program program_;
  const std::shared_ptr<const Op> copied_ = std::make_shared<const Copied>();
  std::vector<Value> values_;
  std::vector<std::size_t> index_;                  // of a node among values_
  std::unordered_map<NodeId, std::size_t> copies_;  // of a leaf among values_
  std::size_t steps_ = 0;
  std::size_t checked_steps_ = 0;  // up to the last check
};

Program compile(Graph& graph, const CompileOptions& options) {
  return Compiler(graph, options).compile();
}

}  // namespace gradtable
