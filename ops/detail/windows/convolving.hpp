// What the ops of convolutions share.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/windows/correlation.hpp"
#include "gradtable/ops/detail/windows/window.hpp"
#include "gradtable/ops/patterns/choice.hpp"

namespace gradtable::detail {

// What the three products of a convolution y = conv(x, w) share. Each is linear in each of its two inputs,
// and the gradients of each are the other two.
class Convolving : public Op, public Contraction {
 public:
  Convolving(WindowSettings windows, std::int64_t groups) : windows_(std::move(windows)), groups_(groups) {}

  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> list = windows_.attributes();
    list.push_back({"groups", groups_});
    return list;
  }

 protected:
  std::string_view name_of(const std::array<std::string_view, 3>& names) const {
    return names[static_cast<std::size_t>(windows_.axes() - 1)];
  }

  // Throw ShapeError for what does not depend on the kernel; `filters` are the channels of y.
  DType check(std::span<const TensorType> inputs, std::int64_t filters) const;
  static void check_bias(std::span<const TensorType> inputs, std::int64_t channels);

  Convolution convolution(const Shape& x, const Shape& w, const Shape& y) const;

  // Images, where there are many of them: then no thread reads those of others. Else their channels.
  static std::int64_t parts_of(const Shape& shape) {
    constexpr std::int64_t kManyImages = 16;
    if (shape.size() == 0) return 0;
    return shape[0] >= kManyImages ? shape[0] : shape[0] * shape[1];
  }

  // Parts as planes, one for each channel of an image.
  static Parts planes_of(const Shape& shape, Parts parts) {
    const std::int64_t planes = shape.size() == 0 ? 0 : shape[0] * shape[1] / parts_of(shape);
    return {parts.begin * planes, parts.end * planes};
  }

  // A multiplication and an addition for each weight at each position of y.
  static double products(const Shape& w, double positions) {
    return 2 * positions * static_cast<double>(w.size());
  }
  static double positions_of(const Shape& y) {
    return y[1] == 0 ? 0 : static_cast<double>(y.size()) / static_cast<double>(y[1]);
  }

  WindowSettings windows_;
  std::int64_t groups_;
};

// Images in slices, each of which is made of the same slice of the first input.
class ConvolvingImages : public Convolving {
 public:
  using Convolving::Convolving;
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return parts_of(output.shape);
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>,
                       const TensorType& output) const override {
    return input == 0 && parts_of(output.shape) == output.shape[0];
  }
};

}  // namespace gradtable::detail
