// The learned parameters of a network in a file of their own, in gradtable's names or in PyTorch's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/networks/sequential.hpp"
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

// The same for all of a network: its parameters and its states, as the running statistics of batch
// normalization.
void write_weights(const std::string& path, const Graph& graph, const Sequential& network,
                   WeightLayout layout = WeightLayout::gradtable, NamedTexts metadata = {});

// What is done about tensors of a file that are no parameters. Counters are none of them, as the
// num_batches_tracked of PyTorch: they are never looked at.
enum class ExtraTensors : std::uint8_t { refuse, ignore };

// Sets the parameters, or none, from a file that write_weights wrote in either layout, from one of another
// program, or from a checkpoint, whose other parameters are left alone. F16, BF16, F32 and F64 become the
// type of the parameter, F64 rounded. The names of another program are those of pytorch_names, with "module."
// and "_orig_mod." before them or not, or any that leave one way by order and shape: docs/checkpoints.md.
// Throws and returns what set_values does, in the names of the file: CheckpointError that lists all that is
// missing, of integers or of another shape, transposed or, but for checkpoints, too much; NumericError for
// numbers that are not finite, or beyond the type of the parameter.
std::vector<std::string> read_weights(const std::string& path, Graph& graph,
                                      std::span<const Tensor> parameters,
                                      NotFinite not_finite = NotFinite::refuse,
                                      ExtraTensors extra = ExtraTensors::refuse);
// The same for all of a network, parameters and states.
std::vector<std::string> read_weights(const std::string& path, Graph& graph, const Sequential& network,
                                      NotFinite not_finite = NotFinite::refuse,
                                      ExtraTensors extra = ExtraTensors::refuse);
// The same from what was read from `path` already.
std::vector<std::string> set_weights(TensorFile file, const std::string& path, Graph& graph,
                                     std::span<const Tensor> parameters,
                                     NotFinite not_finite = NotFinite::refuse,
                                     ExtraTensors extra = ExtraTensors::refuse);

struct WeightNames {
  std::vector<std::string> of_parameters;  // in their order; empty where the file has nothing for one
  bool by_shape = false;                   // told by order and shape
  std::vector<std::string> extra;          // of tensors that are neither parameters nor counters
  bool fit = false;                        // whether all is right but for those
};

// The names of the tensors of such a file, whether they fit or not. This and what follows throw
// CheckpointError for a kind or layout of file that is not known, and ConfigError as pytorch_names does.
WeightNames names_in(const TensorFile& file, const std::string& path, std::span<const Tensor> parameters);

// The shape that such a file has for one of the parameters, matrices as (in, out); none where it has nothing
// for it.
std::optional<Shape> shape_in(const TensorFile& file, const std::string& path,
                              std::span<const Tensor> parameters, const Tensor& parameter);

// An extent n of a network that only the file knows, as its classes: given the parameters of the same network
// for n = 1 and for n = 2, and told by the parameters that differ. Throws CheckpointError as set_weights
// does, with a question mark for n, when the file does not say it.
std::int64_t extent_in(const TensorFile& file, const std::string& path, std::span<const Tensor> of_one,
                       std::span<const Tensor> of_two, ExtraTensors extra = ExtraTensors::refuse);

}  // namespace gradtable
