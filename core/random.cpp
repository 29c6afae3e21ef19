#include "gradtable/core/random.hpp"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

#include "gradtable/core/machine/simd.hpp"

namespace gradtable {
namespace {

using Philox = r123::Philox4x32;

constexpr std::uint32_t low(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits);
}
constexpr std::uint32_t high(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits >> 32);
}

GRADTABLE_INLINE inline Philox::ctr_type block_of(std::uint64_t seed, std::uint64_t stream,
                                                  std::uint64_t number) {
  const Philox::ctr_type counter = {{low(number), high(number), low(stream), high(stream)}};
  const Philox::key_type key = {{low(seed), high(seed)}};
  return Philox{}(counter, key);
}

}  // namespace

Random::result_type Random::operator()() {
  if (used_ == block_.size()) {
    const auto block = block_of(key_, stream_, counter_);
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

void random_blocks(std::uint64_t seed, RandomStream stream, std::uint64_t first, std::int64_t blocks,
                   std::uint32_t* bits) {
  const std::uint64_t begin = stream.first_block + first;
  detail::simd([=]() GRADTABLE_INLINE {
    GRADTABLE_INDEPENDENT
    for (std::int64_t i = 0; i < blocks; ++i) {
      const auto block = block_of(seed, stream.number, begin + static_cast<std::uint64_t>(i));
      for (std::int64_t k = 0; k < kRandomBlock; ++k)
        bits[kRandomBlock * i + k] = block[static_cast<std::size_t>(k)];
    }
  });
}

}  // namespace gradtable
