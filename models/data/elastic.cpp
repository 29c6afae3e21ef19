#include "gradtable/models/data/elastic.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "gradtable/core/machine/simd.hpp"

namespace gradtable {
namespace {

// Of the variance, that a factor may leave out: a hundredth of the displacement.
constexpr double kLeftOut = 1e-4;

std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// Rows l_0, l_1, ... with sum_k l_k[i] l_k[j] = exp(-(i - j)^2 / (4 sigma^2)) to within kLeftOut: a Cholesky
// factor, which takes the point of the largest variance left each time and stops when none is left.
std::vector<std::vector<double>> factor(double sigma, std::size_t extent) {
  std::vector<std::vector<double>> rows;
  std::vector<double> left(extent, 1);
  for (;;) {
    const auto pivot = static_cast<std::size_t>(std::ranges::max_element(left) - left.begin());
    if (left[pivot] <= kLeftOut) return rows;
    std::vector<double> row(extent);
    for (std::size_t i = 0; i < extent; ++i) {
      const double distance = (static_cast<double>(i) - static_cast<double>(pivot)) / (2 * sigma);
      row[i] = std::exp(-distance * distance);
    }
    for (const auto& known : rows)
      for (std::size_t i = 0; i < extent; ++i) row[i] -= known[i] * known[pivot];
    const double root = std::sqrt(left[pivot]);
    for (std::size_t i = 0; i < extent; ++i) {
      row[i] /= root;
      left[i] -= row[i] * row[i];
    }
    left[pivot] = 0;
    rows.push_back(std::move(row));
  }
}

// Sums of four random bytes, scaled to variance 1: close to normal.
void to_normal(const std::uint32_t* random, std::int64_t count, float* numbers) {
  constexpr float kMean = 4 * 127.5F, kScale = 0.006765913F;  // 1 / sqrt(4 (256^2 - 1) / 12)
  detail::simd([=]() GRADTABLE_INLINE {
    GRADTABLE_INDEPENDENT
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t pairs = (random[i] & 0x00ff00ffU) + (random[i] >> 8 & 0x00ff00ffU);
      const auto sum = static_cast<std::int32_t>((pairs & 0xffffU) + (pairs >> 16));
      numbers[i] = (static_cast<float>(sum) - kMean) * kScale;
    }
  });
}

// c = a b; a is (m,k), b (k,n); m is a multiple of kTileRows, n of kLanes.
void multiply(std::int64_t m, std::int64_t k, std::int64_t n, const float* a, const float* b, float* c) {
  constexpr std::int64_t kLanes = ElasticField::kLanes, kTileRows = ElasticField::kTileRows;
  typedef float Vector
      __attribute__((vector_size(kLanes * sizeof(float)), aligned(alignof(float)), may_alias));
  detail::simd([=]() GRADTABLE_INLINE {
    for (std::int64_t i = 0; i < m; i += kTileRows) {
      for (std::int64_t j = 0; j < n; j += kLanes) {
        Vector sums[kTileRows] = {};
        for (std::int64_t l = 0; l < k; ++l) {
          const Vector right = *reinterpret_cast<const Vector*>(b + l * n + j);
          for (std::int64_t r = 0; r < kTileRows; ++r) sums[r] += a[(i + r) * k + l] * right;
        }
        for (std::int64_t r = 0; r < kTileRows; ++r)
          *reinterpret_cast<Vector*>(c + (i + r) * n + j) = sums[r];
      }
    }
  });
}

}  // namespace

ElasticField::ElasticField(const ElasticOptions& options, std::int64_t rows, std::int64_t columns)
    : rows_(round_up(rows, kTileRows)), stride_(stride(columns)) {
  const auto down = factor(options.sigma, static_cast<std::size_t>(rows));
  const auto across = factor(options.sigma, static_cast<std::size_t>(columns));
  const double rms = options.alpha / (options.sigma * std::sqrt(12 * std::numbers::pi));
  rank_down_ = round_up(static_cast<std::int64_t>(down.size()), kTileRows / 2);
  rank_across_ = static_cast<std::int64_t>(across.size());
  down_.resize(static_cast<std::size_t>(rows_ * rank_down_));
  for (std::size_t k = 0; k < down.size(); ++k) {
    for (std::size_t i = 0; i < down[k].size(); ++i)
      down_[i * static_cast<std::size_t>(rank_down_) + k] = static_cast<float>(rms * down[k][i]);
  }
  across_.resize(static_cast<std::size_t>(rank_across_ * stride_));
  for (std::size_t k = 0; k < across.size(); ++k)
    std::ranges::transform(across[k], across_.begin() + static_cast<std::ptrdiff_t>(k) * stride_,
                           [](double value) { return static_cast<float>(value); });
}

void ElasticField::compute(const std::uint32_t* random, float* space, float* field) const {
  float* const across = space + numbers();
  to_normal(random, numbers(), space);
  multiply(2 * rank_down_, rank_across_, stride_, space, across_.data(), across);
  multiply(rows_, rank_down_, 2 * stride_, down_.data(), across, field);
}

double ElasticField::flops() const {
  return 4.0 * static_cast<double>(rank_down_ * stride_ * (rank_across_ + rows_));
}

std::int64_t ElasticField::stride(std::int64_t columns) {
  return round_up(columns, kLanes);
}

std::int64_t ElasticField::size(std::int64_t rows, std::int64_t columns) {
  return round_up(rows, kTileRows) * 2 * stride(columns);
}

}  // namespace gradtable
