// Which tensor of a file is which parameter of a network: by their names, or else by their order and shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/io/safetensors.hpp"
#include "gradtable/models/training/weights.hpp"

namespace gradtable::detail {

// The metadata of a layout, and what it says.
inline constexpr const char* kLayoutKey = "gradtable.layout";
constexpr std::string_view name_of(WeightLayout layout) {
  return layout == WeightLayout::gradtable ? "gradtable" : "pytorch";
}

using ExtentList = std::vector<std::int64_t>;

// An extent that is not known: that of the classes, before the file has said how many there are.
inline constexpr std::int64_t kUnknownExtent = -1;

struct FileTensor {
  std::string name;   // in the file
  std::string plain;  // without what wrappers of PyTorch and checkpoints put before it
  std::string dtype;  // for messages
  ExtentList extents;
  bool floating = false;
  bool counter = false;  // num_batches_tracked, or any single I64: no parameter of any network
};

// The tensors of a file that may be parameters.
struct FileTensors {
  std::vector<FileTensor> tensors;     // by name
  std::optional<WeightLayout> stated;  // by a file of ours: then names are what they say
  bool is_checkpoint = false;          // which may have more
};

// The name of one of them, for messages: what a user knows it by.
const std::string& name_of(const FileTensors& file, const FileTensor& tensor);

// Throws CheckpointError for a file of another kind, format or layout.
FileTensors tensors_of(const TensorFile& file, const std::string& path);

// A parameter that a network has.
struct Wanted {
  std::string name;     // ours
  std::string pytorch;  // PyTorch's; empty for all parameters of a network that has no such names
  DType dtype = DType::float32;
  ExtentList extents;  // ours: matrices (in, out)
};

std::vector<Wanted> wanted_of(std::span<const Tensor> parameters);

struct WeightMatch {
  WeightLayout layout = WeightLayout::gradtable;
  bool by_shape = false;
  std::vector<const FileTensor*> found = {};  // one for each parameter, null where there is none
  std::string note = {};                      // why order and shapes did not tell
};

// The network has no names in PyTorch, but the file has: it throws ConfigError as pytorch_names does.
WeightMatch match(const FileTensors& file, const std::vector<Wanted>& wanted,
                  std::span<const Tensor> parameters);

// The extents in a layout: PyTorch's matrices are (out, in).
ExtentList in_layout(ExtentList extents, WeightLayout layout);
// Of the same rank, and equal where both are known.
bool fits(const ExtentList& found, const ExtentList& expected);

// A sentence for each parameter that is missing or does not fit, and for each tensor that is none, where that
// is refused or may be what is missing.
std::vector<std::string> differences(const FileTensors& file, const std::vector<Wanted>& wanted,
                                     const WeightMatch& match, ExtraTensors extra);

// The tensors that are neither parameters nor counters.
std::vector<const FileTensor*> extra_tensors(const FileTensors& file, const WeightMatch& match);

}  // namespace gradtable::detail
