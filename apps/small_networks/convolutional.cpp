#include "apps/small_networks/convolutional.hpp"

#include <algorithm>

namespace small_networks {

using namespace gradtable;

namespace {

double accuracy_of(const Array& scores, const Array& labels) {
  const auto t = labels.as<std::int32_t>();
  const std::size_t classes = scores.as<float>().size() / t.size();
  std::size_t right = 0;
  for (std::size_t n = 0; n < t.size(); ++n) {
    const auto row = scores.as<float>().subspan(n * classes, classes);
    right += std::ranges::max_element(row) - row.begin() == t[n] ? 1U : 0U;
  }
  return static_cast<double>(right) / static_cast<double>(t.size());
}

}  // namespace

Outcome tell_apart(const std::vector<Layer>& layers, const Examples& examples, const Examples& fresh,
                   int steps) {
  Graph graph;
  const auto all_of_them = [&] { return Network::Batch{examples.x, examples.t}; };
  Network network(graph, all_of_them, layers::SoftMaxCrossEntropyLoss{});
  for (const Layer& layer : layers) network.append_layer(layer);
  network.train(steps);
  return {.parameters = network.parameter_count(),
          .first_loss = network.loss().front(),
          .last_loss = network.loss().back(),
          .accuracy = accuracy_of(network.test(fresh.x), fresh.t)};
}

std::vector<Layer> signal_layers() {
  return {layers::Conv1d{4, 5}, layers::ReLU{},        layers::MaxPool1d{2}, layers::Conv1d{8, 3},
          layers::ReLU{},       layers::AvgPool1d{12}, layers::Flatten{},    layers::FullyConnected{3}};
}

std::vector<Layer> volume_layers() {
  return {layers::Conv3d{6, 3}, layers::ReLU{},    layers::MaxPool3d{2},     layers::Conv3d{8, 3},
          layers::ReLU{},       layers::Flatten{}, layers::FullyConnected{2}};
}

}  // namespace small_networks
