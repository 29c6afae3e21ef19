#include "gradtable/models/training/weights.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/safetensors.hpp"
#include "gradtable/models/training/detail/file_kind.hpp"
#include "gradtable/models/training/detail/weight_match.hpp"

namespace gradtable {
namespace {

using detail::ExtentList;
using detail::FileTensor;
using detail::FileTensors;
using detail::kUnknownExtent;
using detail::Wanted;
using detail::WeightMatch;

bool is_matrix(const Shape& shape) {
  return shape.rank() == 2;
}

// From ours to PyTorch's and back.
Array turned(Array weights) {
  return is_matrix(weights.shape()) ? transposed(std::move(weights)) : weights;
}

bool is_bias_of(const Shape& weights, const Shape& shape) {
  return shape.rank() == 1 && shape[0] == weights[is_matrix(weights) ? 1 : 0];
}

NamedArrays to_pytorch(const Graph& graph, std::span<const Tensor> parameters) {
  NamedArrays theirs;
  for (const WeightName& name : pytorch_names(parameters))
    theirs.emplace(name.pytorch, turned(graph.value(name.parameter)));
  return theirs;
}

// Whether a finite number has become none.
bool overflows(const Array& from, const Array& to) {
  if (to.dtype() != DType::float32) return false;
  const std::span<const double> wide = from.as<double>();
  const std::span<const float> narrow = to.as<float>();
  for (std::size_t i = 0; i < wide.size(); ++i)
    if (!std::isfinite(narrow[i]) && std::isfinite(wide[i])) return true;
  return false;
}

Array converted(Array found, DType dtype, const std::string& name, const std::string& path,
                NotFinite not_finite) {
  if (found.dtype() == dtype) return found;
  Array rounded = cast(found, dtype);
  if (not_finite == NotFinite::refuse && overflows(found, rounded))
    throw NumericError(fmt::format("{}: numbers in {} beyond those of {}; expected numbers that it has", path,
                                   in_quotes(name), to_string(dtype)));
  return rounded;
}

struct Values {
  NamedArrays ours;
  std::vector<std::string> not_finite;  // in the names of the file
};

// As they are in the file, known to fit.
Values values_of(TensorFile& file, const FileTensors& tensors, const std::vector<Wanted>& wanted,
                 const WeightMatch& match, const std::string& path, NotFinite not_finite) {
  Values values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (values.ours.contains(wanted[i].name)) continue;
    const std::string& name = detail::name_of(tensors, *match.found[i]);
    Array found =
        converted(std::move(file.tensors.at(match.found[i]->name)), wanted[i].dtype, name, path, not_finite);
    if (!all_finite(found)) values.not_finite.push_back(name);
    values.ours.emplace(wanted[i].name,
                        match.layout == WeightLayout::pytorch ? turned(std::move(found)) : std::move(found));
  }
  std::ranges::sort(values.not_finite);
  return values;
}

void require_none(const std::vector<std::string>& differences, const std::string& path) {
  if (!differences.empty()) throw CheckpointError(fmt::format("{}: {}", path, fmt::join(differences, "; ")));
}

// Extents that differ for n = 1 and n = 2 are n.
std::vector<Wanted> wanted_of_unknown(std::span<const Tensor> of_one, std::span<const Tensor> of_two) {
  std::vector<Wanted> wanted = detail::wanted_of(of_one);
  const std::vector<Wanted> more = detail::wanted_of(of_two);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (std::size_t axis = 0; axis < wanted[i].extents.size(); ++axis)
      if (std::int64_t& extent = wanted[i].extents[axis]; extent != more[i].extents[axis])
        extent = kUnknownExtent;
  return wanted;
}

std::vector<Wanted> with_extent(std::vector<Wanted> wanted, std::int64_t n) {
  for (Wanted& parameter : wanted) std::ranges::replace(parameter.extents, kUnknownExtent, n);
  return wanted;
}

// The unknown extent, as one tensor says it.
struct Said {
  std::int64_t extent;
  const FileTensor* tensor;
};

// What the tensors that have the names of parameters say, in the order of the parameters.
std::vector<Said> extents_by_names(const std::vector<Wanted>& wanted, const WeightMatch& match) {
  std::vector<Said> all;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const FileTensor* const found = match.found[i];
    const ExtentList expected = detail::in_layout(wanted[i].extents, match.layout);
    const auto unknown = std::ranges::find(expected, kUnknownExtent);
    if (found && unknown != expected.end() && detail::fits(found->extents, expected))
      all.push_back({found->extents[static_cast<std::size_t>(unknown - expected.begin())], found});
  }
  return all;
}

// The only extent of the file for which all parameters are matched by order and shape; otherwise `note` says
// what there is against it.
std::optional<std::int64_t> extent_by_shapes(const FileTensors& file, const std::vector<Wanted>& wanted,
                                             std::span<const Tensor> parameters, std::string& note) {
  std::set<std::int64_t> extents;
  for (const FileTensor& tensor : file.tensors) extents.insert(tensor.extents.begin(), tensor.extents.end());
  constexpr std::size_t kMostTried = 256;
  if (extents.size() > kMostTried) return std::nullopt;
  std::vector<std::int64_t> fitting;
  for (const std::int64_t n : extents) {
    const std::vector<Wanted> tried = with_extent(wanted, n);
    const WeightMatch match = detail::match(file, tried, parameters);
    if (match.by_shape && detail::differences(file, tried, match, ExtraTensors::ignore).empty())
      fitting.push_back(n);
    if (!match.note.empty()) note = match.note;
  }
  if (fitting.size() == 1) return fitting.front();
  if (!fitting.empty()) note = fmt::format("they fit for an extent of {}", fmt::join(fitting, " and for "));
  return std::nullopt;
}

// Parameters and states.
std::vector<Tensor> tensors_of(const Sequential& network) {
  std::vector<Tensor> tensors = network.parameters();
  tensors.insert(tensors.end(), network.states().begin(), network.states().end());
  return tensors;
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
      throw ConfigError(fmt::format(
          "pytorch_names: expected weights, or the bias of the weights before, got {} {}; the layout "
          "gradtable takes it",
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
  file.metadata.emplace(detail::kLayoutKey, detail::name_of(layout));
  if (pytorch) file.metadata.emplace("format", "pt");  // libraries around PyTorch refuse files without it
  write_safetensors(path, file);
}

std::vector<std::string> read_weights(const std::string& path, Graph& graph,
                                      std::span<const Tensor> parameters, NotFinite not_finite,
                                      ExtraTensors extra) {
  return set_weights(read_safetensors(path), path, graph, parameters, not_finite, extra);
}

void write_weights(const std::string& path, const Graph& graph, const Sequential& network,
                   WeightLayout layout, NamedTexts metadata) {
  write_weights(path, graph, tensors_of(network), layout, std::move(metadata));
}

std::vector<std::string> read_weights(const std::string& path, Graph& graph, const Sequential& network,
                                      NotFinite not_finite, ExtraTensors extra) {
  return read_weights(path, graph, tensors_of(network), not_finite, extra);
}

std::vector<std::string> set_weights(TensorFile file, const std::string& path, Graph& graph,
                                     std::span<const Tensor> parameters, NotFinite not_finite,
                                     ExtraTensors extra) {
  const FileTensors tensors = detail::tensors_of(file, path);
  const std::vector<Wanted> wanted = detail::wanted_of(parameters);
  const WeightMatch match = detail::match(tensors, wanted, parameters);
  require_none(detail::differences(tensors, wanted, match, extra), path);
  Values values = values_of(file, tensors, wanted, match, path, not_finite);
  if (not_finite == NotFinite::refuse) refuse_not_finite(values.not_finite, path);
  set_values(graph, parameters, values.ours, path, NotFinite::allow);
  return values.not_finite;
}

WeightNames names_in(const TensorFile& file, const std::string& path, std::span<const Tensor> parameters) {
  const FileTensors tensors = detail::tensors_of(file, path);
  const std::vector<Wanted> wanted = detail::wanted_of(parameters);
  const WeightMatch match = detail::match(tensors, wanted, parameters);
  WeightNames names{
      {}, match.by_shape, {}, detail::differences(tensors, wanted, match, ExtraTensors::ignore).empty()};
  for (const FileTensor* const found : match.found) names.of_parameters.push_back(found ? found->name : "");
  for (const FileTensor* const tensor : detail::extra_tensors(tensors, match))
    names.extra.push_back(tensor->name);
  return names;
}

std::optional<Shape> shape_in(const TensorFile& file, const std::string& path,
                              std::span<const Tensor> parameters, const Tensor& parameter) {
  const FileTensors tensors = detail::tensors_of(file, path);
  const WeightMatch match = detail::match(tensors, detail::wanted_of(parameters), parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameters[i].id() == parameter.id() && match.found[i])
      return Shape(detail::in_layout(match.found[i]->extents, match.layout));
  return std::nullopt;
}

std::int64_t extent_in(const TensorFile& file, const std::string& path, std::span<const Tensor> of_one,
                       std::span<const Tensor> of_two, ExtraTensors extra) {
  const FileTensors tensors = detail::tensors_of(file, path);
  const std::vector<Wanted> wanted = wanted_of_unknown(of_one, of_two);
  WeightMatch match = detail::match(tensors, wanted, of_one);
  const std::vector<Said> said = extents_by_names(wanted, match);
  if (said.empty()) {
    const auto found = extent_by_shapes(tensors, wanted, of_one, match.note);
    if (found) return *found;
    throw CheckpointError(
        fmt::format("{}: {}", path, fmt::join(detail::differences(tensors, wanted, match, extra), "; ")));
  }
  const Said& last = said.back();
  if (std::ranges::any_of(said, [&](const Said& other) { return other.extent != last.extent; })) {
    std::vector<std::string> all =
        detail::differences(tensors, with_extent(wanted, last.extent), match, extra);
    all.push_back(fmt::format("the {} is inferred from {}", last.extent, in_quotes(last.tensor->name)));
    require_none(all, path);
  }
  return last.extent;
}

}  // namespace gradtable
