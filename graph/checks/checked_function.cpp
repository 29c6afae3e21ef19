#include "gradtable/graph/checks/checked_function.hpp"

#include <cmath>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "gradtable/graph/checks/op_promises.hpp"
#include "gradtable/graph/derivatives.hpp"

namespace gradtable::detail {
namespace {

// Numbers that lie so many elements past a cache line.
class Shifted {
 public:
  Shifted(const ConstView& numbers, std::int64_t by)
      : memory_(numbers.dtype(), {numbers.shape().size() + by}), type_(numbers.type) {
    first_ = static_cast<std::byte*>(memory_.view().data) +
             static_cast<std::size_t>(by) * size_of(numbers.dtype());
    if (type_.bytes() > 0) std::memcpy(first_, numbers.data, type_.bytes());
  }
  ConstView view() const { return {type_, first_}; }

 private:
  Array memory_;
  TensorType type_;
  std::byte* first_;
};

}  // namespace

void require_options(std::string_view where, const CheckGradOptions& options) {
  constexpr int kMostOrder = 16;  // the graph grows by a factor with each
  const int order = options.order;
  if (order < 1) throw ConfigError(fmt::format("{}: expected an order from 1 on, got {}", where, order));
  if (order > kMostOrder)
    throw ConfigError(fmt::format("{}: expected an order of at most {}, got {}", where, kMostOrder, order));
  if (!(options.step > 0) || !std::isfinite(options.step))
    throw ConfigError(fmt::format("{}: expected a step above 0, got {}", where, options.step));
  for (const double bound : {options.absolute, options.relative, options.second_order, options.third_order}) {
    if (!(bound >= 0) || !std::isfinite(bound))
      throw ConfigError(fmt::format("{}: expected bounds of 0 or more, got {}", where, bound));
  }
}

void require_numbers(std::string_view where, const std::vector<Array>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (is_floating(inputs[i].dtype()) && inputs[i].dtype() != DType::float64)
      throw ShapeError(fmt::format("{}: expected inputs of float64 or integers, got {} as input {}", where,
                                   to_string(inputs[i].type()), i));
  }
}

Tensor result_of(std::string_view where, const Function& f, const Graph& graph,
                 const std::vector<Tensor>& arguments) {
  const Tensor y = f(arguments);
  if (y.empty()) throw GraphError(fmt::format("{}: expected f to give a tensor, got an empty one", where));
  if (&y.graph() != &graph)
    throw GraphError(
        fmt::format("{}: expected f to give a tensor in the graph of its inputs, got {} of "
                    "another graph",
                    where, y.label()));
  return y;
}

CheckedFunction::CheckedFunction(const Function& f, const std::vector<Array>& inputs,
                                 const Options& options) {
  std::vector<Tensor> arguments, targets;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool differentiable = is_floating(inputs[i].dtype());
    const bool constant = !options.constant.empty() && options.constant[i];
    numbers_.push_back(differentiable ? cast(inputs[i], options.dtype) : inputs[i]);
    const TensorType& type = numbers_[i].type();
    inputs_.push_back(constant ? Tensor() : graph_.input(fmt::format("input {}", i), type.shape, type.dtype));
    arguments.push_back(constant ? graph_.constant(numbers_[i]) : inputs_[i]);
    if (constant) continue;
    if (!differentiable) continue;
    targets.push_back(inputs_[i]);
    differentiated_.push_back(i);
  }
  y_ = result_of("check_op", f, graph_, arguments);
  const bool real = is_floating(y_.dtype());
  if (options.dtype == DType::float64 && real && y_.dtype() != DType::float64 && !targets.empty())
    throw ShapeError(
        fmt::format("check_op: expected f to give float64 or integers, got {}", to_string(y_.type())));
  if (!options.gradients || !real) differentiated_.clear();

  u_ = graph_.input("cotangent", y_.shape(), y_.dtype());
  CompileOptions compile_options = options.compile;
  compile_options.outputs = {y_};
  if (!differentiated_.empty()) {
    for (const Tensor& gradient : vjp({y_}, targets, {u_}, Unreached::zeros))
      compile_options.outputs.push_back(gradient);
  }
  program_.push_back(compile(graph_, compile_options));
}

Array CheckedFunction::some_cotangent(double phase) const {
  Array made(DType::float64, type().shape);
  for (double& number : made.as<double>()) number = 0.5 + std::sin(phase += 1.7);
  return cast(made, type().dtype);
}

std::vector<Array> CheckedFunction::run(const ConstView& u, std::int64_t shift) const {
  std::vector<Shifted> memory;
  std::vector<Feed> feeds;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].empty()) continue;
    feeds.push_back({inputs_[i], memory.emplace_back(numbers_[i], shift).view()});
  }
  feeds.push_back({u_, memory.emplace_back(u, shift).view()});
  std::vector<Array> found = program_.front().infer(feeds);
  std::vector<Array> values(1 + inputs_.size());
  values[0] = std::move(found[0]);
  for (std::size_t k = 0; k < differentiated_.size(); ++k)
    values[1 + differentiated_[k]] = std::move(found[1 + k]);
  return values;
}

std::vector<std::string> CheckedFunction::broken_promises() const {
  std::unordered_map<NodeId, Array> fed = {{u_.id(), some_cotangent()}};
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (!inputs_[i].empty()) fed.emplace(inputs_[i].id(), numbers_[i]);
  std::vector<Array> values;
  std::vector<std::string> found;
  for (NodeId id = 0; id < static_cast<NodeId>(graph_.size()); ++id) {
    const Node& node = graph_.node(id);
    std::vector<ConstView> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
    if (!node.op) {
      values.push_back(node.value ? *node.value : fed.at(id));
      continue;
    }
    values.push_back(compute(*node.op, inputs));
    std::vector<std::string> broken = detail::broken_promises(*node.op, inputs, node.inputs, node.type);
    found.insert(found.end(), broken.begin(), broken.end());
  }
  return found;
}

}  // namespace gradtable::detail
