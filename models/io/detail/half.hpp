// Numbers of 16 bits that other programs write.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace gradtable::detail {

// IEEE 754 binary16: a sign, 5 bits of the exponent, 10 of the fraction.
inline float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  const auto number = static_cast<float>(fraction);
  float size = 0;
  if (exponent == 0x1f)
    size = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  else
    size = exponent == 0 ? std::ldexp(number, -24) : std::ldexp(number + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

}  // namespace gradtable::detail
