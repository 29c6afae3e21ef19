#include "gradtable/models/data/elastic.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

struct Extents {
  std::int64_t rows, columns;
};

// Fields of one image after another.
class Fields {
 public:
  Fields(const ElasticOptions& options, const Extents& extents)
      : field_(options, extents.rows, extents.columns),
        stride_(ElasticField::stride(extents.columns)),
        random_(static_cast<std::size_t>(field_.numbers())),
        space_(static_cast<std::size_t>(field_.space())),
        values_(static_cast<std::size_t>(ElasticField::size(extents.rows, extents.columns))) {}

  void next() {
    std::ranges::generate(random_, [this] { return source_(); });
    field_.compute(random_.data(), space_.data(), values_.data());
  }
  std::size_t numbers() const { return random_.size(); }
  // The field of one normal number that is 1 and others that are 0.
  void make_of(std::size_t number) {
    constexpr std::uint32_t kZero = 0x00ff00ff, kLargest = 0xffffffff;
    std::ranges::fill(random_, kZero);
    random_[number] = kLargest;
    field_.compute(random_.data(), space_.data(), values_.data());
    // Four bytes of 255 in place of their mean, of variance (256^2 - 1) / 12 each.
    const double normal = 4 * 127.5 / std::sqrt(4 * (256 * 256 - 1) / 12.0);
    for (float& value : values_) value = static_cast<float>(value / normal);
  }
  double dx(std::int64_t row, std::int64_t column) const { return at(2 * row, column); }
  double dy(std::int64_t row, std::int64_t column) const { return at(2 * row + 1, column); }

 private:
  double at(std::int64_t line, std::int64_t column) const {
    return double{values_[static_cast<std::size_t>(line * stride_ + column)]};
  }

  ElasticField field_;
  std::int64_t stride_;
  Random source_{11};
  std::vector<std::uint32_t> random_;
  std::vector<float> space_, values_;
};

// Of a number of [-1,1] at every pixel, smoothed by a Gaussian whose weights have the sum 1: the mean of the
// product at two pixels, summed naively.
double covariance_of_smoothed_noise(double sigma, double rows_apart, double columns_apart) {
  const auto weights_at = [sigma](double apart) {
    double sum = 0, product = 0;
    for (int i = -200; i <= 200; ++i) {
      const double a = std::exp(-i * i / (2 * sigma * sigma));
      sum += a;
      product += a * std::exp(-(i - apart) * (i - apart) / (2 * sigma * sigma));
    }
    return product / (sum * sum);
  };
  return weights_at(rows_apart) * weights_at(columns_apart) / 3;
}

TEST(ElasticField, HasTheEnergyOfSmoothedNoiseAtEveryPixel) {
  constexpr int kFields = 2000;
  constexpr std::int64_t kSide = 28;
  for (const double sigma : {2.0, 4.0, 6.0}) {
    Fields fields({.sigma = sigma, .alpha = 34}, {kSide, kSide});
    std::vector<double> sum(2 * kSide * kSide), squares(2 * kSide * kSide);
    for (int n = 0; n < kFields; ++n) {
      fields.next();
      std::size_t i = 0;
      for (std::int64_t row = 0; row < kSide; ++row)
        for (std::int64_t column = 0; column < kSide; ++column)
          for (const double d : {fields.dx(row, column), fields.dy(row, column)}) {
            sum[i] += d;
            squares[i++] += d * d;
          }
    }
    const double expected = 34 * 34 * covariance_of_smoothed_noise(sigma, 0, 0);
    EXPECT_NEAR(std::sqrt(expected), 34 / (sigma * std::sqrt(12 * std::numbers::pi)), 1e-3);
    double mean_energy = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      ASSERT_NEAR(sum[i] / kFields, 0, 5.5 * std::sqrt(expected / kFields)) << sigma << " " << i;
      ASSERT_NEAR(squares[i] / kFields, expected, 5.5 * expected * std::sqrt(2.0 / kFields))
          << sigma << " " << i;
      mean_energy += squares[i] / kFields / static_cast<double>(sum.size());
    }
    EXPECT_NEAR(mean_energy, expected, 0.03 * expected) << sigma;
  }
}

// Fields are linear in their random numbers, so one field for each number tells the covariance exactly.
TEST(ElasticField, IsAsSmoothAsSmoothedNoise) {
  const Extents others[] = {{0, 0}, {0, 1}, {1, 0}, {0, 4}, {3, 3}, {8, 0}, {0, 12}, {8, 12}};
  for (const double sigma : {1.0, 3.0, 6.0}) {
    Fields fields({.sigma = sigma, .alpha = 1}, {9, 20});
    double products[std::size(others)]{}, mixed = 0;
    for (std::size_t number = 0; number < fields.numbers(); ++number) {
      fields.make_of(number);
      for (std::size_t i = 0; i < std::size(others); ++i)
        products[i] += fields.dy(0, 7) * fields.dy(others[i].rows, 7 + others[i].columns);
      mixed += fields.dx(4, 4) * fields.dy(4, 4);
    }
    for (std::size_t i = 0; i < std::size(others); ++i) {
      const auto rows = static_cast<double>(others[i].rows), columns = static_cast<double>(others[i].columns);
      EXPECT_NEAR(
          products[i] / covariance_of_smoothed_noise(sigma, 0, 0),
          covariance_of_smoothed_noise(sigma, rows, columns) / covariance_of_smoothed_noise(sigma, 0, 0),
          4e-4)
          << sigma << " " << i;
    }
    EXPECT_EQ(mixed, 0);
  }
}

// Of a normal number, 68.3 % lie within a standard deviation, 95.4 % within two and 99.7 % within three.
TEST(ElasticField, IsNormal) {
  constexpr int kFields = 20000;
  Fields fields({.sigma = 4, .alpha = 1}, {28, 28});
  const double deviation = std::sqrt(covariance_of_smoothed_noise(4, 0, 0));
  int within[3]{};
  for (int n = 0; n < kFields; ++n) {
    fields.next();
    for (int times = 1; times <= 3; ++times)
      within[times - 1] += std::abs(fields.dx(10, 19)) < times * deviation;
  }
  EXPECT_NEAR(within[0], 0.6827 * kFields, 330);
  EXPECT_NEAR(within[1], 0.9545 * kFields, 150);
  EXPECT_NEAR(within[2], 0.9973 * kFields, 40);
}

TEST(ElasticField, TakesOnePixelAndExtentsOfNoWholeVectors) {
  for (const Extents& extents : {Extents{1, 1}, {1, 33}, {5, 3}, {17, 16}}) {
    for (const double sigma : {1.0, 100.0}) {
      Fields fields({.sigma = sigma, .alpha = 10}, extents);
      double energy = 0;
      constexpr int kFields = 400;
      for (int n = 0; n < kFields; ++n) {
        fields.next();
        const double last = fields.dx(extents.rows - 1, extents.columns - 1);
        energy += last * last / kFields;
      }
      const double expected = 100 * covariance_of_smoothed_noise(sigma, 0, 0);
      EXPECT_NEAR(energy / expected, 1, 0.4) << extents.rows << " " << extents.columns << " " << sigma;
    }
  }
}

}  // namespace
}  // namespace gradtable
