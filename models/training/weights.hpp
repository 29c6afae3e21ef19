// The learned parameters of a network in a file of their own, in gradtable's names or in PyTorch's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/training/checkpoint.hpp"
#include "gradtable/models/training/parameters.hpp"

namespace gradtable {

// gradtable: the names of the parameters, matrices (in, out). pytorch: the names of pytorch_names, matrices
// (out, in), as torch.nn.Linear has them. Convolutions and biases are the same in both.
enum class WeightLayout : std::uint8_t { gradtable, pytorch };

struct WeightName {
  Tensor parameter;
  std::string pytorch;  // as PyTorch's modules call it
};

// For W1, b1, W2, b2, ... in the order of the layers, with or without biases: convolutions conv1.weight,
// conv1.bias, conv2.weight, ..., matrices fc1.weight, fc1.bias, fc2.weight, ..., the names of modules in
// PyTorch's tutorials. Throws ConfigError for parameters that are neither weights nor the bias of the weights
// before. That the last row of a matrix is a bias, which PyTorch does not have, cannot be seen here.
std::vector<WeightName> pytorch_names(std::span<const Tensor> parameters);

// Writes the parameters, as write_safetensors does: whole or not at all. Throws OutputError when the file
// cannot be written, CheckpointError for metadata whose key begins with "gradtable.", and ConfigError as
// pytorch_names does.
void write_weights(const std::string& path, const Graph& graph, std::span<const Tensor> parameters,
                   WeightLayout layout = WeightLayout::gradtable, NamedTexts metadata = {});

// Sets the parameters, or none, from a file that write_weights wrote in either layout, from one in PyTorch's
// names that another program wrote, or from a checkpoint, whose other parameters are left alone. Throws and
// returns what set_values does: CheckpointError that lists all that is missing, of another type or shape or,
// but for checkpoints, too much; NumericError for numbers that are not finite.
std::vector<std::string> read_weights(const std::string& path, Graph& graph,
                                      std::span<const Tensor> parameters,
                                      NotFinite not_finite = NotFinite::refuse);
// The same from what was read from `path` already.
std::vector<std::string> set_weights(TensorFile file, const std::string& path, Graph& graph,
                                     std::span<const Tensor> parameters,
                                     NotFinite not_finite = NotFinite::refuse);

// The shape that such a file has for one of the parameters, matrices as (in, out); none where it has nothing
// for it. Throws CheckpointError for a layout that is not known, and ConfigError as pytorch_names does.
std::optional<Shape> shape_in(const TensorFile& file, const std::string& path,
                              std::span<const Tensor> parameters, const Tensor& parameter);

}  // namespace gradtable
