#include "gradtable/core/graph.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <fmt/format.h>

namespace gradtable {
namespace {

std::size_t combine(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

std::size_t hash_of(const Attribute& attribute) {
  struct Hasher {
    std::size_t operator()(bool value) const { return value ? 1 : 0; }
    std::size_t operator()(std::int64_t value) const { return static_cast<std::size_t>(value); }
    std::size_t operator()(DType value) const { return static_cast<std::size_t>(value); }
    std::size_t operator()(double value) const { return std::bit_cast<std::uint64_t>(value); }
    std::size_t operator()(const std::vector<std::int64_t>& values) const {
      std::size_t hash = values.size();
      for (const std::int64_t value : values) hash = combine(hash, static_cast<std::size_t>(value));
      return hash;
    }
  };
  return std::visit(Hasher{}, attribute.value);
}

std::size_t hash_of(const Op& op, std::span<const Tensor> inputs) {
  std::size_t hash = typeid(op).hash_code();
  for (const Attribute& attribute : op.attributes()) hash = combine(hash, hash_of(attribute));
  for (const Tensor& input : inputs) hash = combine(hash, static_cast<std::size_t>(input.id()));
  return hash;
}

// The bits of a scalar, so that 0 and -0 stay apart and NaN equals itself.
std::uint64_t bits_of(const Array& scalar) {
  return std::bit_cast<std::uint64_t>(scalar.item());
}

std::size_t hash_of(const Array& scalar) {
  return combine(static_cast<std::size_t>(scalar.dtype()), bits_of(scalar));
}

void require_own(const Graph& graph, const Tensor& tensor, std::string_view where) {
  if (&tensor.graph() != &graph)
    throw GraphError(
        fmt::format("{}: expected a tensor of this graph, got {} of another graph", where, tensor.label()));
}

[[noreturn]] void refuse_call(const Op* op, const Location& at) {
  throw GraphError(fmt::format("{}: expected an op and its inputs, got {}  [{}]", op ? op->name() : "apply",
                               op ? "no inputs" : "no op", to_string(at)));
}

bool same_inputs(const Node& node, std::span<const Tensor> inputs) {
  return std::ranges::equal(node.inputs, inputs, {}, {}, &Tensor::id);
}

// What a derivative may name: neither a leaf of the user's nor a number that many formulas share.
bool is_of_gradient(const Node& node) {
  const bool computed = node.op || (node.kind == NodeKind::constant && !node.is_literal);
  return computed && node.phase == Phase::gradient;
}

// "a = b" and "b = c" are "a = b = c".
void join_names(std::string& names, std::string_view more) {
  if (names.empty() || names == more) {
    names = more;
    return;
  }
  constexpr std::string_view kEqual = " = ";
  constexpr int kMost = 8;
  std::vector<std::string_view> parts;
  std::string joined;
  int count = 0;
  for (std::string_view text : {std::string_view(names), more}) {
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find(kEqual));
      text.remove_prefix(std::min(text.size(), part.size() + kEqual.size()));
      if (std::ranges::find(parts, part) != parts.end() || ++count > kMost) continue;
      parts.push_back(part);
      joined.append(joined.empty() ? "" : kEqual).append(part);
    }
  }
  names = std::move(joined);
}

}  // namespace

Graph::Graph() = default;

Graph::Graph(Graph&& other) : Graph() {
  swap(other);
}

Graph& Graph::operator=(Graph&& other) {
  Graph taken(std::move(other));
  swap(taken);
  return *this;
}

void Graph::swap(Graph& other) noexcept {
  std::swap(nodes_, other.nodes_);
  std::swap(consumers_, other.consumers_);
  std::swap(leaves_by_name_, other.leaves_by_name_);
  std::swap(known_, other.known_);
  std::swap(known_of_derivatives_, other.known_of_derivatives_);
  std::swap(targets_, other.targets_);
  std::swap(derivatives_, other.derivatives_);
  std::swap(types_, other.types_);
  std::swap(phase_, other.phase_);
  std::swap(forward_node_, other.forward_node_);
  std::swap(place_, other.place_);
  life_.swap(other.life_);
}

Tensor Graph::input(const std::string& name, const Shape& shape, DType dtype, Location at) {
  return add_leaf(NodeKind::input, name, {dtype, shape}, nullptr, at);
}

Tensor Graph::parameter(const std::string& name, Array value, Location at) {
  const TensorType type = value.type();
  return add_leaf(NodeKind::parameter, name, type, std::make_shared<Array>(std::move(value)), at);
}

Tensor Graph::constant(Array value, Location at) {
  const bool scalar = value.shape().rank() == 0;
  return derivatives_ > 0 && scalar ? literal(std::move(value), at) : add_constant(std::move(value), at);
}

Tensor Graph::constant(double value, DType dtype, Location at) {
  return constant(full({}, value, dtype), at);
}

Tensor Graph::literal(double value, DType dtype, Location at) {
  return literal(full({}, value, dtype), at);
}

Tensor Graph::literal(Array scalar, Location at) {
  const std::size_t hash = hash_of(scalar);
  if (const NodeId found = find_equal(hash, scalar); found >= 0) return equal_node(found, phase_, at);
  const Tensor made = add_constant(std::move(scalar), at, true);
  known().insert(hash, made.id());
  return made;
}

Tensor Graph::add_constant(Array value, Location at, bool is_literal) {
  Node made;
  made.is_literal = is_literal;
  made.kind = NodeKind::constant;
  made.type = value.type();
  made.value = std::make_shared<Array>(std::move(value));
  made.location = at;
  return add(std::move(made));
}

Tensor Graph::apply(const std::shared_ptr<const Op>& op, std::span<const Tensor> inputs, Location at) {
  if (!op || inputs.empty()) refuse_call(op.get(), place(at));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].alive() && &inputs[i].graph() == this) continue;
    throw GraphError(fmt::format("{}: expected tensors of one graph, got {} as input {}  [{}]", op->name(),
                                 inputs[i].alive() ? "a tensor of another graph" : inputs[i].label(), i,
                                 to_string(place(at))));
  }
  const std::size_t hash = hash_of(*op, inputs);
  if (const NodeId found = find_equal(hash, *op, inputs); found >= 0) return equal_node(found, phase_, at);
  Node made;
  made.op = op;
  made.type = infer(*op, inputs, at);
  made.inputs.reserve(inputs.size());
  for (const Tensor& input : inputs) made.inputs.push_back(input.id());
  made.location = at;
  const Tensor result = add(std::move(made));
  known().insert(hash, result.id());
  return result;
}

bool Graph::is_target(NodeId id) const {
  return std::ranges::find(targets_, id) != targets_.end();
}

NodeId Graph::find_equal(std::size_t hash, const Op& op, std::span<const Tensor> inputs) {
  return known().find(hash, [&](NodeId id) {
    const Node& found = node(id);
    return found.op && same_inputs(found, inputs) && same_op(*found.op, op) && !is_target(id);
  });
}

NodeId Graph::find_equal(std::size_t hash, const Array& scalar) {
  return known().find(hash, [&](NodeId id) {
    const Node& found = node(id);
    return found.kind == NodeKind::constant && found.type == scalar.type() &&
           bits_of(*found.value) == bits_of(scalar) && !is_target(id);
  });
}

// A node that was made for a gradient or an update, and is part of the forward computation, too, is of that.
Tensor Graph::equal_node(NodeId id, Phase phase, Location at) {
  Node& found = nodes_[static_cast<std::size_t>(id)];
  if (phase == Phase::forward && found.phase != Phase::forward) {
    found.phase = Phase::forward;
    found.forward_node = -1;
    found.derivative_of = found.derivative_by = -1;
    found.location = at;
    if (found.is_name_made) found.name.clear();
    found.is_name_made = false;
  }
  return tensor(id);
}

Tensor Graph::copy(Node node, std::span<const Tensor> inputs) {
  const bool named = !node.name.empty() && !node.is_name_made;
  const bool number = node.kind == NodeKind::constant && node.type.shape.rank() == 0 && !named;
  const bool shared = node.op || number;
  std::size_t hash = 0;
  NodeId found = -1;
  if (node.op) {
    hash = hash_of(*node.op, inputs);
    found = find_equal(hash, *node.op, inputs);
  } else if (number) {
    hash = hash_of(*node.value);
    found = find_equal(hash, *node.value);
  }
  if (found >= 0) return equal_node(found, node.phase, node.location);
  for (std::size_t i = 0; i < inputs.size(); ++i) node.inputs[i] = inputs[i].id();
  const bool named_leaf = node.kind == NodeKind::input || node.kind == NodeKind::parameter;
  const Tensor result = append(std::move(node));
  if (shared) known().insert(hash, result.id());
  if (named_leaf) leaves_by_name_.emplace(result.node().name, result.id());
  return result;
}

TensorType Graph::infer(const Op& op, std::span<const Tensor> inputs, Location at) {
  types_.clear();
  for (const Tensor& input : inputs) types_.push_back(input.type());
  try {
    return op.infer(types_);
  } catch (const ShapeError& error) {
    throw ShapeError(fmt::format("{}: {}  [{}]", op.name(), error.what(), to_string(place(at))));
  }
}

Tensor Graph::find(const std::string& name) {
  const auto found = leaves_by_name_.find(name);
  if (found == leaves_by_name_.end())
    throw GraphError(fmt::format("find: expected the name of an input or parameter, got '{}'", name));
  return tensor(found->second);
}

const Array& Graph::value(const Tensor& leaf) const {
  require_own(*this, leaf, "value");
  const Node& found = leaf.node();
  if (!found.value)
    throw GraphError(fmt::format(
        "value: expected a parameter or a constant, got {}, which has one only in a program", leaf.label()));
  return *found.value;
}

void Graph::set_value(const Tensor& parameter, const ConstView& value) {
  require_own(*this, parameter, "set_value");
  const Node& found = parameter.node();
  if (found.kind != NodeKind::parameter)
    throw GraphError(fmt::format("set_value: expected a parameter, got {}", parameter.label()));
  if (found.type != value.type)
    throw ShapeError(fmt::format("set_value: expected {} for {}, got {}", to_string(found.type),
                                 parameter.label(), to_string(value.type)));
  // Into the memory that compiled programs know.
  require_address(value);
  if (found.type.bytes() > 0) std::memmove(found.value->view().data, value.data, found.type.bytes());
}

void Graph::set_name(NodeId id, const std::string& name) {
  Node& named = nodes_[static_cast<std::size_t>(id)];
  if (name.empty() || (!named.name.empty() && !named.is_name_made)) return;
  named.name = name;
  named.is_name_made = false;
}

void Graph::set_made_name(NodeId id, const std::string& name) {
  Node& named = nodes_[static_cast<std::size_t>(id)];
  if (!is_of_gradient(named) || (!named.name.empty() && !named.is_name_made)) return;
  join_names(named.name, name);
  named.is_name_made = true;
}

void Graph::set_derivative(NodeId id, NodeId z, NodeId v) {
  Node& derivative = nodes_[static_cast<std::size_t>(id)];
  if (!is_of_gradient(derivative)) return;
  if (derivative.derivative_by >= 0 && (node(v).name.empty() || !node(derivative.derivative_by).name.empty()))
    return;
  derivative.derivative_of = z;
  derivative.derivative_by = v;
}

std::string Graph::free_name(const std::string& wish) const {
  std::string name = wish;
  for (int i = 2; leaves_by_name_.contains(name); ++i) name = fmt::format("{} {}", wish, i);
  return name;
}

Tensor Graph::add(Node node) {
  node.phase = phase_;
  node.forward_node = forward_node_;
  node.location = place(node.location);
  return append(std::move(node));
}

Tensor Graph::append(Node node) {
  const auto id = static_cast<NodeId>(nodes_.size());
  for (const NodeId input : node.inputs) {
    std::vector<NodeId>& consumers = consumers_[static_cast<std::size_t>(input)];
    if (consumers.empty() || consumers.back() != id) consumers.push_back(id);
  }
  nodes_.push_back(std::move(node));
  consumers_.emplace_back();
  return {*this, id};
}

Tensor Graph::add_leaf(NodeKind kind, const std::string& name, const TensorType& type,
                       std::shared_ptr<Array> value, Location at) {
  const std::string_view what = kind == NodeKind::input ? "input" : "parameter";
  at = place(at);
  if (name.empty())
    throw GraphError(fmt::format("{}: expected a name, got an empty one  [{}]", what, to_string(at)));
  if (leaves_by_name_.contains(name))
    throw GraphError(
        fmt::format("{}: expected a name not used before, got '{}' again  [{}]", what, name, to_string(at)));
  Node node;
  node.kind = kind;
  node.type = type;
  node.value = std::move(value);
  node.name = name;
  node.location = at;
  const Tensor made = add(std::move(node));
  leaves_by_name_.emplace(name, made.id());
  return made;
}

Location Graph::place(Location at) const {
  return forward_node_ >= 0 ? node(forward_node_).location : place_.value_or(at);
}

Graph::Scope::Scope(Graph& graph, Phase phase, NodeId forward_node)
    : graph_(graph),
      previous_phase_(graph.phase_),
      previous_forward_node_(graph.forward_node_),
      previous_place_(graph.place_) {
  graph_.phase_ = phase;
  graph_.forward_node_ = forward_node;
}

Graph::Scope::Scope(Graph& graph, Location place) : Scope(graph, graph.phase_, graph.forward_node_) {
  graph_.place_ = graph.place(place);
}

Graph::Scope::~Scope() {
  graph_.phase_ = previous_phase_;
  graph_.forward_node_ = previous_forward_node_;
  graph_.place_ = previous_place_;
}

Graph::Derivative::Derivative(Graph& graph, std::span<const Tensor> targets)
    : graph_(graph), previous_targets_(graph.targets_.size()) {
  std::vector<NodeId> found;
  for (const Tensor& target : targets) {
    const NodeKind kind = target.node().kind;
    if (kind == NodeKind::result || kind == NodeKind::constant) found.push_back(target.id());
  }
  graph_.targets_.insert(graph_.targets_.end(), found.begin(), found.end());
  ++graph_.derivatives_;
}

Graph::Derivative::~Derivative() {
  --graph_.derivatives_;
  graph_.targets_.resize(previous_targets_);
}

Tensor apply(const std::shared_ptr<const Op>& op, std::initializer_list<Tensor> inputs, Location at) {
  if (!op || inputs.size() == 0) refuse_call(op.get(), at);
  const Tensor& first = *inputs.begin();
  if (!first.alive())
    throw GraphError(fmt::format("{}: expected tensors of one graph, got {} as input 0  [{}]", op->name(),
                                 first.label(), to_string(at)));
  return first.graph().apply(op, {inputs.begin(), inputs.size()}, at);
}

const Op* get_operation(const Tensor& v) {
  return v.node().op.get();
}

std::vector<Tensor> get_consumers(const Tensor& v, Graph& graph) {
  require_own(graph, v, "get_consumers");
  std::vector<Tensor> consumers;
  for (const NodeId id : graph.consumers(v.id())) consumers.push_back(graph.tensor(id));
  return consumers;
}

std::vector<Tensor> get_inputs(const Tensor& v, Graph& graph) {
  require_own(graph, v, "get_inputs");
  std::vector<Tensor> inputs;
  inputs.reserve(v.node().inputs.size());
  for (const NodeId id : v.node().inputs) inputs.push_back(graph.tensor(id));
  return inputs;
}

}  // namespace gradtable
