#include "gradtable/ops/normalization.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

struct Statistics {
  Array mean, variance;
};

// Over the axes along which `shape`, of x's rank, has an extent of 1.
Statistics statistics(const Array& x, const Shape& shape) {
  const double share = static_cast<double>(shape.size()) / static_cast<double>(x.shape().size());
  Statistics found{summed(x, shape, share), {}};
  const Array squares =
      mapped(x, found.mean, x.shape(), [](double v, double m) { return (v - m) * (v - m); });
  found.variance = summed(squares, shape, share);
  return found;
}

Array normalized(const Array& x, const Statistics& s, const Array& scale, const Array& bias, double epsilon) {
  Array y = x;
  for_each_index(x.shape(), [&](const Index& i) {
    at(y, i) =
        at(scale, i) * (at(x, i) - at(s.mean, i)) / std::sqrt(at(s.variance, i) + epsilon) + at(bias, i);
  });
  return y;
}

Shape channel_shape(const Shape& shape) {
  Index extents(static_cast<std::size_t>(shape.rank()), 1);
  extents[1] = shape[1];
  return Shape(extents);
}

using Member = Tensor BatchNormResult::*;
constexpr BatchNormOptions kOptions = {.momentum = 0.75, .epsilon = 1e-3};

// Of x, scale and bias; the running statistics do not matter.
OpCase batch_norm_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape), scale = positive({shape[1]}), bias = numbers({shape[1]}, 0.3);
  const Shape k = channel_shape(shape);
  return {"batch_norm" + special,
          [](Inputs in) { return batch_norm(in[0], in[1], in[2], in[2], in[1], kOptions).output; },
          {x, scale, bias},
          normalized(x, statistics(x, k), with_shape(scale, k), with_shape(bias, k), kOptions.epsilon)};
}

using Of = const Array& (*)(const Statistics&);
const Shape kImages = {4, 3, 2};

Array batch_statistic(const Array& x, Of of) {
  return with_shape(of(statistics(x, channel_shape(x.shape()))), {x.shape()[1]});
}

// Of x alone, on which the statistics of the batch depend.
OpCase statistic_case(const std::string& special, Member member, Of of) {
  const Array x = numbers(kImages);
  const auto f = [member](Inputs in) {
    const Tensor k = in[0].graph().constant(full({3}, 1, in[0].dtype()));
    return batch_norm(in[0], k, k, k, k, kOptions).*member;
  };
  return {"batch_norm" + special, f, {x}, batch_statistic(x, of)};
}

// Of x and the running statistic that the member is made from.
OpCase running_case(const std::string& special, Member member, Of of) {
  const Array x = numbers(kImages), running = positive({3});
  return {"batch_norm" + special,
          [member](Inputs in) { return batch_norm(in[0], in[1], in[1], in[1], in[1], kOptions).*member; },
          {x, running},
          mapped(running, batch_statistic(x, of), {3},
                 [](double old, double now) { return 0.75 * old + 0.25 * now; })};
}

const Array& mean_of(const Statistics& s) {
  return s.mean;
}
const Array& variance_of(const Statistics& s) {
  return s.variance;
}

OpCase inference_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape), scale = positive({shape[1]}), bias = numbers({shape[1]}, 0.3);
  const Array mean = numbers({shape[1]}, 0.9), variance = positive({shape[1]}, 0.5);
  const Shape k = channel_shape(shape);
  return {"batch_norm_inference" + special,
          [](Inputs in) { return batch_norm_inference(in[0], in[1], in[2], in[3], in[4], 1e-3); },
          {x, scale, bias, mean, variance},
          normalized(x, {with_shape(mean, k), with_shape(variance, k)}, with_shape(scale, k),
                     with_shape(bias, k), 1e-3)};
}

OpCase layer_norm_case(const std::string& special, const Shape& shape, int axis) {
  const Shape rest = shape.last(shape.rank() - axis);
  Index extents(shape.extents().begin(), shape.extents().end());
  std::fill(extents.begin() + axis, extents.end(), 1);
  const Array x = numbers(shape), scale = positive(rest), bias = numbers(rest, 0.3);
  return {"layer_norm" + special,
          [axis](Inputs in) { return layer_norm(in[0], in[1], in[2], axis, 1e-3).output; },
          {x, scale, bias},
          normalized(x, statistics(x, Shape(extents)), scale, bias, 1e-3)};
}

OpCase layer_statistic_case(const std::string& special, Tensor LayerNormResult::*member,
                            double (*of)(double, double)) {
  const Array x = numbers({3, 4});
  const Statistics s = statistics(x, {3, 1});
  return {"layer_norm" + special,
          [member](Inputs in) { return layer_norm(in[0], in[0], in[0], -1, 1e-3).*member; },
          {x},
          mapped(s.mean, s.variance, {3, 1}, of)};
}

Call with(const BatchNormOptions& options) {
  return [options](Inputs in) { return batch_norm(in[0], in[1], in[1], in[1], in[1], options).output; };
}

Call of_axis(std::int64_t axis, double epsilon = 1e-5) {
  return [=](Inputs in) { return layer_norm(in[0], in[1], in[1], axis, epsilon).output; };
}

}  // namespace

Rows normalization_rows() {
  const TensorType x{DType::float64, {2, 3}}, k{DType::float64, {3}}, n{DType::float64, {2}};
  const TensorType single{DType::float32, {3}}, empty{DType::float64, {0, 3}}, integers{DType::int32, {2, 3}};
  const TensorType rows_of_nothing{DType::float64, {2, 0}}, nothing{DType::float64, {0}},
      scalar{DType::float64, {}};
  return {
      {.function = "batch_norm",
       .formula = "y = scale (x - m) / sqrt(v + epsilon) + bias, m and v over all axes but axis 1",
       .derivative = "x: scale / d (G - mean G - u mean(G u)) for u = (x - m) / d, d = sqrt(v + epsilon); "
                     "scale: sum G u; bias: sum G",
       .cases = {batch_norm_case("", {5, 3}), batch_norm_case(" of_images", {4, 3, 2, 3}),
                 batch_norm_case(" one_channel", {4, 1}), batch_norm_case(" one_image", {1, 3, 4}),
                 statistic_case(" mean", &BatchNormResult::mean, mean_of),
                 statistic_case(" variance", &BatchNormResult::variance, variance_of),
                 running_case(" running_mean", &BatchNormResult::running_mean, mean_of),
                 running_case(" running_variance", &BatchNormResult::running_variance, variance_of)},
       .refused = {{{x, n, n}},
                   {{x, k, n}},
                   {{x, single, k}},
                   {{k, k, k}},
                   {{empty, k, k}},
                   {{scalar, k, k}},
                   {{integers, k, k}},
                   {{x, k}, with({.momentum = 1.5})},
                   {{x, k}, with({.epsilon = -1})}},
       .smooth = Smoothness::third,
       .onnx = {"BatchNormalization"}},
      {.function = "batch_norm_inference",
       .formula = "y = scale (x - mean) / sqrt(variance + epsilon) + bias",
       .derivative = "x: G scale / d for d = sqrt(variance + epsilon), mean: -sum of that, "
                     "variance: -sum G scale (x - mean) / (2 d^3), scale: sum G (x - mean) / d, bias: sum G",
       .cases = {inference_case("", {5, 3}), inference_case(" of_images", {4, 3, 2, 3}),
                 inference_case(" one_channel", {4, 1}), inference_case(" of_nothing", {0, 3})},
       .refused = {{{x, n, k, k, k}}, {{x, k, k, k, n}}, {{k, k, k, k, k}}, {{scalar, k, k, k, k}}},
       .smooth = Smoothness::third,
       .onnx = {"BatchNormalization"}},
      {.function = "layer_norm",
       .formula = "y = scale (x - m) / sqrt(v + epsilon) + bias, m and v over the axes from `axis` on",
       .derivative = "x: (H - mean H - u mean(H u)) / d for H = G scale, u = (x - m) / d, "
                     "d = sqrt(v + epsilon); scale: sum G u; bias: sum G",
       .cases = {layer_norm_case("", {3, 4}, 1), layer_norm_case(" of_two_axes", {2, 3, 4}, 1),
                 layer_norm_case(" one_row", {1, 4}, 1), layer_norm_case(" no_rows", {0, 3}, 1),
                 layer_norm_case(" of_all", {2, 3}, 0),
                 layer_statistic_case(" mean", &LayerNormResult::mean, [](double m, double) { return m; }),
                 layer_statistic_case(" inverse_deviation", &LayerNormResult::inverse_deviation,
                                      [](double, double v) { return 1 / std::sqrt(v + 1e-3); })},
       .refused = {{{x, n, n}},
                   {{x, single, single}},
                   {{integers, integers, integers}},
                   {{rows_of_nothing, nothing, nothing}},
                   {{scalar, scalar, scalar}},
                   {{x, k}, of_axis(2)},
                   {{x, k}, of_axis(-3)},
                   {{x, k}, of_axis(1, -1)}},
       .smooth = Smoothness::third,
       .onnx = {"LayerNormalization"}},
  };
}

}  // namespace gradtable::testing
