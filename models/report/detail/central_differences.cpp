#include "gradtable/models/report/detail/central_differences.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/casting.hpp"

namespace gradtable::report::detail {
namespace {

// A copy of z and the gradients in float64. Targets are parameters, so that their numbers can be moved;
// other leaves are constants.
class DoubleCopy {
 public:
  DoubleCopy(const Tensor& z, std::span<const GradTable::Entry> entries, const NodeValues& values)
      : z_(z.id()), entries_(entries), values_(values) {
    std::vector<NodeId> wanted = {z_};
    for (const auto& [target, gradient] : entries) wanted.push_back(gradient.id());
    for (const NodeId id : ancestors(z.graph(), wanted)) copies_[id] = copy(z.graph(), id);
  }

  std::vector<Difference> differences() {
    std::vector<Tensor> gradients;
    for (const auto& [target, gradient] : entries_) gradients.push_back(copies_.at(gradient.id()));
    Program all = compile(graph_, {.outputs = gradients});
    all.run();
    Program z = compile(graph_, {.outputs = {copies_.at(z_)}});
    std::vector<Difference> found;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (copies_.contains(entries_[i].target.id()) && gradients[i].shape().size() > 0)
        found.push_back(difference(z, entries_[i].target.id(), all.value(gradients[i]).as<double>()));
    return found;
  }

 private:
  Tensor copy(const Graph& original, NodeId id) {
    const Node& node = original.node(id);
    const auto is_target = [&](const GradTable::Entry& entry) { return entry.target.id() == id; };
    if (std::ranges::any_of(entries_, is_target))
      return graph_.parameter(fmt::format("target {}", id), as_double(values_.at(id)));
    if (!node.op) return graph_.constant(as_double(values_.at(id)));
    std::vector<Tensor> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(copies_.at(input));
    const bool is_real = is_floating(node.type.dtype);
    if (is_real && node.op->name() == "cast") return as_type(inputs[0], DType::float64);
    const Tensor result = graph_.apply(node.op, inputs, node.location);
    return is_real ? as_type(result, DType::float64) : result;
  }

  static Array as_double(const Array& value) {
    return is_floating(value.dtype()) ? cast(value, DType::float64) : value;
  }

  double moved(Program& z, const Tensor& target, Array value, std::size_t element, double step) {
    value.as<double>()[element] += step;
    graph_.set_value(target, value);
    z.run();
    return z.value(copies_.at(z_)).item();
  }

  Difference difference(Program& z, NodeId id, std::span<const double> gradient) {
    const auto larger = [](double a, double b) { return std::abs(a) < std::abs(b); };
    const auto element =
        static_cast<std::size_t>(std::ranges::max_element(gradient, larger) - gradient.begin());
    const Tensor target = copies_.at(id);
    const Array value = graph_.value(target);
    const double step = std::ldexp(std::max(1.0, std::abs(value.as<double>()[element])), -19);
    const double up = moved(z, target, value, element, step), down = moved(z, target, value, element, -step);
    graph_.set_value(target, value);
    return {id, place(target.shape(), static_cast<std::int64_t>(element)), gradient[element],
            (up - down) / (2 * step)};
  }

  // Of an element its indices.
  static std::string place(const Shape& shape, std::int64_t element) {
    std::vector<std::int64_t> indices;
    for (int axis = shape.rank() - 1; axis >= 0; element /= shape[axis--])
      indices.insert(indices.begin(), element % shape[axis]);
    return indices.empty() ? "" : fmt::format("[{}]", fmt::join(indices, ","));
  }

  Graph graph_;
  NodeId z_;
  std::span<const GradTable::Entry> entries_;
  const NodeValues& values_;
  std::map<NodeId, Tensor> copies_;
};

}  // namespace

std::vector<Difference> central_differences(const Tensor& z, std::span<const GradTable::Entry> entries,
                                            const NodeValues& values) {
  try {
    return DoubleCopy(z, entries, values).differences();
  } catch (const ShapeError&) {
    return {};  // an op for float32 alone
  }
}

}  // namespace gradtable::report::detail
