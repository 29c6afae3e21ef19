// Smooth random displacement fields for elastic distortion (Simard, Steinkraus and Platt, ICDAR 2003).
#pragma once

#include <cstdint>
#include <vector>

#include "gradtable/models/config/range.hpp"

namespace gradtable {

struct ElasticOptions {
  static constexpr config::RealRange kSigma{.low = 1, .high = 100};
  static constexpr config::RealRange kAlpha{.low = 0, .high = 10000};

  double sigma = 4;  // of the Gaussian, in pixels
  double alpha = 0;  // displacement in pixels of a field that is 1; 0: no elastic distortion
};

// Displacements (dx, dy) of every pixel of an image. Simard et al. draw each from [-1, 1], smooth dx and dy
// by a Gaussian of standard deviation sigma and multiply by alpha. With weights of sum 1 and nothing rescaled
// afterwards, such a field is a sum of about 4 pi sigma^2 numbers, normal, with the covariance
//   rms^2 exp(-d^2 / (4 sigma^2)) at distance d,  rms = alpha / (sigma sqrt(12 pi)),
// 1.38 pixels for alpha 34 and sigma 4. (Their "norm of 1", taken over 28 x 28 pixels, is 1.21.)
//
// Here fields of this covariance are made at once, as D Z A, of normal numbers Z: the columns of D are the
// few smooth functions of the row that span the covariance down an image, the rows of A those across. Noise
// beyond the borders is part of it, so that all pixels are displaced alike.
class ElasticField {
 public:
  // 1 <= sigma <= 100, extents at least 1.
  ElasticField(const ElasticOptions& options, std::int64_t rows, std::int64_t columns);

  // How many random numbers of 32 bits make a field, and how many numbers of space that takes.
  std::int64_t numbers() const { return 2 * rank_down_ * rank_across_; }
  std::int64_t space() const { return numbers() + 2 * rank_down_ * stride_; }
  // Floating-point operations of compute, without the random numbers.
  double flops() const;
  // Displacements in pixels as [row][dx, dy][column], with stride(columns) numbers for the columns and up to
  // kTileRows - 1 rows more than the image has: size(rows, columns) numbers.
  void compute(const std::uint32_t* random, float* space, float* field) const;

  static constexpr std::int64_t kLanes = 16;
  static constexpr std::int64_t kTileRows = 4;
  static std::int64_t stride(std::int64_t columns);
  static std::int64_t size(std::int64_t rows, std::int64_t columns);

 private:
  std::int64_t rows_, stride_;
  std::int64_t rank_down_, rank_across_;
  std::vector<float> down_;    // (rows, rank_down)
  std::vector<float> across_;  // (rank_across, stride)
};

}  // namespace gradtable
