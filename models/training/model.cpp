#include "gradtable/models/training/model.hpp"

namespace gradtable {

Model model_of(const Sequential& network) {
  return {.input = network.input(),
          .parameters = network.parameters(),
          .outputs = network,
          .training = [network](const Tensor& x, const Tensor& step) { return network.training(x, step); }};
}

}  // namespace gradtable
