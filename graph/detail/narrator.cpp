#include "gradtable/graph/detail/narrator.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "gradtable/graph/ancestors.hpp"

namespace gradtable {
namespace {

using enum GradientLine;

constexpr std::array<std::string_view, 13> kNames = {"start",    "left_out", "form",  "seed",   "variable",
                                                     "consumer", "op",       "bprop", "sum_to", "chosen",
                                                     "add",      "entry",    "end"};

// Of the other lines none makes nodes.
bool inserts(GradientLine line) {
  static constexpr std::array kLines = {form, seed, bprop, sum_to, chosen, add, end};
  return std::ranges::find(kLines, line) != kLines.end();
}

}  // namespace

std::string_view to_string(GradientLine line) {
  return kNames.at(static_cast<std::size_t>(line));
}

namespace detail {
namespace {

NodeMap<bool> marked(std::size_t size, std::span<const NodeId> ids) {
  NodeMap<bool> marks(size);
  for (const NodeId id : ids) marks[id] = true;
  return marks;
}

}  // namespace

template <class Make>
void Narrator::tell(const Make& make) {
  if (!observer_) return;
  GradientEvent event = make();
  if (inserts(event.line)) {
    event.first_node = next_node_;
    event.end_node = next_node_ = static_cast<NodeId>(graph_.size());
  }
  observer_(event);
}

void Narrator::start(const GradTable& known) {
  tell([&] {
    GradientEvent event{.line = GradientLine::start};
    for (const auto& [y, gradient] : known) event.tensors.push_back(y);
    return event;
  });
}

void Narrator::prune(std::span<const NodeId> ys, const NodeMap<bool>& kept) {
  if (!observer_) return;
  const NodeMap<bool> above = marked(kept.size(), ancestors(graph_, ys));
  const NodeMap<bool> reached = marked(kept.size(), differentiable_ancestors(graph_, ys));
  for (NodeId id = 0; kept.covers(id); ++id) {
    if (kept[id]) continue;
    tell([&] {
      return GradientEvent{.line = left_out,
                           .variable = graph_.tensor(id),
                           .reason = !above[id]     ? "no ancestor of z"
                                     : !reached[id] ? "z depends on it only by inputs that pass no gradient"
                                                    : "no descendant of a target"};
    });
  }
}

void Narrator::form(const Tensor& c, const Tensor& stable) {
  tell([&] { return GradientEvent{.line = GradientLine::form, .variable = c, .result = stable}; });
}

void Narrator::seed(const Tensor& y, const Tensor& gradient) {
  tell([&] { return GradientEvent{.line = GradientLine::seed, .variable = y, .result = gradient}; });
}

void Narrator::variable(const Tensor& v) {
  tell([&] { return GradientEvent{.line = GradientLine::variable, .variable = v}; });
}

void Narrator::consumer(const Use& use) {
  tell([&] {
    return GradientEvent{
        .line = GradientLine::consumer, .variable = use.v, .consumer = use.c, .input = use.input};
  });
}

void Narrator::op(const Use& use, const Tensor& d) {
  tell([&] {
    return GradientEvent{
        .line = GradientLine::op, .variable = use.v, .consumer = use.c, .input = use.input, .gradient = d};
  });
}

void Narrator::bprop(const Use& use, const Tensor& d, const Tensor& part) {
  tell([&] {
    return GradientEvent{.line = GradientLine::bprop,
                         .variable = use.v,
                         .consumer = use.c,
                         .input = use.input,
                         .gradient = d,
                         .result = part};
  });
}

void Narrator::fitted(const Use& use, const Tensor& part, const Tensor& result) {
  if (part == result) return;
  tell([&] {
    return GradientEvent{.line = part.shape() == result.shape() ? chosen : sum_to,
                         .variable = use.v,
                         .consumer = use.c,
                         .input = use.input,
                         .gradient = part,
                         .result = result};
  });
}

void Narrator::add(const Tensor& v, const Tensor& term, const Tensor& sum) {
  tell([&] {
    return GradientEvent{.line = GradientLine::add, .variable = v, .gradient = term, .result = sum};
  });
}

void Narrator::entry(const Tensor& v, const Tensor& gradient) {
  tell([&] { return GradientEvent{.line = GradientLine::entry, .variable = v, .result = gradient}; });
}

void Narrator::end(const std::vector<Tensor>& targets) {
  tell([&] { return GradientEvent{.line = GradientLine::end, .tensors = targets}; });
}

}  // namespace detail
}  // namespace gradtable
