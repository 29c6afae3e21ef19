#include "gradtable/models/data/batches.hpp"

#include <numeric>
#include <utility>

#include "gradtable/core/random.hpp"

namespace gradtable {

std::vector<std::int32_t> natural_order(std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<std::int32_t> shuffled_order(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  shuffle_order(order, seed, epoch);
  return order;
}

void shuffle_order(std::span<std::int32_t> order, std::uint64_t seed, std::uint64_t epoch) {
  std::iota(order.begin(), order.end(), 0);
  Random random(seed, epoch_order_stream(epoch));
  for (std::size_t left = order.size(); left > 1; --left)
    std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace gradtable
