#include "gradtable/graph/function.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <mutex>

#include <fmt/format.h>

namespace gradtable {

// A program and what to feed it.
struct Function::Made {
  std::vector<Tensor> inputs;
  Program program;
};

struct Function::State {
  // Inputs of one set of types. Nothing is made before it is built, nor kept when it had to make room.
  struct Shapes {
    std::vector<TensorType> types;
    std::vector<Tensor> inputs;
    CompileOptions asked;
    std::shared_ptr<const Made> made;
  };

  State(Graph& of, Build callable, std::size_t most, Location where)
      : graph(of), build(std::move(callable)), most_programs(most), at(where) {}

  std::shared_ptr<const Made> made(std::span<const TensorType> types);

  const detail::GraphHandle graph;
  const Build build;
  const std::size_t most_programs;
  const Location at;
  std::mutex mutex;         // of the list; held for no longer than a look
  std::list<Shapes> known;  // that used last is in front; only who builds adds to it

 private:
  Graph& living() const;
  std::list<Shapes>::iterator place_of(std::span<const TensorType> types);
  std::shared_ptr<const Made> find(std::span<const TensorType> types);
  Shapes& shapes_of(Graph& in, std::span<const TensorType> types);
  void keep(Shapes& shapes, std::shared_ptr<const Made> made);
};

Graph& Function::State::living() const {
  Graph* const found = graph.find();
  if (!found)
    throw GraphError(fmt::format(
        "function: expected a living graph for new shapes, got one that is gone  [{}]", to_string(at)));
  return *found;
}

std::list<Function::State::Shapes>::iterator Function::State::place_of(std::span<const TensorType> types) {
  return std::ranges::find_if(known,
                              [&](const Shapes& shapes) { return std::ranges::equal(shapes.types, types); });
}

std::shared_ptr<const Function::Made> Function::State::find(std::span<const TensorType> types) {
  const std::lock_guard lock(mutex);
  const auto found = place_of(types);
  if (found == known.end() || !found->made) return nullptr;
  known.splice(known.begin(), known, found);
  return found->made;
}

std::shared_ptr<const Function::Made> Function::State::made(std::span<const TensorType> types) {
  if (auto found = find(types)) return found;
  const detail::BuildingLock building(living());
  if (auto found = find(types)) return found;  // made by another thread meanwhile
  Graph& in = living();
  Shapes& shapes = shapes_of(in, types);
  if (shapes.asked.outputs.empty()) shapes.asked = build(shapes.inputs);
  auto made = std::make_shared<const Made>(Made{shapes.inputs, compile(in, shapes.asked)});
  keep(shapes, made);
  return made;
}

// Inputs stay where the callable throws, and serve the next call with such arrays.
Function::State::Shapes& Function::State::shapes_of(Graph& in, std::span<const TensorType> types) {
  {
    const std::lock_guard lock(mutex);
    if (const auto found = place_of(types); found != known.end()) return *found;
  }
  Shapes shapes{{types.begin(), types.end()}, {}, {}, nullptr};
  for (const TensorType& type : types)
    shapes.inputs.push_back(in.input(in.free_name("input"), type.shape, type.dtype, at));
  const std::lock_guard lock(mutex);
  return known.emplace_front(std::move(shapes));
}

void Function::State::keep(Shapes& shapes, std::shared_ptr<const Made> made) {
  const std::lock_guard lock(mutex);
  shapes.made = std::move(made);
  known.splice(known.begin(), known, place_of(shapes.types));
  std::size_t kept = 0;
  for (Shapes& each : known)
    if (each.made && ++kept > most_programs) each.made = nullptr;
}

Function::Function(Graph& graph, Build build, std::size_t most_programs, Location at) {
  if (!build)
    throw GraphError(fmt::format("function: expected a callable, got an empty one  [{}]", to_string(at)));
  if (most_programs == 0)
    throw GraphError(
        fmt::format("function: expected at least 1 program to keep, got 0  [{}]", to_string(at)));
  state_ = std::make_shared<State>(graph, std::move(build), most_programs, at);
}

Function::State& Function::state() const {
  if (!state_) throw GraphError("function: expected a function of a graph, got an empty one");
  return *state_;
}

CompileOptions Function::asked(std::vector<Tensor> outputs, const FunctionOptions& options) {
  return {.outputs = std::move(outputs), .threads = options.threads, .deterministic = options.deterministic};
}

const Tensor& Function::only(std::span<const Tensor> inputs) {
  if (inputs.size() != 1)
    throw GraphError(fmt::format("function: expected one input, got {}", inputs.size()));
  return inputs.front();
}

std::vector<Array> Function::operator()(std::span<const ConstView> inputs) const {
  std::vector<TensorType> types;
  types.reserve(inputs.size());
  for (const ConstView& input : inputs) types.push_back(input.type);
  const std::shared_ptr<const Made> made = state().made(types);
  std::vector<Feed> feeds;
  feeds.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) feeds.push_back({made->inputs[i], inputs[i]});
  return made->program.infer(feeds);
}

Array Function::operator()(const ConstView& input) const {
  std::vector<Array> outputs = (*this)(std::span(&input, 1));
  if (outputs.size() != 1)
    throw GraphError(fmt::format(
        "function: expected one output, got {}; call it with a list of inputs: f({{x}})", outputs.size()));
  return std::move(outputs.front());
}

ProgramPlan Function::plan(std::span<const TensorType> inputs) const {
  return state().made(inputs)->program.plan();
}

std::size_t Function::programs() const {
  State& of = state();
  const std::lock_guard lock(of.mutex);
  return static_cast<std::size_t>(
      std::ranges::count_if(of.known, [](const auto& each) { return each.made != nullptr; }));
}

std::size_t Function::bytes() const {
  State& of = state();
  const std::lock_guard lock(of.mutex);
  std::size_t bytes = 0;
  for (const State::Shapes& each : of.known)
    if (each.made) bytes += each.made->program.plan().peak_bytes;
  return bytes;
}

}  // namespace gradtable
