#include "gradtable/models/training/detail/weight_match.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/training/detail/file_kind.hpp"
#include "gradtable/models/training/detail/shape_match.hpp"

namespace gradtable::detail {
namespace {

std::optional<WeightLayout> stated_layout(const TensorFile& file, const std::string& path) {
  const std::string kind = kind_of(file);
  if (kind == kCheckpointKind) {
    require_checkpoint(file, path);
    return WeightLayout::gradtable;
  }
  if (!kind.empty() && kind != kWeightsKind)
    throw CheckpointError(fmt::format("{}: {}; expected weights or a checkpoint", path, in_quotes(kind)));
  const auto layout = file.metadata.find(kLayoutKey);
  if (layout == file.metadata.end()) return std::nullopt;
  for (const WeightLayout known : {WeightLayout::gradtable, WeightLayout::pytorch})
    if (layout->second == name_of(known)) return known;
  throw CheckpointError(fmt::format("{}: weights in the layout {}; expected \"gradtable\" or \"pytorch\"",
                                    path, in_quotes(layout->second)));
}

// Without what DataParallel ("module.") and torch.compile ("_orig_mod.") put before the names of a module.
std::string_view without_wrappers(std::string_view name) {
  for (;;) {
    const std::string_view before = name;
    for (const std::string_view wrapper : {"module.", "_orig_mod."})
      if (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
    if (name == before) return name;
  }
}

bool counts(std::string_view name, std::string_view dtype, const ExtentList& extents) {
  const bool named = name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
  return extents.empty() && (dtype == "I64" || (dtype == "int32" && named));
}

ExtentList extents_of(const Shape& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

std::vector<FileTensor> all_tensors(const TensorFile& file) {
  std::vector<FileTensor> all;
  for (const auto& [name, array] : file.tensors)
    all.push_back({.name = name,
                   .plain = std::string(without_wrappers(name)),
                   .dtype = std::string(to_string(array.dtype())),
                   .extents = extents_of(array.shape()),
                   .floating = is_floating(array.dtype())});
  for (const auto& [name, other] : file.others)
    all.push_back({.name = name,
                   .plain = std::string(without_wrappers(name)),
                   .dtype = other.dtype,
                   .extents = extents_of(other.shape)});
  for (FileTensor& tensor : all) tensor.counter = counts(tensor.name, tensor.dtype, tensor.extents);
  std::ranges::sort(all, {}, &FileTensor::name);
  return all;
}

// Two tensors of one name without wrappers keep their own.
void keep_apart(std::vector<FileTensor>& tensors) {
  std::map<std::string, int> uses;
  for (const FileTensor& tensor : tensors) ++uses[tensor.plain];
  for (FileTensor& tensor : tensors)
    if (uses[tensor.plain] > 1) tensor.plain = tensor.name;
}

// The parameters of a checkpoint: what else it has is not looked at.
void keep_parameters(std::vector<FileTensor>& tensors) {
  std::erase_if(tensors, [](const FileTensor& tensor) { return !tensor.name.starts_with(kParameterPrefix); });
  for (FileTensor& tensor : tensors) tensor.plain = tensor.name.substr(kParameterPrefix.size());
}

const std::string& name_in(const Wanted& wanted, WeightLayout layout) {
  return layout == WeightLayout::pytorch ? wanted.pytorch : wanted.name;
}

WeightMatch by_name(const FileTensors& file, const std::vector<Wanted>& wanted, WeightLayout layout) {
  std::map<std::string_view, const FileTensor*> known;
  for (const FileTensor& tensor : file.tensors) known.emplace(tensor.plain, &tensor);
  for (const FileTensor& tensor : file.tensors) known[tensor.name] = &tensor;
  WeightMatch match{.layout = layout};
  for (const Wanted& parameter : wanted) {
    const auto found = known.find(name_in(parameter, layout));
    match.found.push_back(found == known.end() ? nullptr : found->second);
  }
  return match;
}

bool is_complete(const WeightMatch& match) {
  return std::ranges::find(match.found, nullptr) == match.found.end();
}

bool has_any(const WeightMatch& match) {
  return std::ranges::any_of(match.found, [](const FileTensor* tensor) { return tensor != nullptr; });
}

bool looks_like_pytorch(const FileTensors& file) {
  return std::ranges::any_of(file.tensors, [](const FileTensor& tensor) {
    return tensor.plain.ends_with(".weight") || tensor.plain.ends_with(".bias");
  });
}

// Whether it takes the tensors that have a parameter's name for that parameter.
bool respects(const WeightMatch& way, const WeightMatch& names) {
  for (std::size_t i = 0; i < way.found.size(); ++i)
    if (names.found[i] && names.found[i] != way.found[i]) return false;
  return true;
}

constexpr WeightLayout other(WeightLayout layout) {
  return layout == WeightLayout::gradtable ? WeightLayout::pytorch : WeightLayout::gradtable;
}

// What the names leave open, by order and shape, in those of the layouts that the names allow.
WeightMatch completed(const FileTensors& file, const std::vector<Wanted>& wanted, WeightMatch names,
                      std::span<const WeightLayout> layouts) {
  std::vector<WeightMatch> ways;
  for (const WeightLayout layout : layouts) {
    std::optional<WeightMatch> way = match_by_shape(file, wanted, layout, names.note);
    if (way && respects(*way, names)) ways.push_back(std::move(*way));
  }
  if (ways.size() == 1) return ways.front();
  if (ways.size() > 1) {
    names.note = "its matrices fit as (in,out) and as (out,in)";
    return names;
  }
  if (layouts.size() > 1) return names;
  std::string unused;
  std::optional<WeightMatch> turned = match_by_shape(file, wanted, other(layouts.front()), unused);
  if (!turned || !respects(*turned, names)) return names;
  turned->layout = layouts.front();  // then every misfit is a matrix that is transposed
  return *turned;
}

std::string text(std::string_view dtype, const ExtentList& extents) {
  std::vector<std::string> words;
  for (const std::int64_t extent : extents)
    words.push_back(extent == kUnknownExtent ? "?" : fmt::format("{}", extent));
  return fmt::format("{} ({})", dtype, fmt::join(words, ","));
}

// A square matrix does not show it.
std::string_view hint(const ExtentList& found, const ExtentList& expected, WeightLayout layout) {
  if (found.size() != 2 || fits(found, expected) || !fits({found[1], found[0]}, expected)) return "";
  return layout == WeightLayout::pytorch ? ": it is transposed, PyTorch's weights are (out,in)"
                                         : ": it is transposed, gradtable's weights are (in,out)";
}

}  // namespace

const std::string& name_of(const FileTensors& file, const FileTensor& tensor) {
  return file.is_checkpoint ? tensor.plain : tensor.name;
}

FileTensors tensors_of(const TensorFile& file, const std::string& path) {
  FileTensors found{all_tensors(file), stated_layout(file, path), kind_of(file) == kCheckpointKind};
  if (found.is_checkpoint)
    keep_parameters(found.tensors);
  else
    keep_apart(found.tensors);
  return found;
}

std::vector<Wanted> wanted_of(std::span<const Tensor> parameters) {
  std::vector<Wanted> all;
  for (const Tensor& parameter : parameters)
    all.push_back({.name = parameter.node().name,
                   .pytorch = {},
                   .dtype = parameter.dtype(),
                   .extents = extents_of(parameter.shape())});
  try {
    const std::vector<WeightName> names = pytorch_names(parameters);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].pytorch = names[i].pytorch;
  } catch (const ConfigError&) {
    // Then there are ours alone.
  }
  return all;
}

WeightMatch match(const FileTensors& file, const std::vector<Wanted>& wanted,
                  std::span<const Tensor> parameters) {
  constexpr WeightLayout kBoth[] = {WeightLayout::gradtable, WeightLayout::pytorch};
  const std::span<const WeightLayout> both(kBoth);
  const bool nameable = !wanted.empty() && !wanted.front().pytorch.empty();
  WeightMatch ours = by_name(file, wanted, WeightLayout::gradtable);
  const bool pytorch =
      file.stated ? *file.stated == WeightLayout::pytorch : !has_any(ours) && looks_like_pytorch(file);
  if (pytorch && !nameable) pytorch_names(parameters);  // which says why
  WeightMatch names = pytorch ? by_name(file, wanted, WeightLayout::pytorch) : std::move(ours);
  if (file.stated || is_complete(names) || !nameable) return names;
  if (pytorch) return completed(file, wanted, std::move(names), both.last(1));
  return completed(file, wanted, names, has_any(names) ? both.first(1) : both);
}

ExtentList in_layout(ExtentList extents, WeightLayout layout) {
  if (layout == WeightLayout::pytorch && extents.size() == 2) std::swap(extents[0], extents[1]);
  return extents;
}

bool fits(const ExtentList& found, const ExtentList& expected) {
  return std::ranges::equal(found, expected, [](std::int64_t a, std::int64_t b) {
    return a == b || a == kUnknownExtent || b == kUnknownExtent;
  });
}

std::vector<std::string> differences(const FileTensors& file, const std::vector<Wanted>& wanted,
                                     const WeightMatch& match, ExtraTensors extra) {
  std::map<std::string, std::size_t> by_their_names;
  for (std::size_t i = 0; i < wanted.size(); ++i) by_their_names.emplace(name_in(wanted[i], match.layout), i);
  std::vector<std::string> all;
  bool missing = false;
  for (const auto& [name, i] : by_their_names) {
    const ExtentList expected = in_layout(wanted[i].extents, match.layout);
    const std::string type = text(to_string(wanted[i].dtype), expected);
    const FileTensor* const found = match.found[i];
    missing = missing || !found;
    if (!found)
      all.push_back(fmt::format("no {}, expected {}", in_quotes(name), type));
    else if (!found->floating || !fits(found->extents, expected))
      all.push_back(fmt::format("{} is {}, expected {}{}", in_quotes(name_of(file, *found)),
                                text(found->dtype, found->extents), type,
                                hint(found->extents, expected, match.layout)));
  }
  const bool refused = extra == ExtraTensors::refuse;
  if (refused || missing)
    for (const FileTensor* tensor : extra_tensors(file, match))
      all.push_back(fmt::format("{} {}, {}", in_quotes(tensor->name), text(tensor->dtype, tensor->extents),
                                refused ? "expected no such tensor" : "ignored"));
  if (!all.empty() && !match.note.empty())
    all.push_back(fmt::format("order and shapes do not tell which is which: {}", match.note));
  return all;
}

std::vector<const FileTensor*> extra_tensors(const FileTensors& file, const WeightMatch& match) {
  const std::set<const FileTensor*> used(match.found.begin(), match.found.end());
  std::vector<const FileTensor*> extra;
  if (file.is_checkpoint) return extra;
  for (const FileTensor& tensor : file.tensors)
    if (!tensor.counter && !used.contains(&tensor)) extra.push_back(&tensor);
  return extra;
}

}  // namespace gradtable::detail
