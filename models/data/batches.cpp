#include "gradtable/models/data/batches.hpp"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

// The division is vectorized: with float32, 27 us for 64 images of MNIST, against 39 us by a table of 256
// values.
template <class T>
void gather_images(const Dataset& dataset, std::span<const std::uint32_t> indices, std::span<T> images) {
  const auto features = static_cast<std::size_t>(dataset.features());
  T* to = images.data();
  for (const std::uint32_t index : indices) {
    const std::uint8_t* from = dataset.pixels.data() + index * features;
    for (std::size_t i = 0; i < features; ++i) to[i] = static_cast<T>(from[i]) / T{255};
    to += features;
  }
}

void require_shapes(const Dataset& dataset, std::int64_t count, const View& images, const View& labels) {
  const bool rows_agree = images.shape().rank() > 0 && images.shape()[0] == count;
  if (!rows_agree || images.shape().size() != count * dataset.features() || !is_floating(images.dtype()))
    throw ShapeError(fmt::format("gather: expected images of float32 or float64 ({},{}), got {}", count,
                                 dataset.features(), to_string(images.type)));
  if (labels.shape().size() != count)
    throw ShapeError(
        fmt::format("gather: expected labels of int32 ({}), got {}", count, to_string(labels.type)));
}

}  // namespace

std::vector<std::uint32_t> natural_order(std::int64_t count) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

std::vector<std::uint32_t> shuffled_order(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count));
  shuffle_order(order, seed, epoch);
  return order;
}

void shuffle_order(std::span<std::uint32_t> order, std::uint64_t seed, std::uint64_t epoch) {
  std::iota(order.begin(), order.end(), 0U);
  Random random(seed, epoch);
  for (std::size_t left = order.size(); left > 1; --left)
    std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
}

void gather(const Dataset& dataset, std::span<const std::uint32_t> indices, const View& images,
            const View& labels) {
  require_shapes(dataset, static_cast<std::int64_t>(indices.size()), images, labels);
  dispatch_floating(images.dtype(), [&]<class T>() { gather_images<T>(dataset, indices, images.as<T>()); });
  const auto to = labels.as<std::int32_t>();
  for (std::size_t i = 0; i < indices.size(); ++i) to[i] = dataset.labels[indices[i]];
}

}  // namespace gradtable
