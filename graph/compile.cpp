// From a plan to a program: steps with views of the memory that was planned.
#include <algorithm>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "gradtable/core/blas.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/graph/arena.hpp"
#include "gradtable/graph/detail/plan.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {
namespace {

using detail::Value;

// y = x, for the copies of leaves.
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
  Compiler(Graph& graph, const CompileOptions& options)
      : graph_(graph), options_(options), plan_(graph, options) {}

  Program compile() {
    program_.arena_bytes_ = plan_.arena_bytes();
    program_.arena_.reset(
        ::operator new (std::max<std::size_t>(plan_.arena_bytes(), 1), std::align_val_t{Arena::kAlignment}));
    make_steps();
    make_outputs();
    return std::move(program_);
  }

 private:
  void* address(const Value& value) const {
    if (value.in_place_of) return value.in_place_of->view().data;
    if (value.in_arena()) return static_cast<std::byte*>(program_.arena_.get()) + value.offset;
    return value.node->value ? value.node->value->view().data : nullptr;  // an input's comes with each run
  }

  void make_steps() {
    std::vector<TensorType> types;
    std::vector<std::size_t> input_of(plan_.values().size(), Value::kNever);  // among program_.inputs_
    for (const Value& value : plan_.values()) {
      const Node& node = *value.node;
      if (value.step == Value::kNever) {
        add_leaf(value, input_of);
        continue;
      }
      const std::shared_ptr<const Op>& op = value.copy ? copied_ : node.op;
      const NodeId own[] = {value.id};
      const std::span<const NodeId> inputs = value.copy ? std::span<const NodeId>(own) : node.inputs;
      const std::size_t first = program_.views_.size();
      types.clear();
      for (const NodeId id : inputs) {
        const Value& input = plan_.value_of(id);
        const std::size_t leaf = input_of[plan_.place_of(id)];
        if (leaf != Value::kNever) program_.inputs_[leaf].uses.push_back(program_.views_.size());
        program_.views_.emplace_back(input.node->type, address(input));
        types.push_back(input.node->type);
      }
      program_.steps_.push_back({.op = op.get(),
                                 .first_input = first,
                                 .input_count = inputs.size(),
                                 .output = {node.type, address(value)},
                                 .parts = {0, op->parts(types, node.type)},
                                 .must_be_finite = false});
      program_.origins_.push_back(origin(value));
      program_.ops_.push_back(op);
    }
    for (const Tensor& tensor : options_.finite)
      program_.steps_[plan_.lasting(tensor.id()).step].must_be_finite = true;
    program_.graph_serial_ = graph_.serial();
    program_.graph_life_ = graph_.life();
    program_.threads_ = options_.threads;
  }

  void add_leaf(const Value& value, std::vector<std::size_t>& input_of) {
    if (value.node->kind == NodeKind::input) {
      input_of[plan_.place_of(value.id)] = program_.inputs_.size();
      program_.inputs_.push_back({value.id, value.node->type, origin(value), {}});
      return;
    }
    program_.leaves_.emplace_back(value.node->value->view(), origin(value));
    program_.arrays_.push_back(value.node->value);
  }

  // "hidden (relu)", or "%16 (matmul of images, W1)" where there is no name.
  Program::Origin origin(const Value& value) const {
    const Node& node = *value.node;
    std::string label = graph_.tensor(value.id).label();
    if (!node.op) return {std::move(label), node.location};
    label.append(" (").append(node.op->name());
    const char* separator = " of ";
    for (const NodeId input : node.inputs) {
      if (!node.name.empty()) break;
      label.append(separator).append(graph_.tensor(input).label());
      separator = ", ";
    }
    return {label += ')', node.location};
  }

  void make_outputs() {
    for (const Tensor& output : options_.outputs)
      program_.outputs_.push_back({output.id(), {output.type(), address(plan_.lasting(output.id()))}});
    for (const Update& update : options_.updates) {
      const Value& value = plan_.lasting(update.value.id());
      const std::shared_ptr<Array>& parameter = update.parameter.node().value;
      if (value.in_place_of == parameter.get()) {
        program_.in_place_.push_back(parameter->view());
        continue;
      }
      program_.copies_.push_back({{update.value.type(), address(value)}, parameter->view()});
      program_.arrays_.push_back(parameter);
    }
  }

  Graph& graph_;
  const CompileOptions& options_;
  const detail::Plan plan_;
  Program program_;
  const std::shared_ptr<const Op> copied_ = std::make_shared<const Copied>();
};

Program compile(Graph& graph, const CompileOptions& options) {
  check(graph, options);
  tune_blas();
  return Compiler(graph, options).compile();
}

}  // namespace gradtable
