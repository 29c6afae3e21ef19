#include "gradtable/models/training/classifier.hpp"

#include <utility>

namespace gradtable {
namespace {

template <class Network>
auto outputs_of(Network network) {
  return [network = std::move(network)](const Tensor& images, const Tensor& step, Location at) {
    return step.empty() ? network(images, at) : network.training(images, step, at);
  };
}

}  // namespace

Classifier::Classifier(Fcnn network)
    : features(network.widths().front()),
      classes(network.widths().back()),
      parameters(network.parameters()),
      outputs(outputs_of(std::move(network))) {}

Classifier::Classifier(LeNet5 network)
    : features(network.rows() * network.columns()),
      classes(network.classes()),
      parameters(network.parameters()),
      outputs(outputs_of(std::move(network))) {}

std::int64_t Classifier::parameter_count() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters) count += parameter.shape().size();
  return count;
}

}  // namespace gradtable
