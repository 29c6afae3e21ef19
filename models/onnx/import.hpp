// Models in the ONNX format as graphs: opsets 11 to 24, and older ones whose ops mean the same.
// docs/onnx.md.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// What to do with the numbers that a model brings (its initializers), where they are real.
enum class Weights : bool { parameters, constants };

// Shapes are static: what the file leaves open is said here. Names are those of the model; unknown ones are
// errors.
struct OnnxOptions {
  // The whole shapes of inputs that have open extents: without a number, or with -1 or 0.
  std::map<std::string, Shape> shapes = {};
  // Inputs that become constants, of the types that import gives them. Those need it whose numbers decide
  // shapes, as the shape of a Reshape. The numbers of weights are replaced in the same way.
  std::map<std::string, Array> values = {};
  // The names of tensors of the model that become its outputs; empty: all outputs of the model. Only the
  // nodes, inputs and weights that these need are imported, so that no other op of the model has to be known.
  std::vector<std::string> outputs = {};
  // Parameters can be trained; constants cannot, and programs compute beforehand what follows from them.
  Weights weights = Weights::parameters;
  // Counts the steps of training, an int32 scalar of the graph: dropouts in training mode draw their masks by
  // it.
  Tensor step = {};
  // Before the names of inputs and parameters of the graph, where there are several models in one.
  std::string prefix = {};
  // The largest tensor in bytes; larger ones are errors.
  std::size_t largest_tensor = std::size_t{1} << 32;
};

// Tensors by the names that a model gives them, in its order.
class OnnxTensors {
 public:
  struct Entry {
    std::string name;
    Tensor tensor;
  };

  explicit OnnxTensors(std::vector<Entry> entries = {}) : entries_(std::move(entries)) {}

  // Throws OnnxError when there is none of this name.
  Tensor operator[](std::string_view name) const;
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
};

struct OnnxModel {
  OnnxTensors inputs;      // to be fed: without those that values made constants
  OnnxTensors parameters;  // empty with Weights::constants
  OnnxTensors outputs;
};

// Adds the model to the graph; its nodes carry the place of this call and the model's names. float32 and
// float64 stay, int64 becomes int32, bool becomes uint8 of 0 and 1; other types are refused. Training mode of
// Dropout and BatchNormalization is as the file says.
// Throws OnnxError, with the file and the byte or the node, for a file that cannot be read, is damaged, keeps
// numbers in other files, or asks for an op, a version of it, or an attribute that is not known here, and for
// shapes that do not fit. The graph then keeps the nodes that were made so far.
OnnxModel import_onnx(Graph& graph, const std::string& path, const OnnxOptions& options = {},
                      Location at = Location::current());

// The same for the bytes of such a file; messages call them `name`.
OnnxModel import_onnx(Graph& graph, std::span<const std::byte> bytes, const std::string& name,
                      const OnnxOptions& options = {}, Location at = Location::current());

}  // namespace gradtable
