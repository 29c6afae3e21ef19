#include "tests/ops/op_cases.hpp"

#include <cmath>
#include <utility>

#include "tests/ops/formulas.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::testing {
namespace {

using Inputs = const std::vector<Tensor>&;
using Cases = std::vector<OpCase>;
constexpr auto kNo = Transpose::no, kYes = Transpose::yes;

const Array kX = numbers({2, 3});
const Array kPositive = positive({2, 3});
const Array kCube = numbers({2, 3, 4});

OpCase elementwise(std::string name, std::function<Tensor(Inputs)> f, const Array& x,
                   const std::function<double(double)>& formula) {
  return {std::move(name), std::move(f), {x}, mapped(x, formula), true, true};
}

Cases elementwise_cases() {
  return {
      elementwise(
          "neg", [](Inputs x) { return neg(x[0]); }, kX, [](double x) { return -x; }),
      elementwise(
          "scale", [](Inputs x) { return scale(x[0], -2.5); }, kX, [](double x) { return -2.5 * x; }),
      elementwise(
          "square", [](Inputs x) { return square(x[0]); }, kX, [](double x) { return x * x; }),
      elementwise(
          "exp", [](Inputs x) { return exp(x[0]); }, kX, [](double x) { return std::exp(x); }),
      elementwise(
          "log", [](Inputs x) { return log(x[0]); }, kPositive, [](double x) { return std::log(x); }),
      elementwise(
          "tanh", [](Inputs x) { return tanh(x[0]); }, kX, [](double x) { return std::tanh(x); }),
      elementwise(
          "sigmoid", [](Inputs x) { return sigmoid(x[0]); }, kX,
          [](double x) { return 1 / (1 + std::exp(-x)); }),
      elementwise(
          "relu", [](Inputs x) { return relu(x[0]); }, kX, [](double x) { return x > 0 ? x : 0; }),
      elementwise(
          "heaviside", [](Inputs x) { return heaviside(x[0]); }, kX, [](double x) { return x > 0 ? 1 : 0; }),
  };
}

struct BinaryOp {
  std::string name;
  std::function<Tensor(Inputs)> f;
  std::function<double(double, double)> formula;
};

// Every pair of shapes that takes a way of its own through broadcasting.
struct Pair {
  std::string name;
  Shape a, b, c;
};
const std::vector<Pair> kPairs = {
    {"", {2, 3}, {2, 3}, {2, 3}},
    {" scalar_on_the_left", {}, {2, 3}, {2, 3}},
    {" scalar_on_the_right", {2, 3}, {}, {2, 3}},
    {" one_element_on_the_right", {2, 3}, {1, 1}, {2, 3}},
    {" row", {2, 3}, {3}, {2, 3}},
    {" column", {2, 1}, {2, 3}, {2, 3}},
    {" rank_3_with_rank_1", {2, 3, 2}, {2}, {2, 3, 2}},
    {" middle_axis", {2, 3, 2}, {2, 1, 2}, {2, 3, 2}},
    {" both_repeated", {2, 1}, {1, 3}, {2, 3}},
    {" alternating_axes", {2, 1, 3, 1}, {1, 2, 1, 2}, {2, 2, 3, 2}},
    {" no_rows", {0, 3}, {3}, {0, 3}},
    {" repeated_to_nothing", {2, 1}, {2, 0}, {2, 0}},
};

Cases binary_cases() {
  const std::vector<BinaryOp> ops = {
      {"add", [](Inputs x) { return add(x[0], x[1]); }, [](double a, double b) { return a + b; }},
      {"sub", [](Inputs x) { return sub(x[0], x[1]); }, [](double a, double b) { return a - b; }},
      {"mul", [](Inputs x) { return mul(x[0], x[1]); }, [](double a, double b) { return a * b; }},
      {"div", [](Inputs x) { return div(x[0], x[1]); }, [](double a, double b) { return a / b; }},
  };
  Cases cases;
  for (const BinaryOp& op : ops) {
    for (const Pair& pair : kPairs) {
      const Array a = numbers(pair.a), b = positive(pair.b, 0.4);
      cases.push_back(
          {op.name + pair.name, op.f, {a, b}, mapped(a, b, pair.c, op.formula), true, pair.name.empty()});
    }
  }
  return cases;
}

OpCase pair_case(std::string name, std::function<Tensor(Inputs)> f,
                 const std::function<double(double, double)>& g) {
  return {std::move(name), std::move(f), {kX, kPositive}, mapped(kX, kPositive, kX.shape(), g)};
}

OpCase number_case(std::string name, std::function<Tensor(Inputs)> f,
                   const std::function<double(double)>& g) {
  return {std::move(name), std::move(f), {kX}, mapped(kX, g)};
}

Cases operator_cases() {
  return {
      pair_case(
          "operator+", [](Inputs x) { return x[0] + x[1]; }, [](double a, double b) { return a + b; }),
      pair_case(
          "operator-", [](Inputs x) { return x[0] - x[1]; }, [](double a, double b) { return a - b; }),
      pair_case(
          "operator*", [](Inputs x) { return x[0] * x[1]; }, [](double a, double b) { return a * b; }),
      pair_case(
          "operator/", [](Inputs x) { return x[0] / x[1]; }, [](double a, double b) { return a / b; }),
      number_case(
          "operator- sign", [](Inputs x) { return -x[0]; }, [](double x) { return -x; }),
      number_case(
          "operator+ number_on_the_left", [](Inputs x) { return 0.3 + x[0]; },
          [](double x) { return 0.3 + x; }),
      number_case(
          "operator+ number_on_the_right", [](Inputs x) { return x[0] + 0.3; },
          [](double x) { return x + 0.3; }),
      number_case(
          "operator- number_on_the_left", [](Inputs x) { return 0.3 - x[0]; },
          [](double x) { return 0.3 - x; }),
      number_case(
          "operator- number_on_the_right", [](Inputs x) { return x[0] - 0.3; },
          [](double x) { return x - 0.3; }),
      number_case(
          "operator* number_on_the_left", [](Inputs x) { return 0.3 * x[0]; },
          [](double x) { return 0.3 * x; }),
      number_case(
          "operator* number_on_the_right", [](Inputs x) { return x[0] * 0.3; },
          [](double x) { return x * 0.3; }),
      number_case(
          "operator/ number_on_the_left", [](Inputs x) { return 0.3 / x[0]; },
          [](double x) { return 0.3 / x; }),
      number_case(
          "operator/ number_on_the_right", [](Inputs x) { return x[0] / 0.3; },
          [](double x) { return x / 0.3; }),
  };
}

OpCase matmul_case(const std::string& special, const Shape& a, Transpose ta, const Shape& b, Transpose tb) {
  const Array left = numbers(a), right = numbers(b, 0.4);
  return {"matmul" + special,
          [=](Inputs x) { return matmul(x[0], x[1], ta, tb); },
          {left, right},
          product(left, ta == kYes, right, tb == kYes)};
}

OpCase gemm_case(const std::string& special, const Shape& a, Transpose ta, const Shape& b, Transpose tb) {
  const Array left = numbers(a), right = numbers(b, 0.4);
  const Array sum = product(left, ta == kYes, right, tb == kYes), c = numbers(sum.shape(), 0.8);
  const GemmOptions options{.alpha = -0.5, .beta = 0.75, .transpose_a = ta, .transpose_b = tb};
  return {"gemm" + special,
          [=](Inputs x) { return gemm(x[0], x[1], x[2], options); },
          {left, right, c},
          mapped(sum, c, sum.shape(), [](double ab, double cc) { return -0.5 * ab + 0.75 * cc; })};
}

OpCase add_bias_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape), b = numbers({shape[-1]}, 0.4);
  return {"add_bias" + special,
          [](Inputs in) { return add_bias(in[0], in[1]); },
          {x, b},
          mapped(x, b, shape, [](double v, double bias) { return v + bias; })};
}

Cases product_cases() {
  return {
      matmul_case("", {2, 3}, kNo, {3, 4}, kNo),
      matmul_case(" transpose_a", {3, 2}, kYes, {3, 4}, kNo),
      matmul_case(" transpose_b", {2, 3}, kNo, {4, 3}, kYes),
      matmul_case(" transpose_both", {3, 2}, kYes, {4, 3}, kYes),
      matmul_case(" square", {3, 3}, kNo, {3, 3}, kNo),
      matmul_case(" square_transpose_a", {3, 3}, kYes, {3, 3}, kNo),
      matmul_case(" square_transpose_b", {3, 3}, kNo, {3, 3}, kYes),
      matmul_case(" square_transpose_both", {3, 3}, kYes, {3, 3}, kYes),
      matmul_case(" one_row", {1, 3}, kNo, {3, 4}, kNo),
      matmul_case(" one_column", {4, 3}, kNo, {3, 1}, kNo),
      matmul_case(" inner_product", {1, 3}, kNo, {1, 3}, kYes),
      matmul_case(" outer_product", {3, 1}, kNo, {1, 4}, kNo),
      matmul_case(" no_rows", {0, 3}, kNo, {3, 2}, kNo),
      matmul_case(" no_columns", {2, 3}, kNo, {0, 3}, kYes),
      matmul_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
      gemm_case("", {2, 3}, kNo, {3, 4}, kNo),
      gemm_case(" transpose_a", {3, 2}, kYes, {3, 4}, kNo),
      gemm_case(" transpose_b", {2, 3}, kNo, {4, 3}, kYes),
      gemm_case(" transpose_both", {3, 2}, kYes, {4, 3}, kYes),
      gemm_case(" no_rows", {0, 3}, kNo, {3, 2}, kNo),
      gemm_case(" sum_of_nothing", {2, 0}, kNo, {0, 3}, kNo),
      add_bias_case("", {4, 3}),
      add_bias_case(" one_row", {1, 3}),
      add_bias_case(" vector", {3}),
      add_bias_case(" rank_3", {2, 3, 4}),
      add_bias_case(" no_rows", {0, 3}),
      add_bias_case(" no_columns", {2, 0}),
  };
}

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

OpCase sum_to_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"sum_to" + special, [=](Inputs in) { return sum_to(in[0], to); }, {x}, summed(x, to)};
}

OpCase broadcast_to_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"broadcast_to" + special, [=](Inputs in) { return broadcast_to(in[0], to); }, {x}, repeated(x, to)};
}

Cases broadcast_cases() {
  return {
      sum_case("", kX, {}, {1, 1}, {}),
      sum_case(" keep_dims", kX, {}, {1, 1}, {1, 1}, true),
      sum_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
      sum_case(" negative_axis", kCube, {-1}, {2, 3, 1}, {2, 3}),
      sum_case(" several_axes", kCube, {0, -1}, {1, 3, 1}, {3}),
      sum_case(" axis_keep_dims", kCube, {0}, {1, 3, 4}, {1, 3, 4}, true),
      sum_case(" scalar", numbers({}), {}, {}, {}),
      sum_case(" long_runs", numbers({2, 37}), {1}, {2, 1}, {2}),
      sum_case(" of_nothing", numbers({0, 3}), {}, {1, 1}, {}),
      sum_case(" of_no_rows", numbers({0, 3}), {0}, {1, 3}, {3}),
      mean_case("", kX, {}, {1, 1}, {}),
      mean_case(" axis", kCube, {1}, {2, 1, 4}, {2, 4}),
      mean_case(" negative_axis_keep_dims", kCube, {-1}, {2, 3, 1}, {2, 3, 1}, true),
      mean_case(" several_axes", kCube, {2, 0}, {1, 3, 1}, {3}),
      mean_case(" scalar", numbers({}), {}, {}, {}),
      sum_to_case("", {2, 3}, {3}),
      sum_to_case(" column", {2, 3}, {2, 1}),
      sum_to_case(" scalar", {2, 3}, {}),
      sum_to_case(" several_axes", {2, 3, 4}, {3, 1}),
      sum_to_case(" of_nothing", {0, 3}, {3}),
      sum_to_case(" many_rows", {21, 5}, {5}),
      sum_to_case(" many_rows_and_columns", {2, 9, 35}, {1, 35}),
      sum_to_case(" many_planes", {3, 9, 2, 3}, {9, 1, 3}),
      broadcast_to_case("", {3}, {2, 3}),
      broadcast_to_case(" column", {2, 1}, {2, 3}),
      broadcast_to_case(" scalar", {}, {2, 3}),
      broadcast_to_case(" several_axes", {3, 1}, {2, 3, 4}),
      broadcast_to_case(" to_nothing", {1, 3}, {0, 3}),
  };
}

OpCase reshape_case(const std::string& special, const Shape& from, const Shape& to) {
  const Array x = numbers(from);
  return {"reshape" + special, [=](Inputs in) { return reshape(in[0], to); }, {x}, with_shape(x, to)};
}

OpCase transpose_case(const std::string& special, const Shape& shape, const Axes& axes,
                      const std::vector<std::size_t>& order) {
  const Array x = numbers(shape);
  return {"transpose" + special, [=](Inputs in) { return transpose(in[0], axes); }, {x}, permuted(x, order)};
}

Cases shaping_cases() {
  return {
      reshape_case("", {2, 3}, {3, 2}),
      reshape_case(" to_vector", {2, 3}, {6}),
      reshape_case(" scalar", {}, {1, 1}),
      reshape_case(" of_nothing", {0, 3}, {2, 0}),
      transpose_case("", {2, 3}, {}, {1, 0}),
      transpose_case(" rank_3", {2, 3, 4}, {}, {2, 1, 0}),
      transpose_case(" cycle", {2, 3, 4}, {1, 2, 0}, {1, 2, 0}),
      transpose_case(" last_axis_stays", {2, 3, 4}, {1, 0, 2}, {1, 0, 2}),
      transpose_case(" negative_axes", {2, 3, 4}, {-1, 0, -2}, {2, 0, 1}),
      transpose_case(" one_row", {1, 3}, {}, {1, 0}),
      transpose_case(" scalar", {}, {}, {}),
      transpose_case(" of_nothing", {0, 3}, {}, {1, 0}),
  };
}

OpCase softmax_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape);
  return {"softmax" + special, [](Inputs in) { return softmax(in[0]); }, {x}, softmax_rows(x)};
}

OpCase log_softmax_case(const std::string& special, const Shape& shape) {
  const Array x = numbers(shape);
  return {"log_softmax" + special,
          [](Inputs in) { return log_softmax(in[0]); },
          {x},
          mapped(softmax_rows(x), [](double p) { return std::log(p); })};
}

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
          cross_entropy_sum(softmax_rows(x), y, 1.0 / static_cast<double>(y.shape()[0]))};
}

Cases classification_cases() {
  const std::vector<std::int32_t> classes = {2, 0, 2};
  const Array indices = Array::of({3}, std::span<const std::int32_t>(classes));
  const Array rows = one_hot_rows(classes, 4), weights = positive({3, 4}, 0.9);
  const Array one = Array::of<std::int32_t>({1}, {1});
  return {
      softmax_case("", {2, 3}),
      softmax_case(" vector", {19}),
      softmax_case(" rank_3", {2, 3, 4}),
      softmax_case(" one_column", {3, 1}),
      softmax_case(" no_rows", {0, 3}),
      softmax_case(" many_rows", {67, 2}),
      log_softmax_case("", {2, 3}),
      log_softmax_case(" vector", {19}),
      log_softmax_case(" rank_3", {2, 3, 4}),
      log_softmax_case(" no_rows", {0, 3}),
      log_softmax_case(" many_rows", {67, 2}),
      cross_entropy_case("", indices, rows),
      cross_entropy_case(" one_hot_rows", rows, rows),
      cross_entropy_case(" rows_of_weights", weights, weights),
      cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
      softmax_cross_entropy_case("", indices, rows),
      softmax_cross_entropy_case(" one_hot_rows", rows, rows),
      softmax_cross_entropy_case(" rows_of_weights", weights, weights),
      softmax_cross_entropy_case(" one_row", one, one_hot_rows({1}, 3)),
  };
}

Cases indexing_cases() {
  const Array labels = Array::of<std::int32_t>({3}, {2, 0, 2});
  const Array ties = Array::of<double>({3, 3}, {1, 3, 3, 2, 2, 2, -1, -3, -1});
  const auto as_float64 = [](Inputs in) { return one_hot(in[0], 4, DType::float64); };
  const auto as_float32 = [](Inputs in) { return one_hot(in[0], 4); };
  const auto indices = [](Inputs in) { return argmax(in[0]); };
  return {
      {"one_hot", as_float64, {labels}, one_hot_rows({2, 0, 2}, 4)},
      {"one_hot float32", as_float32, {labels}, one_hot_rows({2, 0, 2}, 4)},
      {"one_hot scalar",
       as_float64,
       {Array::of<std::int32_t>({}, {3})},
       with_shape(one_hot_rows({3}, 4), {4})},
      {"one_hot no_labels", as_float64, {Array(DType::int32, {0})}, one_hot_rows({}, 4)},
      {"argmax",
       indices,
       {Array::of<double>({2, 3}, {1, 5, 2, 9, -4, 0})},
       Array::of<double>({2}, {1, 0}),
       false},
      {"argmax ties", indices, {ties}, Array::of<double>({3}, {1, 0, 0}), false},
      {"argmax vector", indices, {Array::of<double>({3}, {-2, -3, -1})}, Array::of<double>({}, {2}), false},
      {"argmax no_rows", indices, {numbers({0, 3})}, numbers({0}), false},
  };
}

OpCase gather_case(const std::string& special, const Shape& shape, const std::vector<std::int32_t>& indices) {
  const Array x = numbers(shape);
  const auto m = static_cast<std::int64_t>(indices.size());
  return {"gather" + special,
          [](Inputs in) { return gather(in[0], in[1]); },
          {x, Array::of({m}, std::span<const std::int32_t>(indices))},
          rows_at(x, indices)};
}

// The formula: y = P^T values, where row i of P is 1 at indices[i].
OpCase scatter_add_case(const std::string& special, const Array& values, const Shape& shape,
                        const std::vector<std::int32_t>& indices) {
  const std::int64_t rows = shape[0];
  const auto m = static_cast<std::int64_t>(indices.size());
  const Array matrix = with_shape(values, {m, m > 0 ? values.shape().size() / m : 0});
  return {"scatter_add" + special,
          [=](Inputs in) { return scatter_add(in[0], in[1], rows); },
          {values, Array::of({m}, std::span<const std::int32_t>(indices))},
          m > 0 ? with_shape(product(one_hot_rows(indices, rows), true, matrix, false), shape)
                : Array(DType::float64, shape)};
}

Cases rows_cases() {
  const auto of_bytes = [](Inputs in) { return gather(in[0], in[1]); };
  return {
      gather_case("", {4, 3}, {2, 0, 2, 3, 2}),
      gather_case(" vector", {3}, {1, 1, 0}),
      gather_case(" rank_3", {3, 2, 4}, {2, 0}),
      gather_case(" no_indices", {4, 3}, {}),
      gather_case(" rows_of_nothing", {4, 0}, {3, 1}),
      gather_case(" long_rows", {3, 67}, {0, 2, 1, 0}),
      {"gather bytes",
       of_bytes,
       {Array::of<std::uint8_t>({3, 2}, {1, 2, 3, 4, 5, 254}), Array::of<std::int32_t>({4}, {2, 0, 2, 1})},
       Array::of<double>({4, 2}, {5, 254, 1, 2, 5, 254, 3, 4}),
       false},
      {"gather integers",
       of_bytes,
       {Array::of<std::int32_t>({3}, {7, -8, 9}), Array::of<std::int32_t>({2}, {1, 0})},
       Array::of<double>({2}, {-8, 7}),
       false},
      scatter_add_case("", numbers({5, 3}), {4, 3}, {2, 0, 2, 3, 2}),
      scatter_add_case(" vector", numbers({3}), {3}, {1, 1, 0}),
      scatter_add_case(" rank_3", numbers({2, 2, 4}), {3, 2, 4}, {2, 0}),
      scatter_add_case(" no_indices", numbers({0, 3}), {4, 3}, {}),
      scatter_add_case(" rows_of_nothing", numbers({2, 0}), {4, 0}, {3, 1}),
      scatter_add_case(" long_rows", numbers({4, 67}), {3, 67}, {0, 2, 1, 0}),
  };
}

// Numbers that all the types can hold.
const Array kBytes = Array::of<std::uint8_t>({7}, {0, 1, 2, 127, 128, 200, 254});
const Array kSmall = Array::of<double>({2, 2}, {0.75, 3.5, 120, 250.25});

OpCase cast_case(const std::string& special, const Array& x, DType dtype) {
  const Array expected = cast(is_floating(dtype) ? x : cast(x, DType::int32), DType::float64);
  return {"cast" + special, [=](Inputs in) { return cast(in[0], dtype); }, {x}, expected, false};
}

Cases casting_cases() {
  OpCase real = elementwise(
      "cast", [](Inputs x) { return cast(x[0], DType::float64); }, kX, [](double x) { return x; });
  return {
      real,
      cast_case(" to_float32", kSmall, DType::float32),
      cast_case(" to_integers", kSmall, DType::int32),
      cast_case(" to_bytes", kSmall, DType::uint8),
      cast_case(" bytes_to_float32", kBytes, DType::float32),
      cast_case(" bytes_to_float64", kBytes, DType::float64),
      cast_case(" bytes_to_integers", kBytes, DType::int32),
      cast_case(" bytes_to_bytes", kBytes, DType::uint8),
      cast_case(" integers_to_float32", Array::of<std::int32_t>({3}, {-5, 0, 7}), DType::float32),
      cast_case(" several_blocks_of_bytes", cast(positive({3, 67}), DType::uint8), DType::float32),
      cast_case(" no_bytes", Array(DType::uint8, {0, 3}), DType::float32),
  };
}

OpCase with_shapes(OpCase c, const std::string& special, const Shape& shape) {
  c.name += special;
  c.expected = tiled(c.expected, shape);
  for (Array& input : c.inputs) input = tiled(input, shape);
  return c;
}

}  // namespace

const std::vector<OpCase>& op_cases() {
  static const Cases all = [] {
    Cases table;
    for (const Cases& family :
         {elementwise_cases(), binary_cases(), operator_cases(), product_cases(), broadcast_cases(),
          shaping_cases(), classification_cases(), indexing_cases(), rows_cases(), casting_cases()}) {
      for (const OpCase& c : family) {
        table.push_back(c);
        if (!c.any_shape) continue;
        table.push_back(with_shapes(c, " of_a_scalar", {}));
        table.push_back(with_shapes(c, " of_nothing", {0, 3}));
        table.push_back(with_shapes(c, " of_several_blocks", {3, 1, 67}));
      }
    }
    return table;
  }();
  return all;
}

}  // namespace gradtable::testing
