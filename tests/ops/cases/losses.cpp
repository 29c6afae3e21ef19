#include "gradtable/ops/losses.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// `y` are the labels as rows, for the formula.
OpCase cross_entropy_case(const std::string& special, const Array& labels, const Array& y) {
  const Array p = positive(y.shape(), 0.2);
  return {"cross_entropy" + special,
          [](Inputs in) { return cross_entropy(in[0], in[1]); },
          {p, labels},
          cross_entropy_sum(p, y)};
}

OpCase softmax_cross_entropy_case(const std::string& special, const Array& labels, const Array& y) {
  const Array x = numbers(y.shape());
  return {"softmax_cross_entropy" + special,
          [](Inputs in) { return softmax_cross_entropy(in[0], in[1]); },
          {x, labels},
          cross_entropy_sum(softmax_of_rows(x), y, 1.0 / static_cast<double>(y.shape()[0]))};
}

// Options with the weights as numbers; none when empty.
struct Options {
  std::vector<double> weights = {};
  std::optional<std::int32_t> ignore_index = {};
  LossReduction reduction = LossReduction::mean;
  double label_smoothing = 0;
};

// The index without that of the classes.
Index of_example(Index index) {
  index.erase(index.begin() + 1);
  return index;
}

// By the definition, class by class: y are rows of weights of x's shape, 0 for examples that do not count;
// `shares` says that the mean divides by the weights of the labels.
Array nll_loop(const Array& x, const Array& y, const Options& options, bool shares) {
  const double k = static_cast<double>(x.shape()[1]), e = options.label_smoothing;
  Index extents(x.shape().extents().begin(), x.shape().extents().end());
  Array costs(DType::float64, Shape(of_example(extents))), counted = costs;
  double sum = 0, divisor = 0;
  for_each_index(x.shape(), [&](const Index& i) { at(counted, of_example(i)) += at(y, i); });
  for_each_index(x.shape(), [&](const Index& i) {
    const auto j = static_cast<std::size_t>(i[1]);
    const double w = options.weights.empty() ? 1 : options.weights[j];
    const bool counts = !shares || at(counted, of_example(i)) > 0;
    const double cost = counts ? -w * (at(y, i) * (1 - e) + e / k) * at(x, i) : 0;
    at(costs, of_example(i)) += cost;
    sum += cost;
    divisor += shares ? w * at(y, i) : 1 / k;
  });
  if (options.reduction == LossReduction::none) return costs;
  return full({}, options.reduction == LossReduction::sum ? sum : sum / divisor, DType::float64);
}

Array rows_of(const Array& labels, const Shape& shape, const Options& options) {
  Array y(DType::float64, shape);
  const auto numbers = cast(labels, DType::float64);
  for_each_index(shape, [&](const Index& i) {
    const double label = at(numbers, of_example(i));
    at(y, i) = label == static_cast<double>(i[1]) && label != options.ignore_index.value_or(-1) ? 1 : 0;
  });
  return y;
}

LossOptions with_weights(const Options& options, const Tensor& x) {
  LossOptions made{{}, options.ignore_index, options.reduction, options.label_smoothing};
  if (!options.weights.empty())
    made.weights = x.graph().constant(cast(
        Array::of<double>({static_cast<std::int64_t>(options.weights.size())}, options.weights), x.dtype()));
  return made;
}

OpCase nll_case(const std::string& special, const Array& labels, const Shape& shape,
                const Options& options = {}) {
  const Array x = numbers(shape);
  const bool indices = labels.dtype() == DType::int32;
  return {"nll" + special,
          [options](Inputs in) { return nll(in[0], in[1], with_weights(options, in[0])); },
          {x, labels},
          nll_loop(x, indices ? rows_of(labels, shape, options) : labels, options, indices)};
}

// ln softmax over axis 1
Array log_softmax_of_classes(const Array& x) {
  Index extents(x.shape().extents().begin(), x.shape().extents().end());
  extents[1] = 1;
  const Array sums = summed(mapped(x, [](double v) { return std::exp(v); }), Shape(extents));
  return mapped(x, sums, x.shape(), [](double v, double sum) { return v - std::log(sum); });
}

OpCase softmax_options_case(const std::string& special, const Array& labels, const Shape& shape,
                            const Options& options) {
  const Array x = numbers(shape);
  const bool indices = labels.dtype() == DType::int32;
  return {"softmax_cross_entropy" + special,
          [options](Inputs in) { return softmax_cross_entropy(in[0], in[1], with_weights(options, in[0])); },
          {x, labels},
          nll_loop(log_softmax_of_classes(x), indices ? rows_of(labels, shape, options) : labels, options,
                   indices)};
}

Call with(const LossOptions& options) {
  return [options](Inputs in) { return nll(in[0], in[1], options); };
}

Call with_weights_of_input_2() {
  return [](Inputs in) { return nll(in[0], in[1], {.weights = in[2]}); };
}

// Weights that are an input: the mean has a derivative with respect to them.
OpCase nll_of_weights_case() {
  const Array x = numbers({3, 4}), weights = positive({4});
  const auto w = weights.as<double>();
  const double sum = w[2] + w[0] + w[2];
  const double cost = -(w[2] * at(x, {0, 2}) + w[0] * at(x, {1, 0}) + w[2] * at(x, {2, 2}));
  return {"nll weights_as_input",
          with_weights_of_input_2(),
          {x, Array::of<std::int32_t>({3}, {2, 0, 2}), weights},
          full({}, cost / sum, DType::float64)};
}

}  // namespace

Rows loss_rows() {
  const std::vector<std::int32_t> classes = {2, 0, 2};
  const Array indices = Array::of({3}, std::span<const std::int32_t>(classes));
  const Array rows = one_hot_rows(classes, 4), weights = positive({3, 4}, 0.9);
  const Array one = Array::of<std::int32_t>({1}, {1});
  const std::vector<double> some_weights = {0.5, 2, 1.25, 0.75};
  const Array places = Array::of<std::int32_t>({2, 3, 1}, {3, 0, 1, 1, 2, 0});
  const Array place_weights = positive({2, 4, 3, 1}, 0.9);
  const Array outside = Array::of<std::int32_t>({2, 3, 1}, {3, -100, 1, 1, -100, 0});
  const TensorType x{DType::float64, {3, 4}}, y{DType::int32, {3}}, probabilities{DType::float64, {3, 4}};
  const std::vector<Refusal> refused = {{{{DType::float64, {3, 4}}, {DType::int32, {2}}}},
                                        {{{DType::float64, {3, 4}}, {DType::float64, {3, 5}}}},
                                        {{{DType::float64, {}}, {DType::int32, {}}}},
                                        {{{DType::int32, {3, 4}}, {DType::int32, {3}}}}};
  const Array none(DType::int32, {0});
  const TensorType no_scores{DType::float64, {0, 4}}, no_labels{DType::int32, {0}};
  std::vector<Refusal> refused_means = refused;
  refused_means.push_back({{no_scores, no_labels}});
  return {
      {.function = "cross_entropy",
       .formula = "z = sum_ij -y_ij ln(p_ij + eps)",
       .derivative = "p: -G y / p, y: -G ln(p + eps)",
       .cases =
           {
               cross_entropy_case("", indices, rows),
               cross_entropy_case(" one_hot_rows", rows, rows),
               cross_entropy_case(" rows_of_weights", weights, weights),
               cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
               cross_entropy_case(" no_rows", none, one_hot_rows({}, 3)),
               cross_entropy_case(" no_rows_of_weights", positive({0, 3}), positive({0, 3})),
           },
       .refused = refused,
       .smooth = Smoothness::third},
      {.function = "softmax_cross_entropy",
       .formula = "z = 1/m sum_ij -y_ij ln softmax(x_i)_j",
       .derivative = "x: G (softmax(x) sum_j y_j - y) / m, y: -G log_softmax(x) / m",
       .cases =
           {
               softmax_cross_entropy_case("", indices, rows),
               softmax_cross_entropy_case(" one_hot_rows", rows, rows),
               softmax_cross_entropy_case(" rows_of_weights", weights, weights),
               softmax_cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
               softmax_options_case(" smoothed", indices, {3, 4}, {.label_smoothing = 0.1}),
               softmax_options_case(" smoothed_rows", weights, {3, 4}, {.label_smoothing = 0.3}),
               softmax_options_case(" weighted", indices, {3, 4}, {.weights = some_weights}),
               softmax_options_case(" ignoring", indices, {3, 4}, {.ignore_index = 0}),
               softmax_options_case(" of_each_example", indices, {3, 4}, {.reduction = LossReduction::none}),
               softmax_options_case(" sum_of_nothing", none, {0, 3}, {.reduction = LossReduction::sum}),
               softmax_options_case(" none_of_nothing", none, {0, 3}, {.reduction = LossReduction::none}),
               softmax_options_case(" of_places", places, {2, 4, 3, 1}, {.reduction = LossReduction::sum}),
           },
       .refused = refused_means,
       .smooth = Smoothness::third,
       .onnx = {"SoftmaxCrossEntropyLoss"}},
      {.function = "nll",
       .formula = "z = sum_i -w_y x_iy / sum_i w_y for the class y of example i",
       .derivative = "x: -G w_y / sum_i w_y at the class y of each example, else 0",
       .cases =
           {
               nll_case("", indices, {3, 4}),
               nll_case(" one_row", one, {1, 3}),
               nll_case(" sum", indices, {3, 4}, {.reduction = LossReduction::sum}),
               nll_case(" sum_of_nothing", none, {0, 3}, {.reduction = LossReduction::sum}),
               nll_case(" of_each_example", indices, {3, 4}, {.reduction = LossReduction::none}),
               nll_case(" weighted", indices, {3, 4}, {.weights = some_weights}),
               nll_case(" ignoring", indices, {3, 4}, {.ignore_index = 0}),
               nll_case(" ignoring_outside", outside, {2, 4, 3, 1}, {.ignore_index = -100}),
               nll_case(" smoothed", indices, {3, 4}, {.label_smoothing = 0.1}),
               nll_case(" of_places", places, {2, 4, 3, 1}),
               nll_case(" of_places with_all", places, {2, 4, 3, 1}, {some_weights, 1, {}, 0.2}),
               nll_case(" of_each_place with_all", places, {2, 4, 3, 1},
                        {some_weights, 0, LossReduction::none, 0.2}),
               nll_case(" rows_of_weights", place_weights, {2, 4, 3, 1}),
               nll_case(" rows_with_all", weights, {3, 4}, {some_weights, {}, LossReduction::mean, 0.2}),
               nll_of_weights_case(),
           },
       .refused = {{{x, {DType::int32, {2}}}},
                   {{x, {DType::float64, {3}}}},
                   {{x, {DType::float32, {3, 4}}}},
                   {{x, {DType::uint8, {3}}}},
                   {{{DType::int32, {3, 4}}, y}},
                   {{{DType::float64, {3}}, y}},
                   {{{DType::float64, {}}, {DType::int32, {}}}},
                   {{{DType::float64, {3, 0}}, y}},
                   {{no_scores, no_labels}},
                   {{no_scores, no_labels, {DType::float64, {4}}}, with_weights_of_input_2()},
                   {{x, y, {DType::float64, {3}}}, with_weights_of_input_2()},
                   {{x, y, {DType::float32, {4}}}, with_weights_of_input_2()},
                   {{x, probabilities}, with({.ignore_index = 1})},
                   {{x, y}, with({.label_smoothing = -0.1})},
                   {{x, y}, with({.label_smoothing = 1.1})}},
       .smooth = Smoothness::third,
       .onnx = {"NegativeLogLikelihoodLoss"}},
  };
}

}  // namespace gradtable::testing
