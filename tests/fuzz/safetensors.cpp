// Any bytes as a safetensors file, and what it holds as the weights of a network: a CheckpointError, a
// NumericError or weights.
#include "gradtable/models/io/safetensors.hpp"

#include <utility>
#include <vector>

#include "input_file.hpp"

#include "gradtable/core/error.hpp"
#include "gradtable/models/training/weights.hpp"

namespace {

// A network of one layer with a bias.
void use(gradtable::TensorFile content, const std::string& path) {
  gradtable::Graph graph;
  const std::vector<gradtable::Tensor> parameters = {graph.parameter("W1", gradtable::zeros({3, 2})),
                                                     graph.parameter("b1", gradtable::zeros({2}))};
  gradtable::set_weights(std::move(content), path, graph, parameters);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    use(gradtable::read_safetensors(file.path()), file.path());
  } catch (const gradtable::CheckpointError&) {
  } catch (const gradtable::NumericError&) {
  }
  return 0;
}
