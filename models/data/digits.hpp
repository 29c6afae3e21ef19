// Handwritten-like digits, drawn by the program: a data set for where there is none.
#pragma once

#include <cstdint>

#include "gradtable/models/data/dataset.hpp"

namespace gradtable {

// `count` images of 28x28 pixels, white on black, of 10 classes, each drawn with its own slant, size, place,
// wobble, pen and noise. Image i depends on `seed` and i alone: asking for more keeps those that were there.
// Throws ConfigError for a `count` below 0 or above kMostDigits.
inline constexpr std::int64_t kMostDigits = 1'000'000;
Dataset draw_digits(std::int64_t count, std::uint64_t seed);

}  // namespace gradtable
