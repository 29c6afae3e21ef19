// Convolutions on one and on three spatial axes: Goodfellow et al., section 9.7.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/models/networks/layers.hpp"
#include "gradtable/models/networks/network.hpp"

namespace gradtable {
namespace {

// Waves of a kind to be told: slow, fast, and none.
TEST(ConvolutionalNetwork, TellsSignalsApart) {
  constexpr std::int64_t kCount = 30, kLength = 32;
  Array x(DType::float32, {kCount, 1, kLength}), t(DType::int32, {kCount});
  Random random(1);
  for (std::size_t n = 0; n < kCount; ++n) {
    const auto kind = static_cast<std::int32_t>(n % 3);
    t.as<std::int32_t>()[n] = kind;
    const double phase = random.uniform(0, 6), frequency = kind == 0 ? 0.3 : 1.2;
    for (std::size_t i = 0; i < kLength; ++i) {
      const double wave = kind == 2 ? 0 : std::sin(frequency * static_cast<double>(i) + phase);
      x.as<float>()[n * kLength + i] = static_cast<float>(wave + 0.1 * random.normal());
    }
  }
  Graph graph;
  Network network(
      graph,
      [&] {
        return Network::Batch{x, t};
      },
      layers::SoftMaxCrossEntropyLoss{});
  network.append_layer(layers::Conv1d{4, 5}).append_layer(layers::ReLU{});
  network.append_layer(layers::MaxPool1d{2}).append_layer(layers::Conv1d{8, 3});
  network.append_layer(layers::ReLU{}).append_layer(layers::AvgPool1d{12});
  network.append_layer(layers::Flatten{}).append_layer(layers::FullyConnected{3});
  network.train(300);
  EXPECT_EQ(network.parameter_count(), 4 * 5 + 4 + 8 * 4 * 3 + 8 + 8 * 3 + 3);
  EXPECT_LT(network.loss().back(), 0.05);
}

// Balls and boxes of the same volume, about, anywhere in a volume.
TEST(ConvolutionalNetwork, TellsVolumesApart) {
  constexpr int kCount = 16, kEdge = 10;
  Array x(DType::float32, {kCount, 1, kEdge, kEdge, kEdge}), t(DType::int32, {kCount});
  Random random(1);
  std::size_t voxel = 0;
  for (std::size_t n = 0; n < kCount; ++n) {
    const bool ball = n % 2 == 0;
    t.as<std::int32_t>()[n] = ball ? 0 : 1;
    double centre[3];
    for (double& c : centre) c = random.uniform(3.5, 5.5);
    for (int i = 0; i < kEdge * kEdge * kEdge; ++i) {
      const int place[] = {i / (kEdge * kEdge), i / kEdge % kEdge, i % kEdge};
      double squares = 0, largest = 0;
      for (int axis = 0; axis < 3; ++axis) {
        const double distance = std::abs(place[axis] - centre[axis]);
        squares += distance * distance;
        largest = std::max(largest, distance);
      }
      x.as<float>()[voxel++] = (ball ? squares < 9 : largest < 2.4) ? 1.0F : 0.0F;
    }
  }
  Graph graph;
  Network network(
      graph,
      [&] {
        return Network::Batch{x, t};
      },
      layers::SoftMaxCrossEntropyLoss{});
  network.append_layer(layers::Conv3d{6, 3}).append_layer(layers::ReLU{});
  network.append_layer(layers::MaxPool3d{2}).append_layer(layers::Conv3d{8, 3});
  network.append_layer(layers::ReLU{}).append_layer(layers::Flatten{});
  network.append_layer(layers::FullyConnected{2});
  network.train(150);
  EXPECT_LT(network.loss().back(), 0.05);
}

}  // namespace
}  // namespace gradtable
