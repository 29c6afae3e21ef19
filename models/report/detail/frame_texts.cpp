#include "gradtable/models/report/detail/frame_texts.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable::report::detail {
namespace {

using detail::called;
using detail::formula;
using enum GradientLine;

// "⁽²⁾"
std::string numbered(std::size_t term) {
  return fmt::format("⁽{}⁾", superscript(term));
}

std::string shape_of(const Tensor& tensor) {
  return to_string(tensor.shape());
}

std::string op_of(const Tensor& tensor) {
  return printable(tensor.node().op->name());
}

bool has_flag(const Op& op, std::string_view name) {
  return std::ranges::any_of(op.attributes(), [&](const Attribute& attribute) {
    const bool* flag = std::get_if<bool>(&attribute.value);
    return attribute.name == name && flag && *flag;
  });
}

std::string transposed(const std::string& name) {
  const bool is_word = name.find_first_of(" /") == std::string::npos;
  return is_word ? name + "ᵀ" : fmt::format("({})ᵀ", name);
}

std::string transposed_shape(const Shape& shape) {
  std::vector<std::int64_t> extents(shape.extents().begin(), shape.extents().end());
  if (extents.size() > 1) std::swap(extents[extents.size() - 2], extents.back());
  return to_string(Shape(extents));
}

bool is_product(const Node& node) {
  return node.op && node.op->name() == "matmul";
}

// Whether a product takes this factor transposed.
bool is_transposed(const Node& product, std::size_t factor) {
  return factor < 2 && has_flag(*product.op, factor == 0 ? "transpose_a" : "transpose_b");
}

using Names = std::function<std::string(const Graph& graph, NodeId id)>;

// Of a gradient of several variables, "∂J/∂v = ∂J/∂y", the first of its names.
std::string first_name(const Graph& graph, NodeId id) {
  const std::string name = called(graph, id);
  return graph.node(id).is_name_made ? name.substr(0, name.find(" = ")) : name;
}

std::string factor(const Graph& graph, const Node& product, std::size_t i, const Names& name_of) {
  const std::string name = name_of(graph, product.inputs[i]);
  return is_transposed(product, i) ? transposed(name) : name;
}

// "(2,4)·(4,2) → (2,2)", "(4,2), (4,2) → (4,2)"
std::string shapes(const Tensor& tensor) {
  const Graph& graph = tensor.graph();
  const Node& node = tensor.node();
  std::string text;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape& shape = graph.node(node.inputs[i]).type.shape;
    const bool turned = is_product(node) && is_transposed(node, i);
    text += i == 0 ? "" : is_product(node) ? "·" : ", ";
    text += turned ? transposed_shape(shape) : to_string(shape);
  }
  return fmt::format("{} → {}", text, shape_of(tensor));
}

// An attribute that changes nothing, as stride (1,1), is not worth a word.
bool says_something(const Attribute& attribute) {
  if (std::holds_alternative<bool>(attribute.value)) return false;
  if (attribute.name == "groups" && attribute.value == decltype(attribute.value)(std::int64_t{1}))
    return false;
  const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute.value);
  if (!list) return true;
  if (attribute.name != "stride" && attribute.name != "dilation" && attribute.name != "padding")
    return !list->empty();
  const std::int64_t neutral = attribute.name == "padding" ? 0 : 1;
  return std::ranges::any_of(*list, [&](std::int64_t extent) { return extent != neutral; });
}

std::string formula_with(const Graph& graph, NodeId id, const Names& name_of) {
  const Node& node = graph.node(id);
  if (!node.op) return name_of(graph, id);
  if (is_product(node))
    return fmt::format("{} · {}", factor(graph, node, 0, name_of), factor(graph, node, 1, name_of));
  static constexpr std::array<std::array<std::string_view, 2>, 4> kSigns = {
      {{"add", "+"}, {"sub", "−"}, {"mul", "⊙"}, {"div", "/"}}};
  for (const auto& [name, sign] : kSigns)
    if (node.op->name() == name && node.inputs.size() == 2)
      return fmt::format("{} {} {}", name_of(graph, node.inputs[0]), sign, name_of(graph, node.inputs[1]));
  std::string inputs;
  for (const NodeId input : node.inputs) inputs += (inputs.empty() ? "" : ", ") + name_of(graph, input);
  for (const Attribute& attribute : node.op->attributes())
    if (says_something(attribute)) inputs += fmt::format("; {} {}", attribute.name, to_string(attribute));
  return fmt::format("{}({})", printable(node.op->name()), inputs);
}

std::string ordinal(std::size_t index) {
  static constexpr std::array<std::string_view, 3> kWords = {"first", "second", "third"};
  return index < kWords.size() ? std::string(kWords[index]) : fmt::format("{}th", index + 1);
}

// Tells the events of one call, and counts the terms of each sum. Inside a stable form the sums of several
// variables are made in one go.
class Teller {
 public:
  explicit Teller(std::span<const GradientEvent> events) {
    if (!events.empty() && events.back().line == end) targets_ = list(events.back().tensors);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events[i].line != entry) continue;
      const NodeId id = events[i].variable.id();
      entries_.insert(id);
      if (i > 0 && events[i - 1].line == variable && events[i - 1].variable.id() == id) known_.insert(id);
    }
  }

  std::string text(const GradientEvent& event) {
    if (event.line == variable) terms_.clear();
    if (!event.variable.empty()) variable_ = event.variable.id();
    if (event.line == variable || event.line == seed) visit(event.variable);
    if (event.line == consumer || event.line == op || event.line == bprop) visit(event.consumer);
    if (event.line == entry) visit(event.variable);
    if (event.line == bprop) ++terms_[event.variable.id()];
    if (event.line == entry) variable_of_.emplace(event.result.id(), event.variable.id());
    return sentence(event) + inserted(event);
  }

 private:
  void visit(const Tensor& v) { visited_[detail::called(v.graph(), v.id())] = ++turns_; }

  // A gradient that serves several variables, "∂J/∂v = ∂J/∂y", is that of the last one named so far;
  // "∂J/∂%11" while the walk has met none of them.
  std::string name_of(const Graph& graph, NodeId id) const {
    const Node& node = graph.node(id);
    const std::string names = detail::called(graph, id);
    constexpr std::string_view kBetween = " = ", kBy = "/∂";
    if (!node.is_name_made || names.find(kBy) == std::string::npos) return names;
    std::string last;
    int last_turn = 0;
    for (std::size_t at = 0; at < names.size();) {
      const std::size_t end = std::min(names.find(kBetween, at), names.size());
      const std::string name = names.substr(at, end - at);
      const std::size_t by = name.find(kBy);
      const auto turn =
          by == std::string::npos ? visited_.end() : visited_.find(name.substr(by + kBy.size()));
      if (turn != visited_.end() && turn->second > last_turn) {
        last = name;
        last_turn = turn->second;
      }
      at = end + kBetween.size();
    }
    if (!last.empty()) return last;
    const auto entered = variable_of_.find(id);
    const NodeId of = entered == variable_of_.end() ? variable_ : entered->second;
    return names.substr(0, names.find(kBy) + kBy.size()) + detail::called(graph, of);
  }

  std::string called(const Tensor& tensor) const { return name_of(tensor.graph(), tensor.id()); }
  std::string formula(const Tensor& tensor) const {
    return formula_with(tensor.graph(), tensor.id(),
                        [this](const Graph& graph, NodeId id) { return name_of(graph, id); });
  }
  std::string named_with_shape(const Tensor& tensor) const {
    return fmt::format("{} {}", called(tensor), shape_of(tensor));
  }

  // Of a part: how it is made, unless the bprop gave what was there.
  std::string made(const Tensor& part, const Tensor& d) const {
    if (part == d) return fmt::format("D itself, {}, passes on unchanged", named_with_shape(part));
    if (!part.node().op) return named_with_shape(part);
    return fmt::format("{} = {}, {}", called(part), formula(part), shapes(part));
  }

  // Of more than ten the first and the last: "W1, …, W90".
  std::string list(const std::vector<Tensor>& tensors) const {
    if (tensors.size() > 10) return fmt::format("{}, …, {}", called(tensors.front()), called(tensors.back()));
    std::string text;
    for (const Tensor& tensor : tensors) text += (text.empty() ? "" : ", ") + called(tensor);
    return text;
  }

  // "G⁽²⁾", for the second term of V.
  std::string term(const GradientEvent& event) const {
    return fmt::format("G{}", numbered(terms_.at(event.variable.id())));
  }

  std::string sentence(const GradientEvent& event) const {
    switch (event.line) {
      case start:
        return fmt::format("Asked for: the gradient of z = {} with respect to 𝕋 = {{{}}}.",
                           list(event.tensors), targets_);
      case left_out:
        return fmt::format("{} is not in 𝒢′: {}.", called(event.variable), event.reason);
      case form:
        return fmt::format("{} is differentiated in its stable form {}.", called(event.variable),
                           formula(event.result));
      case seed:
        return fmt::format("grad_table[{}] ← {}.", called(event.variable), called(event.result));
      case variable:
        if (!entries_.contains(event.variable.id()))
          return fmt::format(
              "build_grad({0}): {0} gets no entry, as z depends on it inside stable forms only.",
              called(event.variable));
        if (known_.contains(event.variable.id()))
          return fmt::format("build_grad({0}): {0} is in grad_table already, so there is nothing to make.",
                             called(event.variable));
        return fmt::format("build_grad({0}): now the gradient of {0}{1} {2} is made.", called(event.variable),
                           event.variable.node().op ? " = " + formula(event.variable) : "",
                           shape_of(event.variable));
      case consumer:
        return fmt::format("C = {}, as {} = {}: V = {} is its {} input.", called(event.consumer),
                           called(event.consumer), formula(event.consumer), called(event.variable),
                           ordinal(event.input));
      case op:
        return fmt::format("op ← {}. D ← grad_table[{}] = {}, known already.", op_of(event.consumer),
                           called(event.consumer), named_with_shape(event.gradient));
      case bprop:
        return fmt::format("{} ← {}.bprop: {}.", term(event), op_of(event.consumer),
                           made(event.result, event.gradient));
      case sum_to:
        return fmt::format("Broadcasting repeated {0}, so {1} is summed over the repetitions: {2} → {3}.",
                           called(event.variable), term(event), shape_of(event.gradient),
                           shape_of(event.result));
      case chosen:
        return fmt::format("{} is 0 where the op took another operand: {} = {}.", term(event),
                           called(event.result), formula(event.result));
      case add:
        return event.gradient == event.result
                   ? fmt::format("G ← {}: the first term, {}.", term(event), called(event.gradient))
                   : fmt::format("G ← G + {}: {} = {}, {}.", term(event), called(event.result),
                                 formula(event.result), shapes(event.result));
      case entry:
        if (known_.contains(event.variable.id()))
          return fmt::format("Return grad_table[{}] = {}.", called(event.variable),
                             named_with_shape(event.result));
        return fmt::format("grad_table[{}] = {}: a gradient has the shape of its variable.",
                           called(event.variable), named_with_shape(event.result));
      case end:
        return fmt::format("Return grad_table restricted to 𝕋 = {{{}}}.", targets_);
    }
    return {};
  }

  static std::string inserted(const GradientEvent& event) {
    const NodeId count = event.end_node - event.first_node;
    return count < 1 ? ""
                     : fmt::format(" {} {} inserted into 𝒢.", count, count == 1 ? "node is" : "nodes are");
  }

  std::string targets_;
  std::set<NodeId> entries_;            // the variables that get one
  std::set<NodeId> known_;              // the variables that have one before their turn
  std::map<std::string, int> visited_;  // by name of a variable its turn
  int turns_ = 0;
  std::map<NodeId, NodeId> variable_of_;  // of a gradient the first variable that it is entered for
  NodeId variable_ = -1;                  // whose turn it is
  std::map<NodeId, std::size_t> terms_;   // of each variable, since the last began
};

}  // namespace

std::string called(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (!node.name.empty()) return printable(node.name);
  const bool is_number = node.kind == NodeKind::constant && node.type.shape.size() == 1;
  return is_number ? fmt::format("{:.6g}", node.value->item()) : fmt::format("%{}", id);
}

std::string formula(const Graph& graph, NodeId id) {
  return formula_with(graph, id, first_name);
}

std::vector<std::string> frame_texts(std::span<const GradientEvent> events) {
  Teller teller(events);
  std::vector<std::string> texts;
  for (const GradientEvent& event : events) texts.push_back(teller.text(event));
  return texts;
}

}  // namespace gradtable::report::detail
