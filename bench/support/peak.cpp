#include "peak.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <vector>

#include <cblas.h>

#include "gradtable/core/machine/blas.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The compiler must take the memory behind the pointer as read and written.
void keep(void* memory) {
  asm volatile("" : : "g"(memory) : "memory");
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BENCH_TARGET_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define BENCH_TARGET_CLONES
#endif

using Vector = float __attribute__((vector_size(64)));
// Enough to hide the latency of a multiply-add behind the others.
constexpr std::size_t kAccumulators = 10;

BENCH_TARGET_CLONES void multiply_add(int count, Vector* sums) {
  std::array<Vector, kAccumulators> x;
  std::copy_n(sums, kAccumulators, x.begin());
  const Vector factor = x[0] * 0.0F + 0.5F;
  const Vector addend = x[0] * 0.0F + 1.0F;
  for (int i = 0; i < count; ++i) {
#pragma GCC unroll 10
    for (Vector& sum : x) sum = sum * factor + addend;
  }
  std::copy_n(x.begin(), kAccumulators, sums);
}

double flops_of_registers() {
  constexpr int kCount = 100000;
  alignas(64) std::array<Vector, kAccumulators> sums{};
  double best = 0;
  for (int round = 0; round < 200; ++round) {
    const auto start = Clock::now();
    multiply_add(kCount, sums.data());
    keep(sums.data());
    best = std::max(best, 2.0 * 16 * kAccumulators * kCount / seconds_since(start));
  }
  return best;
}

double flops_of_product() {
  constexpr int kExtent = 1024;
  const std::vector<float> a(kExtent * kExtent, 1.0F), b(kExtent * kExtent, 2.0F);
  std::vector<float> c(kExtent * kExtent);
  gradtable::set_blas_threads(1);
  double best = 0;
  for (int round = 0; round < 8; ++round) {
    const auto start = Clock::now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kExtent, kExtent, kExtent, 1.0F, a.data(), kExtent,
                b.data(), kExtent, 0.0F, c.data(), kExtent);
    keep(c.data());
    best = std::max(best, 2.0 * kExtent * kExtent * kExtent / seconds_since(start));
  }
  return best;
}

double copy_rate(std::size_t bytes) {
  const std::size_t half = std::max<std::size_t>(bytes, 128) / 2;
  // Long enough for the clock: about 2 MB in a round.
  const std::size_t copies = std::max<std::size_t>(1, (std::size_t{1} << 20) / half);
  std::vector<char> from(half, 1), to(half);
  double best = 0;
  for (int round = 0; round < 30; ++round) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < copies; ++i) {
      std::memcpy(to.data(), from.data(), half);
      keep(to.data());
    }
    best = std::max(best, 2.0 * static_cast<double>(half * copies) / seconds_since(start));
  }
  return best;
}

}  // namespace

double peak_flops() {
  gradtable::tune_blas();
  return std::max(flops_of_registers(), flops_of_product());
}

double CopyRates::operator()(std::size_t bytes) {
  const auto [entry, is_new] = measured_.try_emplace(bytes, 0.0);
  if (is_new) entry->second = copy_rate(bytes);
  return entry->second;
}

}  // namespace bench
