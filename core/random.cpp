#include "gradtable/core/random.hpp"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

namespace gradtable {

Random::result_type Random::operator()() {
  if (used_ == block_.size()) {
    const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
    const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
    const r123::Philox4x32::ctr_type counter = {{low(counter_), high(counter_), low(stream_), high(stream_)}};
    const r123::Philox4x32::key_type key = {{low(key_), high(key_)}};
    const auto block = r123::Philox4x32{}(counter, key);
    for (std::size_t i = 0; i < block_.size(); ++i) block_[i] = block[i];
    ++counter_;
    used_ = 0;
  }
  return block_[used_++];
}

double Random::uniform() {
  const std::uint64_t high = (*this)() >> 5;  // 27 bits
  const std::uint64_t low = (*this)() >> 6;   // 26 bits
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::uint32_t Random::below(std::uint32_t bound) {
  const std::uint32_t too_low = (0U - bound) % bound;  // numbers to leave out so that the rest divides evenly
  std::uint32_t bits = (*this)();
  while (bits < too_low) bits = (*this)();
  return bits % bound;
}

}  // namespace gradtable
