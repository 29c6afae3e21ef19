#include "gradtable/models/networks/detail/first_values.hpp"

#include "gradtable/models/networks/initializers.hpp"

namespace gradtable::detail {

// Random streams of layers lie apart from those of epochs and images, which count from 0.
constexpr std::uint64_t kFirstStream = std::uint64_t{1} << 32;

FirstValues first_values(const Shape& weights, std::string_view initializer, std::uint64_t seed,
                         std::size_t layer, DType dtype) {
  const Initializer& chosen = find_initializer(initializer);
  Random random(seed, kFirstStream + layer);
  Array values = chosen.weights(weights, random, dtype);
  Array bias = initial_bias(chosen, weights, random, dtype);
  return {std::move(values), std::move(bias)};
}

}  // namespace gradtable::detail
