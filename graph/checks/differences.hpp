// Differences of y = op(x_1, ..., x_n) along a direction in one of its inputs.
#pragma once

#include <span>
#include <vector>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

using Numbers = std::vector<double>;

Numbers numbers_of(const ConstView& view);
// <a, b>, and the root of the sum of (a_i b_i)^2, which is what <a, b> amounts to when signs are random.
double inner(std::span<const double> a, std::span<const double> b);
double norm_of_product(std::span<const double> a, std::span<const double> b);

class Differences {
 public:
  // Three steps, each 16 times smaller than the one before: if the curvature of y is too large for one, a
  // smaller one will do.
  static constexpr std::size_t kSteps = 3;

  // The inputs must stay where they are; y = op(inputs) is of `dtype`. `v` holds one number for each element
  // of input `wrt`: the direction in units of the element's magnitude, to which it is scaled.
  Differences(const Op& op, std::vector<ConstView> inputs, DType dtype, std::size_t wrt, Numbers v);

  const Numbers& y() const { return y_; }
  // The direction, scaled.
  const Numbers& direction() const { return v_; }
  // (y(x + h v) - y(x - h v)) / 2h
  const Numbers& central(std::size_t step) const { return central_[step]; }
  // What rounding alone may add to <central(step), u>.
  double noise(std::size_t step, std::span<const double> u) const;
  // Elements of y whose one-sided differences stay apart as h shrinks, or are not finite.
  std::vector<bool> kinks() const;

 private:
  double step_size(std::size_t step) const;
  Numbers value_at(double h);

  const Op& op_;
  std::vector<ConstView> inputs_;
  std::size_t wrt_;
  Array moved_;
  double epsilon_;
  Numbers x_, v_, y_;
  std::vector<Numbers> central_;
  std::vector<Numbers> gaps_;  // |forward - backward difference|, by step
};

}  // namespace gradtable::detail
