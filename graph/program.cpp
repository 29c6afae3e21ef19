#include "gradtable/graph/program.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <new>

#include <fmt/format.h>

#include "gradtable/core/blas.hpp"

namespace gradtable {
namespace {

bool all_finite(const ConstView& view) {
  if (!is_floating(view.dtype())) return true;
  return dispatch_floating(view.dtype(), [&]<class T>() {
    return std::ranges::all_of(view.as<T>(), [](T v) { return std::isfinite(v); });
  });
}

// The first element that is not finite, as text: "nan", "-inf".
std::string first_not_finite(const ConstView& view) {
  return dispatch_floating(view.dtype(), [&]<class T>() {
    const auto values = view.as<T>();
    return fmt::format("{}", *std::ranges::find_if(values, [](T v) { return !std::isfinite(v); }));
  });
}

}  // namespace

void Program::FreeArena::operator()(void* memory) const {
  ::operator delete (memory, std::align_val_t{64});
}

void Program::run(std::span<const Feed> feeds) {
  if (!arena_) throw GraphError("run: expected a compiled program, got one that was moved away");
  bind(feeds);
  has_run_ = false;  // until it has, the outputs are of no run
  set_blas_threads(threads_);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    execute(steps_[i]);
    if (steps_[i].must_be_finite && !all_finite(steps_[i].output)) report_not_finite(i);
  }
  for (const Copy& copy : copies_) std::memcpy(copy.to.data, copy.from.data, copy.to.type.bytes());
  has_run_ = true;
}

ConstView Program::value(const Tensor& output) const {
  const auto same = [&](const Output& o) { return !output.empty() && o.id == output.id(); };
  const auto found = std::ranges::find_if(outputs_, same);
  if (found == outputs_.end() || output.graph_serial() != graph_serial_)
    throw GraphError(
        fmt::format("value: expected one of the program's {} outputs, got another tensor", outputs_.size()));
  if (!has_run_) throw GraphError("value: expected a program that has run, got one that has not");
  return found->view;
}

// Points the program's inputs at the numbers that are fed.
void Program::bind(std::span<const Feed> feeds) {
  for (std::size_t i = 0; i < feeds.size(); ++i) {
    const Input& input = input_of(feeds[i]);
    const auto same = [&](const Feed& other) { return other.input == feeds[i].input; };
    if (std::any_of(feeds.begin(), feeds.begin() + static_cast<std::ptrdiff_t>(i), same))
      throw GraphError(
          fmt::format("run: expected each input once, got two feeds for {}", input.origin.label));
    require_usable(feeds[i].value, input);
    for (const std::size_t use : input.uses) views_[use].data = feeds[i].value.data;
  }
  if (feeds.size() == inputs_.size()) return;
  for (const Input& input : inputs_) {
    if (std::ranges::none_of(feeds, [&](const Feed& feed) { return feed.input.id() == input.id; }))
      throw GraphError(fmt::format("run: expected a feed for the input {} of {}, got none  [{}]",
                                   input.origin.label, to_string(input.type),
                                   to_string(input.origin.location)));
  }
}

const Program::Input& Program::input_of(const Feed& feed) const {
  const Tensor& tensor = feed.input;
  if (tensor.empty())
    throw GraphError("run: expected feeds for inputs of the program, got one for an empty tensor");
  const bool ours = tensor.graph_serial() == graph_serial_;
  const auto input =
      std::ranges::find_if(inputs_, [&](const Input& in) { return ours && in.id == tensor.id(); });
  if (input != inputs_.end()) return *input;
  std::string name = "a tensor of another graph";
  if (ours) name = graph_life_.expired() ? fmt::format("node {}", tensor.id()) : tensor.label();
  throw GraphError(fmt::format("run: expected feeds for inputs of the program, got one for {}", name));
}

// A feed is read where it lies, which must not be where the run writes.
void Program::require_usable(const ConstView& value, const Input& input) const {
  if (value.type != input.type)
    throw ShapeError(fmt::format("run: expected {} for the input {}, got {}", to_string(input.type),
                                 input.origin.label, to_string(value.type)));
  require_address(value);
  const auto overlaps = [&](const void* data, std::size_t bytes) {
    const std::less<> before;
    return before(value.data, static_cast<const std::byte*>(data) + bytes) &&
           before(data, static_cast<const std::byte*>(value.data) + value.type.bytes());
  };
  const bool parameter =
      std::ranges::any_of(in_place_, [&](const View& v) { return overlaps(v.data, v.type.bytes()); });
  if (parameter || overlaps(arena_.get(), arena_bytes_))
    throw GraphError(fmt::format(
        "run: expected the feed for {} in memory that the run does not write, got {}; feed a copy",
        input.origin.label, parameter ? "an updated parameter" : "an output of the program"));
}

std::span<const ConstView> Program::inputs_of(const Step& step) const {
  return std::span(views_).subspan(step.first_input, step.input_count);
}

void Program::execute(const Step& step) const {
  step.op->forward(inputs_of(step), step.output, step.parts);
}

// Looks for the first node that is not finite by computing everything up to step `last` once more: memory
// that is shared was overwritten since, but what is read from outside is still the same.
void Program::report_not_finite(std::size_t last) const {
  const auto require_finite = [](const ConstView& view, const Origin& origin) {
    if (all_finite(view)) return;
    throw NumericError(fmt::format("run: expected finite numbers, got {} first in {}  [{}]",
                                   first_not_finite(view), origin.label, to_string(origin.location)));
  };
  for (const auto& [view, origin] : leaves_) require_finite(view, origin);
  for (const Input& input : inputs_) require_finite(views_[input.uses.front()], input.origin);
  for (std::size_t i = 0; i <= last; ++i) {
    execute(steps_[i]);
    require_finite(steps_[i].output, origins_[i]);
  }
  throw NumericError("run: expected finite numbers, got others in one of two runs of the same steps");
}

Array evaluate(const Tensor& tensor, std::initializer_list<Feed> feeds) {
  Program program = compile(tensor.graph(), {.outputs = {tensor}});
  program.run(feeds);
  return Array(program.value(tensor));
}

}  // namespace gradtable
