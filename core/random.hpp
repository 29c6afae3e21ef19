// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC 2011): the same seed and stream give the
// same numbers on every machine, and streams do not disturb each other.
#pragma once

#include <array>
#include <cstdint>

#include "gradtable/core/random_streams.hpp"

namespace gradtable {

class Random {
 public:
  using result_type = std::uint32_t;

  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : key_(seed), stream_(stream) {}
  Random(std::uint64_t seed, RandomStream stream)
      : key_(seed), stream_(stream.number), counter_(stream.first_block) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xffffffffU; }
  // 32 random bits.
  result_type operator()();
  // Uniform in [0, 1), with 53 random bits.
  double uniform();
  // Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Standard normal (Box and Muller).
  double normal();
  // Uniform in {0, ..., bound - 1} without bias; bound > 0.
  std::uint32_t below(std::uint32_t bound);

 private:
  std::uint64_t key_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

// The numbers of one Philox block.
constexpr std::int64_t kRandomBlock = 4;

// The bits of Random(seed, stream) from number kRandomBlock * first on, kRandomBlock * blocks of them. Whole
// vectors of blocks at once: 1 ns for a number in place of 3.3.
void random_blocks(std::uint64_t seed, RandomStream stream, std::uint64_t first, std::int64_t blocks,
                   std::uint32_t* bits);

}  // namespace gradtable
