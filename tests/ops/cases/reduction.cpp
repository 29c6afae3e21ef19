#include "gradtable/ops/reduction.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});
const Array kCube = numbers({2, 3, 4});

using Axes = std::vector<std::int64_t>;

// `kept` is the shape with 1 for the summed axes; the mean differs by the number of summands.
OpCase sum_case(const std::string& special, const Array& x, const Axes& axes, const Shape& kept,
                const Shape& shape, bool keep_dims = false) {
  return {"sum" + special,
          [=](Inputs in) { return sum(in[0], axes, keep_dims); },
          {x},
          with_shape(summed(x, kept), shape)};
}

OpCase mean_case(const std::string& special, const Array& x, const Axes& axes, const Shape& kept,
                 const Shape& shape, bool keep_dims = false) {
  const double factor = static_cast<double>(kept.size()) / static_cast<double>(x.shape().size());
  return {"mean" + special,
          [=](Inputs in) { return mean(in[0], axes, keep_dims); },
          {x},
          with_shape(summed(x, kept, factor), shape)};
}

// x joined to `kept`, one number after the other.
Array joined(const Array& x, const Shape& kept, double first,
             const std::function<double(double, double)>& join) {
  Array y = full(kept, first, DType::float64);
  for_each_index(x.shape(), [&](const Index& i) { at(y, i) = join(at(y, i), at(x, i)); });
  return y;
}

using Function = Tensor (*)(const Tensor&, Axes, bool, Location);

// A function of the family, with its plain loop.
struct Joining {
  std::string name;
  Function f;
  std::function<Array(const Array& x, const Shape& kept)> expected;
};

OpCase joining_case(const Joining& joining, const std::string& special, const Array& x, const Axes& axes,
                    const Shape& kept, const Shape& shape, bool keep_dims = false) {
  return {joining.name + special,
          [=, f = joining.f](Inputs in) { return f(in[0], axes, keep_dims, Location::current()); },
          {x},
          with_shape(joining.expected(x, kept), shape)};
}

// What may go wrong for any of them.
Cases joining_cases(const Joining& joining) {
  const auto make = [&](const auto&... rest) { return joining_case(joining, rest...); };
  return {make("", kX, Axes{}, Shape{1, 1}, Shape{}),
          make(" keep_dims", kX, Axes{}, Shape{1, 1}, Shape{1, 1}, true),
          make(" axis", kCube, Axes{1}, Shape{2, 1, 4}, Shape{2, 4}),
          make(" negative_axis", kCube, Axes{-1}, Shape{2, 3, 1}, Shape{2, 3}),
          make(" first_axis", numbers({19, 3}), Axes{0}, Shape{1, 3}, Shape{3}),
          make(" first_axes_keep_dims", kCube, Axes{1, 0}, Shape{1, 1, 4}, Shape{1, 1, 4}, true),
          make(" axes_apart", kCube, Axes{0, -1}, Shape{1, 3, 1}, Shape{3}),
          make(" axes_apart_keep_dims", kCube, Axes{2, 0}, Shape{1, 3, 1}, Shape{1, 3, 1}, true),
          make(" scalar", numbers({}), Axes{}, Shape{}, Shape{}),
          make(" single_numbers", numbers({3, 1}), Axes{1}, Shape{3, 1}, Shape{3}),
          make(" long_runs", numbers({2, 37}), Axes{1}, Shape{2, 1}, Shape{2}),
          make(" no_results", numbers({0, 3}), Axes{1}, Shape{0, 1}, Shape{0})};
}

// sum (x - mean)^2 / (n - correction)
Array variances(const Array& x, const Shape& kept, double correction) {
  const double n = static_cast<double>(x.shape().size()) / static_cast<double>(kept.size());
  const Array means = summed(x, kept, 1 / n);
  const Array squares = mapped(x, means, x.shape(),
                               [](double number, double mean) { return (number - mean) * (number - mean); });
  return summed(squares, kept, 1 / (n - correction));
}

OpCase var_case(const std::string& special, const Array& x, const Axes& axes, const Shape& kept,
                const Shape& shape, std::int64_t correction = 0, bool keep_dims = false) {
  return {"var" + special,
          [=](Inputs in) { return var(in[0], axes, keep_dims, correction); },
          {x},
          with_shape(variances(x, kept, static_cast<double>(correction)), shape)};
}

const Joining kMax = {"max", max, [](const Array& x, const Shape& kept) {
                        return joined(x, kept, -1e9, [](double a, double b) { return a > b ? a : b; });
                      }};
const Joining kMin = {"min", min, [](const Array& x, const Shape& kept) {
                        return joined(x, kept, 1e9, [](double a, double b) { return a < b ? a : b; });
                      }};
const Joining kProd = {"prod", prod, [](const Array& x, const Shape& kept) {
                         return joined(x, kept, 1, [](double a, double b) { return a * b; });
                       }};
const Joining kLogSumExp = {"logsumexp", logsumexp, [](const Array& x, const Shape& kept) {
                              const Array sums =
                                  summed(mapped(x, [](double v) { return std::exp(v); }), kept);
                              return mapped(sums, [](double v) { return std::log(v); });
                            }};

const Joining kNorm = {"norm", norm, [](const Array& x, const Shape& kept) {
                         const Array squares = summed(mapped(x, [](double v) { return v * v; }), kept);
                         return mapped(squares, [](double v) { return std::sqrt(v); });
                       }};

Cases prod_cases() {
  Cases cases = joining_cases(kProd);
  const auto with_zeros = [&](const std::string& special, const std::vector<double>& x) {
    const Array row = Array::of({static_cast<std::int64_t>(x.size())}, std::span<const double>(x));
    cases.push_back(joining_case(kProd, special, row, {}, {1}, {}));
  };
  with_zeros(" a_zero", {0.5, 0, -1.5, 2});
  with_zeros(" two_zeros", {0, 0.5, 2, 0, -1.5});
  with_zeros(" nothing_but_zeros", {0, 0, 0});
  cases.push_back(joining_case(kProd, " of_nothing", numbers({0, 3}), {}, {1, 1}, {}));
  cases.push_back(joining_case(kProd, " of_no_rows", numbers({0, 3}), {0}, {1, 3}, {3}));
  return cases;
}

Cases logsumexp_cases() {
  Cases cases = joining_cases(kLogSumExp);
  cases.push_back(joining_case(kLogSumExp, " many_rows", numbers({67, 2}), {1}, {67, 1}, {67}));
  cases.push_back(joining_case(kLogSumExp, " many_columns", numbers({2, 131}), {0}, {1, 131}, {131}));
  return cases;
}

// The place of the number of each row that is before all others of the row, or as good as the later ones.
OpCase place_case(const std::string& name, bool largest, const Array& x, std::int64_t axis,
                  bool keep_dims = false) {
  const std::int64_t rank = x.shape().rank(), place = axis < 0 ? axis + rank : axis;
  Index extents(x.shape().extents().begin(), x.shape().extents().end());
  const std::int64_t n = extents[static_cast<std::size_t>(place)];
  extents[static_cast<std::size_t>(place)] = 1;
  Array y(DType::float64, Shape(extents));
  for_each_index(y.shape(), [&](const Index& index) {
    Index best = index, next = index;
    for (std::int64_t& i = next[static_cast<std::size_t>(place)]; i < n; ++i) {
      if (largest ? at(x, next) > at(x, best) : at(x, next) < at(x, best)) best = next;
    }
    at(y, index) = static_cast<double>(best[static_cast<std::size_t>(place)]);
  });
  if (!keep_dims) extents.erase(extents.begin() + place);
  const auto f = largest ? argmax : argmin;
  return {name,
          [=](Inputs in) { return f(in[0], axis, keep_dims, Location::current()); },
          {x},
          with_shape(y, Shape(extents)),
          false};
}

Cases place_cases(const std::string& name, bool largest) {
  const Array ties = Array::of<double>({3, 3}, {1, 3, 3, 2, 2, 2, -1, -3, -1});
  const auto make = [&](const std::string& special, const Array& x, std::int64_t axis,
                        bool keep_dims = false) {
    return place_case(name + special, largest, x, axis, keep_dims);
  };
  return {make("", kX, -1),
          make(" ties", ties, -1),
          make(" ties_of_columns", ties, 0),
          make(" vector", Array::of<double>({3}, {-2, -3, -1}), -1),
          make(" axis", kCube, 1),
          make(" first_axis_keep_dims", kCube, 0, true),
          make(" last_axis_keep_dims", kCube, -1, true),
          make(" long_rows", numbers({3, 67}), -1),
          make(" many_columns", numbers({5, 131}), 0),
          make(" one_number", numbers({3, 1, 2}), 1),
          make(" no_rows", numbers({0, 3}), -1)};
}

}  // namespace

Rows reduction_rows() {
  const std::vector<Refusal> refused = {
      {{{DType::int32, {2, 3}}}}, {{{DType::float64, {}}}, sum_case("", kCube, {1}, {2, 1, 4}, {2, 4}).f}};
  const std::vector<Refusal> of_some = {{{{DType::int32, {2, 3}}}}, {{{DType::float64, {0, 3}}}}};
  const std::vector<Refusal> of_rows = {
      {{{DType::float64, {}}}}, {{{DType::float64, {2, 0}}}}, {{{DType::int32, {2}}}}};
  return {
      {.function = "sum",
       .formula = "y = sum of x over axes",
       .derivative = "G repeated along the axes",
       .cases =
           {
               sum_case("", kX, {}, {1, 1}, {}),
               sum_case(" keep_dims", kX, {}, {1, 1}, {1, 1}, true),
               sum_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
               sum_case(" negative_axis", kCube, {-1}, {2, 3, 1}, {2, 3}),
               sum_case(" several_axes", kCube, {0, -1}, {1, 3, 1}, {3}),
               sum_case(" axis_keep_dims", kCube, {0}, {1, 3, 4}, {1, 3, 4}, true),
               sum_case(" scalar", numbers({}), {}, {}, {}),
               sum_case(" single_numbers", numbers({3, 1}), {1}, {3, 1}, {3}),
               sum_case(" long_runs", numbers({2, 37}), {1}, {2, 1}, {2}),
               sum_case(" of_nothing", numbers({0, 3}), {}, {1, 1}, {}),
               sum_case(" of_no_rows", numbers({0, 3}), {0}, {1, 3}, {3}),
           },
       .refused = refused,
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"ReduceSum"}},
      {.function = "mean",
       .formula = "y = 1/n sum of x over axes",
       .derivative = "G / n repeated along the axes",
       .cases =
           {
               mean_case("", kX, {}, {1, 1}, {}),
               mean_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
               mean_case(" negative_axis_keep_dims", kCube, {-1}, {2, 3, 1}, {2, 3, 1}, true),
               mean_case(" several_axes", kCube, {2, 0}, {1, 3, 1}, {3}),
               mean_case(" scalar", numbers({}), {}, {}, {}),
               mean_case(" single_numbers", numbers({3, 1}), {1}, {3, 1}, {3}),
               mean_case(" larger", numbers({9, 37}), {0}, {1, 37}, {37}),
               mean_case(" no_results", numbers({0, 3}), {1}, {0, 1}, {0}),
           },
       .refused = of_some,
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"ReduceMean"}},
      {.function = "var",
       .formula = "y = sum of (x - mean x)^2 / (n - correction) over axes",
       .derivative = "2 G (x - mean x) / (n - correction)",
       .cases =
           {
               var_case("", kX, {}, {1, 1}, {}),
               var_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
               var_case(" axes_apart_keep_dims", kCube, {-1, 0}, {1, 3, 1}, {1, 3, 1}, 0, true),
               var_case(" sample", kCube, {2}, {2, 3, 1}, {2, 3}, 1),
               var_case(" many_rows", numbers({300, 3}), {1}, {300, 1}, {300}),
               var_case(" many_columns", numbers({3, 300}), {0}, {1, 300}, {300}, 1),
               var_case(" of_single_numbers", numbers({3, 1}), {1}, {3, 1}, {3}),
               var_case(" scalar", numbers({}), {}, {}, {}),
               var_case(" no_results", numbers({0, 3}), {1}, {0, 1}, {0}),
           },
       .refused = of_some,
       .smooth = Smoothness::third},
      {.function = "max",
       .formula = "y = largest x along axes",
       .derivative = "G / n for each of the n that are largest, else 0",
       .cases = joining_cases(kMax),
       .refused = of_some,
       .smooth = Smoothness::third,
       .onnx = {"ReduceMax"}},
      {.function = "min",
       .formula = "y = smallest x along axes",
       .derivative = "G / n for each of the n that are smallest, else 0",
       .cases = joining_cases(kMin),
       .refused = of_some,
       .smooth = Smoothness::third,
       .onnx = {"ReduceMin"}},
      {.function = "prod",
       .formula = "y = product of x along axes",
       .derivative = "G times the product of the others",
       .cases = prod_cases(),
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"ReduceProd"}},
      {.function = "norm",
       .formula = "y = sqrt of the sum of x^2 over axes",
       .derivative = "G x / y, and 0 where y = 0",
       .cases = joining_cases(kNorm),
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"ReduceL2"}},
      {.function = "logsumexp",
       .formula = "y = ln sum of e^x over axes",
       .derivative = "G softmax(x)",
       .cases = logsumexp_cases(),
       .refused = refused,
       .smooth = Smoothness::third,
       .onnx = {"ReduceLogSumExp"}},
      {.function = "argmax",
       .formula = "y = the first place along the axis with the largest x",
       .derivative = "none",
       .cases = place_cases("argmax", true),
       .refused = of_rows,
       .onnx = {"ArgMax"}},
      {.function = "argmin",
       .formula = "y = the first place along the axis with the smallest x",
       .derivative = "none",
       .cases = place_cases("argmin", false),
       .refused = of_rows,
       .onnx = {"ArgMin"}},
  };
}

}  // namespace gradtable::testing
