#include "gradtable/models/training/parameters.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/io/safetensors.hpp"

namespace gradtable {
namespace {

// All of them, before one of them is touched.
void require_parameters(const Graph& graph, std::span<const Tensor> tensors, std::string_view where) {
  for (const Tensor& tensor : tensors)
    if (tensor.graph_serial() != graph.serial() || tensor.node().kind != NodeKind::parameter)
      throw GraphError(fmt::format("{}: expected a parameter of this graph, got {}", where, tensor.label()));
}

std::vector<std::string> names_of_not_finite(const NamedArrays& values) {
  std::vector<std::string> names;
  for (const auto& [name, array] : values)
    if (!all_finite(array)) names.push_back(name);
  return names;
}

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ", ", in_quotes(name));
  return text;
}

}  // namespace

std::vector<Tensor> parameters_of(Graph& graph) {
  std::vector<Tensor> found;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (graph.node(id).kind == NodeKind::parameter) found.push_back(graph.tensor(id));
  return found;
}

NamedArrays values_of(const Graph& graph, std::span<const Tensor> parameters) {
  require_parameters(graph, parameters, "values_of");
  NamedArrays values;
  for (const Tensor& parameter : parameters) values.emplace(parameter.node().name, graph.value(parameter));
  return values;
}

void require_finite(const NamedArrays& values, const std::string& source) {
  refuse_not_finite(names_of_not_finite(values), source);
}

void refuse_not_finite(const std::vector<std::string>& names, const std::string& source) {
  if (!names.empty())
    throw NumericError(
        fmt::format("{}: NaN or infinity in {}; expected finite numbers", source, quoted(names)));
}

std::vector<std::string> names_of_not_finite(const Graph& graph, std::span<const Tensor> parameters) {
  require_parameters(graph, parameters, "names_of_not_finite");
  std::vector<std::string> names;
  for (const Tensor& parameter : parameters)
    if (!all_finite(graph.value(parameter))) names.push_back(parameter.node().name);
  return names;
}

std::vector<std::string> set_values(Graph& graph, std::span<const Tensor> parameters,
                                    const NamedArrays& values, const std::string& source,
                                    NotFinite not_finite) {
  require_parameters(graph, parameters, "set_values");
  std::map<std::string, TensorType> expected;
  for (const Tensor& parameter : parameters) expected.emplace(parameter.node().name, parameter.type());
  require_tensors(values, source, expected);

  if (not_finite == NotFinite::refuse) require_finite(values, source);
  for (const Tensor& parameter : parameters) graph.set_value(parameter, values.at(parameter.node().name));
  return names_of_not_finite(values);
}

}  // namespace gradtable
