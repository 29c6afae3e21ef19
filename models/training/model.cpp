#include "gradtable/models/training/model.hpp"

namespace gradtable {

std::int64_t Model::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters) count += parameter.shape().size();
  return count;
}

Model model_of(const Sequential& network) {
  return {.input = network.input(),
          .parameters = network.parameters(),
          .outputs = network,
          .training = [network](const Tensor& x, const Tensor& step) { return network.training(x, step); }};
}

}  // namespace gradtable
