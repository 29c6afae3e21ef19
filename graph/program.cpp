#include "gradtable/graph/program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/pool.hpp"
#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/execution/workspace.hpp"

namespace gradtable {

using detail::Executable;

Program::Program(std::shared_ptr<const Executable> executable)
    : executable_(std::move(executable)),
      own_(std::make_unique<detail::OwnWorkspace>(executable_)),
      pool_(std::make_unique<detail::Pool<detail::Workspace>>()) {}

Program::Program() noexcept = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

const Executable& Program::executable() const {
  if (!executable_)
    throw GraphError("program: expected a compiled program, got an empty one: never compiled, or moved away");
  return *executable_;
}

void Program::run(std::span<const Feed> feeds) {
  executable();
  own_->run(feeds);
}

void Program::run(std::span<const Feed> feeds, RunTimes& times) {
  executable();
  detail::RecordedRuns& recorded = *times.recorded_;
  if (recorded.executable && recorded.executable != executable_)
    throw GraphError("run: expected the times of runs of this program, got those of another");
  detail::Timing timing(*executable_);
  own_->run(feeds, &timing);
  recorded.executable = executable_;
  recorded.runs.push_back(std::move(timing));
}

ProgramProfile Program::profile(std::span<const Feed> feeds, std::size_t runs) {
  executable();
  RunTimes times;
  if (runs > 0) run(feeds);
  for (std::size_t i = 0; i < runs; ++i) run(feeds, times);
  return times.profile();
}

ConstView Program::value(const Tensor& output) const {
  const Executable& e = executable();
  const auto found = std::ranges::find(e.outputs, output, &Executable::Output::tensor);
  if (found == e.outputs.end())
    throw GraphError(fmt::format(
        "value: expected one of the program's {} outputs, got another tensor{}", e.outputs.size(),
        output.alive() ? fmt::format(", {}  [{}]", output.label(), to_string(output.node().location)) : ""));
  return own_->view(found->operand);
}

std::vector<Array> Program::infer(std::span<const Feed> feeds) const {
  const Executable& e = executable();
  if (!e.in_place.empty() || !e.copies.empty())
    throw GraphError("infer: expected a program without updates, got one that updates parameters");
  const detail::Lease<detail::Workspace> workspace(
      *pool_, [&] { return std::make_unique<detail::Workspace>(executable_); });
  workspace->bind(feeds);
  workspace->run();
  std::vector<Array> values;
  values.reserve(e.outputs.size());
  for (const Executable::Output& output : e.outputs) values.emplace_back(workspace->view(output.operand));
  return values;
}

std::vector<Tensor> Program::inputs() const {
  std::vector<Tensor> needed;
  for (const Executable::Input& input : executable().inputs)
    if (input.needed) needed.push_back(input.tensor);
  std::ranges::sort(needed, {}, &Tensor::id);
  return needed;
}

ProgramPlan Program::plan() const {
  return executable().plan();
}

const std::vector<Rewrite>& Program::rewrites() const {
  return executable().rewrites;
}

Array evaluate(const Tensor& tensor, std::initializer_list<Feed> feeds) {
  const Program program = compile(tensor.graph(), {.outputs = {tensor}});
  return std::move(program.infer(feeds).front());
}

}  // namespace gradtable
