#include "gradtable/graph/detail/narrator.hpp"

#include "gradtable/graph/ancestors.hpp"

namespace gradtable::detail {
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
  // Before the table begins nothing is inserted, but for the 1 that it begins with.
  if (event.line != GradientLine::start && event.line != GradientLine::left_out) {
    event.first_node = next_node_;
    event.end_node = next_node_ = static_cast<NodeId>(graph_.size());
  }
  observer_(event);
}

void Narrator::start(std::span<const NodeId> ys) {
  tell([&] {
    GradientEvent event{.line = GradientLine::start};
    for (const NodeId y : ys) event.tensors.push_back(graph_.tensor(y));
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
      return GradientEvent{.line = GradientLine::left_out,
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

void Narrator::consumer(const Use& use, const Tensor& d) {
  tell([&] {
    return GradientEvent{
        .line = GradientLine::consumer, .variable = use.v, .consumer = use.c, .input = use.input};
  });
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
  if (part == result && static_cast<NodeId>(graph_.size()) == next_node_) return;
  tell([&] {
    return GradientEvent{.line = part.shape() == result.shape() ? GradientLine::chosen : GradientLine::sum_to,
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

}  // namespace gradtable::detail
