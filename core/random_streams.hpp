// The random numbers of a seed, by purpose: no two purposes share a number.
//
//   numbers of a seed      streams                blocks
//   order of an epoch      epoch                  from 0
//   first values           2^32 + layer           from 0
//   masks of layers        stream 2^32 + step     from 0, streams from 2^16
//   masks by users         stream 2^32 + step     from 2^62, streams below 2^16
//   changes of an image    epoch 2^32 + index     from 2^63
#pragma once

#include <cstdint>

namespace gradtable {

// A stream of Random(seed, number), and the first of its blocks that is drawn.
struct RandomStream {
  std::uint64_t number = 0;
  std::uint64_t first_block = 0;
};

// Streams of masks below this are for users, who count from 0.
inline constexpr std::uint32_t kLayerMasks = 1U << 16;

// The order in which an epoch takes its examples; epoch < 2^32.
constexpr RandomStream epoch_order_stream(std::uint64_t epoch) {
  return {epoch};
}

// The first values of the layer with this number; layer < 2^32.
constexpr RandomStream first_values_stream(std::uint64_t layer) {
  return {(std::uint64_t{1} << 32) + layer};
}

// What dropout with this stream drops in a step.
constexpr RandomStream mask_stream(std::uint32_t stream, std::uint32_t step) {
  return {std::uint64_t{stream} << 32 | step, stream < kLayerMasks ? std::uint64_t{1} << 62 : 0};
}

// The stream of masks for the n-th dropout after the layer with this number; 1 <= n < 2^16, layer < 2^16.
constexpr std::uint32_t layer_mask_stream(std::uint32_t n, std::uint32_t layer) {
  return n * kLayerMasks + layer;
}

// How the image at an index of the data set is changed in an epoch; epoch < 2^32.
constexpr RandomStream image_stream(std::uint64_t epoch, std::uint32_t index) {
  return {epoch << 32 | index, std::uint64_t{1} << 63};
}

}  // namespace gradtable
