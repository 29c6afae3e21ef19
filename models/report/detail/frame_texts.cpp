#include "gradtable/models/report/detail/frame_texts.hpp"

#include <algorithm>
#include <array>
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

std::string called(const Tensor& tensor) {
  return detail::called(tensor.graph(), tensor.id());
}

std::string formula(const Tensor& tensor) {
  return detail::formula(tensor.graph(), tensor.id());
}

std::string shape_of(const Tensor& tensor) {
  return to_string(tensor.shape());
}

std::string named_with_shape(const Tensor& tensor) {
  return fmt::format("{} {}", called(tensor), shape_of(tensor));
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

// Of a gradient of several variables, "∂J/∂v = ∂J/∂y", the first of its names.
std::string in_formula(const Graph& graph, NodeId id) {
  const std::string name = called(graph, id);
  return graph.node(id).is_name_made ? name.substr(0, name.find(" = ")) : name;
}

std::string factor(const Graph& graph, const Node& product, std::size_t i) {
  const std::string name = in_formula(graph, product.inputs[i]);
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

// Of a part: how it is made, unless the bprop gave what was there.
std::string made(const Tensor& part, const Tensor& d) {
  if (part == d) return fmt::format("D itself, {}, passes on unchanged", named_with_shape(part));
  if (!part.node().op) return named_with_shape(part);
  return fmt::format("{} = {}, {}", called(part), formula(part), shapes(part));
}

std::string ordinal(std::size_t index) {
  static constexpr std::array<std::string_view, 3> kWords = {"first", "second", "third"};
  return index < kWords.size() ? std::string(kWords[index]) : fmt::format("{}th", index + 1);
}

// Of more than ten the first and the last: "W1, …, W90".
std::string list(const std::vector<Tensor>& tensors) {
  if (tensors.size() > 10) return fmt::format("{}, …, {}", called(tensors.front()), called(tensors.back()));
  std::string text;
  for (const Tensor& tensor : tensors) text += (text.empty() ? "" : ", ") + called(tensor);
  return text;
}

// Tells the events of one call, and counts the terms of each sum. Inside a stable form the sums of several
// variables are made in one go.
class Teller {
 public:
  explicit Teller(std::span<const GradientEvent> events) {
    if (!events.empty() && events.back().line == end) targets_ = list(events.back().tensors);
    for (const GradientEvent& event : events)
      if (event.line == entry) entries_.insert(event.variable.id());
  }

  std::string text(const GradientEvent& event) {
    if (event.line == variable) terms_.clear();
    if (event.line == bprop) ++terms_[event.variable.id()];
    return sentence(event) + inserted(event);
  }

 private:
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
  std::set<NodeId> entries_;             // the variables that get one
  std::map<NodeId, std::size_t> terms_;  // of each variable, since the last began
};

}  // namespace

std::string called(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (!node.name.empty()) return printable(node.name);
  const bool is_number = node.kind == NodeKind::constant && node.type.shape.size() == 1;
  return is_number ? fmt::format("{:.6g}", node.value->item()) : fmt::format("%{}", id);
}

std::string formula(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (!node.op) return called(graph, id);
  if (is_product(node)) return fmt::format("{} · {}", factor(graph, node, 0), factor(graph, node, 1));
  static constexpr std::array<std::array<std::string_view, 2>, 4> kSigns = {
      {{"add", "+"}, {"sub", "−"}, {"mul", "⊙"}, {"div", "/"}}};
  for (const auto& [name, sign] : kSigns)
    if (node.op->name() == name && node.inputs.size() == 2)
      return fmt::format("{} {} {}", in_formula(graph, node.inputs[0]), sign,
                         in_formula(graph, node.inputs[1]));
  std::string inputs;
  for (const NodeId input : node.inputs) inputs += (inputs.empty() ? "" : ", ") + in_formula(graph, input);
  for (const Attribute& attribute : node.op->attributes()) {
    const std::string value = to_string(attribute);
    if (!std::holds_alternative<bool>(attribute.value) && value != "()")
      inputs += fmt::format("; {} {}", attribute.name, value);
  }
  return fmt::format("{}({})", printable(node.op->name()), inputs);
}

std::vector<std::string> frame_texts(std::span<const GradientEvent> events) {
  Teller teller(events);
  std::vector<std::string> texts;
  for (const GradientEvent& event : events) texts.push_back(teller.text(event));
  return texts;
}

}  // namespace gradtable::report::detail
