#include "gradtable/models/training/weights.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/config/text.hpp"
#include "gradtable/models/io/safetensors.hpp"
#include "gradtable/models/training/detail/file_kind.hpp"

namespace gradtable {
namespace {

constexpr const char* kLayoutKey = "gradtable.layout";

constexpr std::string_view name_of(WeightLayout layout) {
  return layout == WeightLayout::gradtable ? "gradtable" : "pytorch";
}

bool is_matrix(const Shape& shape) {
  return shape.rank() == 2;
}

// The type that a parameter of ours has in PyTorch, and the other way round.
TensorType pytorch_type(const TensorType& ours) {
  return is_matrix(ours.shape) ? TensorType{ours.dtype, {ours.shape[1], ours.shape[0]}} : ours;
}

// From ours to PyTorch's and back.
Array turned(Array weights) {
  return is_matrix(weights.shape()) ? transposed(std::move(weights)) : weights;
}

bool is_bias_of(const Shape& weights, const Shape& shape) {
  return shape.rank() == 1 && shape[0] == weights[is_matrix(weights) ? 1 : 0];
}

// What the file says or, where another program wrote it, what its names look like.
bool is_pytorch(const TensorFile& file, std::span<const Tensor> parameters, const std::string& path) {
  if (const auto layout = file.metadata.find(kLayoutKey); layout != file.metadata.end()) {
    for (const WeightLayout known : {WeightLayout::gradtable, WeightLayout::pytorch})
      if (layout->second == name_of(known)) return known == WeightLayout::pytorch;
    throw CheckpointError(fmt::format("{}: weights in the layout {}; expected \"gradtable\" or \"pytorch\"",
                                      path, in_quotes(layout->second)));
  }
  const bool has_ours = std::ranges::any_of(
      parameters, [&](const Tensor& own) { return file.tensors.contains(own.node().name); });
  return !has_ours && std::ranges::any_of(file.tensors, [](const auto& tensor) {
    return tensor.first.ends_with(".weight") || tensor.first.ends_with(".bias");
  });
}

NamedArrays to_pytorch(const Graph& graph, std::span<const Tensor> parameters) {
  NamedArrays theirs;
  for (const WeightName& name : pytorch_names(parameters))
    theirs.emplace(name.pytorch, turned(graph.value(name.parameter)));
  return theirs;
}

NamedArrays from_pytorch(NamedArrays tensors, std::span<const Tensor> parameters, const std::string& path) {
  const std::vector<WeightName> names = pytorch_names(parameters);
  std::map<std::string, TensorType> expected;
  for (const WeightName& name : names) expected.emplace(name.pytorch, pytorch_type(name.parameter.type()));
  require_tensors(tensors, path, expected);
  NamedArrays ours;
  for (const WeightName& name : names)
    ours.emplace(name.parameter.node().name, turned(std::move(tensors.at(name.pytorch))));
  return ours;
}

NamedArrays from_checkpoint(TensorFile file, std::span<const Tensor> parameters, const std::string& path) {
  NamedArrays all = to_checkpoint(std::move(file), path).parameters;
  NamedArrays ours;
  for (const Tensor& parameter : parameters)
    if (auto found = all.extract(parameter.node().name)) ours.insert(std::move(found));
  return ours;
}

// What the file calls a parameter.
std::string name_in(const TensorFile& file, bool pytorch, std::span<const Tensor> parameters,
                    const Tensor& parameter) {
  const std::string& own = parameter.node().name;
  if (detail::kind_of(file) == detail::kCheckpointKind)
    return fmt::format("{}{}", detail::kParameterPrefix, own);
  if (pytorch)
    for (const WeightName& name : pytorch_names(parameters))
      if (name.parameter.id() == parameter.id()) return name.pytorch;
  return own;
}

// The values for the parameters in the file, and whatever else a file of weights has.
NamedArrays values_in(TensorFile file, const std::string& path, std::span<const Tensor> parameters) {
  const std::string kind = detail::kind_of(file);
  if (kind == detail::kCheckpointKind) return from_checkpoint(std::move(file), parameters, path);
  if (!kind.empty() && kind != detail::kWeightsKind)
    throw CheckpointError(fmt::format("{}: {}; expected weights or a checkpoint", path, in_quotes(kind)));
  if (is_pytorch(file, parameters, path)) return from_pytorch(std::move(file.tensors), parameters, path);
  return std::move(file.tensors);
}

}  // namespace

std::vector<WeightName> pytorch_names(std::span<const Tensor> parameters) {
  std::vector<WeightName> names;
  int convolutions = 0;
  int matrices = 0;
  std::string module;
  const Tensor* weights = nullptr;  // those that have no bias yet
  for (const Tensor& parameter : parameters) {
    if (parameter.shape().rank() >= 2) {
      module = is_matrix(parameter.shape()) ? fmt::format("fc{}", ++matrices)
                                            : fmt::format("conv{}", ++convolutions);
      weights = &parameter;
      names.push_back({parameter, fmt::format("{}.weight", module)});
    } else if (weights && is_bias_of(weights->shape(), parameter.shape())) {
      weights = nullptr;
      names.push_back({parameter, fmt::format("{}.bias", module)});
    } else {
      throw ConfigError(
          fmt::format("pytorch_names: expected weights, or the bias of the weights before, got {} {}",
                      parameter.label(), to_string(parameter.type())));
    }
  }
  return names;
}

void write_weights(const std::string& path, const Graph& graph, std::span<const Tensor> parameters,
                   WeightLayout layout, NamedTexts metadata) {
  const bool pytorch = layout == WeightLayout::pytorch;
  TensorFile file{pytorch ? to_pytorch(graph, parameters) : values_of(graph, parameters),
                  detail::with_kind(std::move(metadata), detail::kWeightsKind, path)};
  file.metadata.emplace(kLayoutKey, name_of(layout));
  if (pytorch) file.metadata.emplace("format", "pt");  // libraries around PyTorch refuse files without it
  write_safetensors(path, file);
}

std::vector<std::string> read_weights(const std::string& path, Graph& graph,
                                      std::span<const Tensor> parameters, NotFinite not_finite) {
  return set_weights(read_safetensors(path), path, graph, parameters, not_finite);
}

std::vector<std::string> set_weights(TensorFile file, const std::string& path, Graph& graph,
                                     std::span<const Tensor> parameters, NotFinite not_finite) {
  return set_values(graph, parameters, values_in(std::move(file), path, parameters), path, not_finite);
}

std::optional<Shape> shape_in(const TensorFile& file, const std::string& path,
                              std::span<const Tensor> parameters, const Tensor& parameter) {
  const bool pytorch = is_pytorch(file, parameters, path);
  const auto found = file.tensors.find(name_in(file, pytorch, parameters, parameter));
  if (found == file.tensors.end()) return std::nullopt;
  const TensorType& type = found->second.type();
  return pytorch ? pytorch_type(type).shape : type.shape;
}

}  // namespace gradtable
