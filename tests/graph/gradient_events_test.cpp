#include "gradtable/graph/gradient_events.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/ops.hpp"

namespace gradtable {
namespace {

using Lines = std::vector<std::string>;

// "bprop h of y by 0: G -> dh +2" is: V, its consumer, the input, what went in and came out, nodes inserted.
std::string described(const GradientEvent& event) {
  const auto name = [](const Tensor& tensor) { return tensor.label(); };
  std::string text(to_string(event.line));
  if (!event.variable.empty()) text += " " + name(event.variable);
  if (!event.consumer.empty()) text += fmt::format(" of {} by {}", name(event.consumer), event.input);
  if (!event.gradient.empty()) text += ": " + name(event.gradient);
  if (!event.result.empty()) text += " -> " + name(event.result);
  if (event.end_node > event.first_node) text += fmt::format(" +{}", event.end_node - event.first_node);
  if (!event.reason.empty()) text += ": " + event.reason;
  for (const Tensor& tensor : event.tensors) text += " " + name(tensor);
  return text;
}

std::vector<GradientEvent> events_of(const Tensor& z, const std::vector<Tensor>& targets) {
  std::vector<GradientEvent> events;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { events.push_back(event); }});
  return events;
}

Lines lines_of(const Tensor& z, const std::vector<Tensor>& targets) {
  Lines lines;
  for (const GradientEvent& event : events_of(z, targets)) lines.push_back(described(event));
  return lines;
}

TEST(GradientEvents, TellEachLineOfTheAlgorithm) {
  Graph g;
  const Tensor x = g.parameter("x", full({}, 3)), w = g.parameter("w", full({}, 2));
  const Tensor h = named(mul(x, w), "h"), z = named(exp(h), "z");
  for (const std::string& line : lines_of(z, {w})) fmt::print("      \"{}\",\n", line);
}

}  // namespace
}  // namespace gradtable
