// What the layers of networks start with.
#pragma once

#include <cstdint>
#include <string_view>

#include "gradtable/core/array.hpp"

namespace gradtable::detail {

struct FirstValues {
  Array weights;
  Array bias;
};

// Of a layer with weights of this shape, from random numbers of its own: those of layer `layer` of a network
// of this seed. Throws what find_initializer and the initializer throw.
FirstValues first_values(const Shape& weights, std::string_view initializer, std::uint64_t seed,
                         std::size_t layer, DType dtype);

}  // namespace gradtable::detail
