#include "gradtable/graph/plan.hpp"

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/execution/first_not_finite.hpp"

namespace gradtable {
namespace detail {

ProgramPlan Executable::plan() const {
  ProgramPlan plan;
  plan.peak_bytes = arena_bytes;
  plan.threads = static_cast<int>(threads.size());
  for (const ExecutableStep& step : steps) {
    std::vector<TensorType> types;
    for (const PlacedArray& input : inputs_of(step)) types.push_back(input.type);
    const bool is_copy = rewritten.graph->node(step.node).op == nullptr;
    plan.steps.push_back({.label = description(rewritten, step.node),
                          .type = step.output.type,
                          .flops = is_copy ? 0 : step.op->flops(types, step.output.type),
                          .last_use = step.last_use,
                          .in_parameter = step.output.place.where == Place::Where::address,
                          .offset = step.output.place.index,
                          .level = step.level,
                          .slices = step.slices});
    plan.flops += plan.steps.back().flops;
    plan.barriers = plan.threads > 1 ? step.level : 0;
  }
  return plan;
}

}  // namespace detail

std::string to_string(const ProgramPlan& plan) {
  std::string text = fmt::format("{} threads, {} barriers, {} bytes, {:.0f} operations\n", plan.threads,
                                 plan.barriers, plan.peak_bytes, plan.flops);
  text += fmt::format("{:>5} {:>5} {:>6} {:>12} {:>14} {:>8} {:>12}  {}\n", "step", "level", "slices",
                      "bytes", "operations", "last use", "place", "node");
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PlannedStep& step = plan.steps[i];
    text += fmt::format(
        "{:>5} {:>5} {:>6} {:>12} {:>14.0f} {:>8} {:>12}  {}\n", i, step.level, step.slices, step.bytes(),
        step.flops, step.last_use == PlannedStep::kAfterTheRun ? "kept" : fmt::format("{}", step.last_use),
        step.in_parameter ? "parameter" : fmt::format("{}", step.offset), printable(step.label));
  }
  return text;
}

}  // namespace gradtable
