#include "gradtable/ops/indexing.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

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

}  // namespace

Rows indexing_rows() {
  const Array labels = Array::of<std::int32_t>({3}, {2, 0, 2});
  const Array ties = Array::of<double>({3, 3}, {1, 3, 3, 2, 2, 2, -1, -3, -1});
  const auto as_float64 = [](Inputs in) { return one_hot(in[0], 4, DType::float64); };
  const auto as_float32 = [](Inputs in) { return one_hot(in[0], 4); };
  const auto indices = [](Inputs in) { return argmax(in[0]); };
  const auto of_bytes = [](Inputs in) { return gather(in[0], in[1]); };
  const TensorType indices_type{DType::int32, {2}};
  return {
      {.function = "one_hot",
       .formula = "y[..., j] = 1 where j = labels[...], else 0",
       .derivative = "none",
       .cases =
           {
               {"one_hot", as_float64, {labels}, one_hot_rows({2, 0, 2}, 4)},
               {"one_hot float32", as_float32, {labels}, one_hot_rows({2, 0, 2}, 4)},
               {"one_hot scalar",
                as_float64,
                {Array::of<std::int32_t>({}, {3})},
                with_shape(one_hot_rows({3}, 4), {4})},
               {"one_hot no_labels", as_float64, {Array(DType::int32, {0})}, one_hot_rows({}, 4)},
           },
       .refused = {{{{DType::float64, {3}}}}}},
      {.function = "argmax",
       .formula = "y = the first j with the largest x[..., j]",
       .derivative = "none",
       .cases =
           {
               {"argmax",
                indices,
                {Array::of<double>({2, 3}, {1, 5, 2, 9, -4, 0})},
                Array::of<double>({2}, {1, 0}),
                false},
               {"argmax ties", indices, {ties}, Array::of<double>({3}, {1, 0, 0}), false},
               {"argmax vector",
                indices,
                {Array::of<double>({3}, {-2, -3, -1})},
                Array::of<double>({}, {2}),
                false},
               {"argmax no_rows", indices, {numbers({0, 3})}, numbers({0}), false},
           },
       .refused = {{{{DType::float64, {}}}}, {{{DType::float64, {2, 0}}}}, {{{DType::int32, {2}}}}}},
      {.function = "gather",
       .formula = "y[i, ...] = x[indices[i], ...]",
       .derivative = "scatter_add of G",
       .cases =
           {
               gather_case("", {4, 3}, {2, 0, 2, 3, 2}),
               gather_case(" vector", {3}, {1, 1, 0}),
               gather_case(" rank_3", {3, 2, 4}, {2, 0}),
               gather_case(" no_indices", {4, 3}, {}),
               gather_case(" rows_of_nothing", {4, 0}, {3, 1}),
               gather_case(" long_rows", {3, 67}, {0, 2, 1, 0}),
               {"gather bytes",
                of_bytes,
                {Array::of<std::uint8_t>({3, 2}, {1, 2, 3, 4, 5, 254}),
                 Array::of<std::int32_t>({4}, {2, 0, 2, 1})},
                Array::of<double>({4, 2}, {5, 254, 1, 2, 5, 254, 3, 4}),
                false},
               {"gather integers",
                of_bytes,
                {Array::of<std::int32_t>({3}, {7, -8, 9}), Array::of<std::int32_t>({2}, {1, 0})},
                Array::of<double>({2}, {-8, 7}),
                false},
           },
       .refused = {{{{DType::float64, {}}, indices_type}}, {{{DType::float64, {3}}, {DType::float64, {2}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Gather"}},
      {.function = "scatter_add",
       .formula = "y[j, ...] = sum of values[i, ...] with indices[i] = j",
       .derivative = "gather of G",
       .cases =
           {
               scatter_add_case("", numbers({5, 3}), {4, 3}, {2, 0, 2, 3, 2}),
               scatter_add_case(" vector", numbers({3}), {3}, {1, 1, 0}),
               scatter_add_case(" rank_3", numbers({2, 2, 4}), {3, 2, 4}, {2, 0}),
               scatter_add_case(" no_indices", numbers({0, 3}), {4, 3}, {}),
               scatter_add_case(" rows_of_nothing", numbers({2, 0}), {4, 0}, {3, 1}),
               scatter_add_case(" long_rows", numbers({4, 67}), {3, 67}, {0, 2, 1, 0}),
           },
       .refused = {{{{DType::float64, {3}}, indices_type}}, {{{DType::int32, {2}}, indices_type}}},
       .smooth = Smoothness::third,
       .multilinear = true},
  };
}

}  // namespace gradtable::testing
