#include "gradtable/ops/indexing.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Indices = std::vector<std::int32_t>;

Array array_of(const Indices& indices, const Shape& shape) {
  return Array::of(shape, std::span<const std::int32_t>(indices));
}

// The element's index of x for that of gather's result: `rank` indices in place of one.
Index source(const Index& i, const Indices& indices, const Shape& shape, std::size_t axis,
             std::int64_t extent) {
  std::int64_t place = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(shape.rank()); ++k)
    place = place * shape.extents()[k] + i[axis + k];
  const std::int64_t index = indices[static_cast<std::size_t>(place)];
  Index from(i.begin(), i.begin() + static_cast<std::ptrdiff_t>(axis));
  from.push_back(index < 0 ? index + extent : index);
  from.insert(from.end(), i.begin() + static_cast<std::ptrdiff_t>(axis) + shape.rank(), i.end());
  return from;
}

// `y` is the shape of the result, `shape` that of the indices.
OpCase gather_case(const std::string& special, const Shape& x_shape, const Indices& indices,
                   const Shape& shape, std::int64_t axis, const Shape& y) {
  const Array x = numbers(x_shape);
  const auto place = static_cast<std::size_t>(axis < 0 ? axis + x_shape.rank() : axis);
  const std::int64_t extent = x_shape.extents()[place];
  return {"gather" + special,
          [=](Inputs in) { return gather(in[0], in[1], axis); },
          {x, array_of(indices, shape)},
          computed(y, [&](const Index& i) { return at(x, source(i, indices, shape, place, extent)); })};
}

// The same from y to x.
OpCase scatter_add_case(const std::string& special, const Shape& values_shape, const Indices& indices,
                        const Shape& shape, std::int64_t axis, const Shape& y) {
  const Array values = numbers(values_shape);
  const auto place = static_cast<std::size_t>(axis < 0 ? axis + y.rank() : axis);
  const std::int64_t extent = y.extents()[place];
  Array expected(DType::float64, y);
  for_each_index(values_shape, [&](const Index& i) {
    at(expected, source(i, indices, shape, place, extent)) += at(values, i);
  });
  return {"scatter_add" + special,
          [=](Inputs in) { return scatter_add(in[0], in[1], extent, axis); },
          {values, array_of(indices, shape)},
          expected};
}

}  // namespace

Rows indexing_rows() {
  const Array labels = Array::of<std::int32_t>({3}, {2, 0, 2});
  const auto as_float64 = [](Inputs in) { return one_hot(in[0], 4, DType::float64); };
  const auto as_float32 = [](Inputs in) { return one_hot(in[0], 4); };
  const auto of_bytes = [](Inputs in) { return gather(in[0], in[1]); };
  const TensorType indices_type{DType::int32, {2}};
  return {
      {.function = "one_hot",
       .formula = "y[..., j] = 1 where j = labels[...], else 0; the new axis anywhere",
       .derivative = "none",
       .cases =
           {
               {"one_hot", as_float64, {labels}, one_hot_rows({2, 0, 2}, 4)},
               {"one_hot float32", as_float32, {labels}, one_hot_rows({2, 0, 2}, 4)},
               {"one_hot scalar",
                as_float64,
                {Array::of<std::int32_t>({}, {3})},
                with_shape(one_hot_rows({3}, 4), {4})},
               {"one_hot first_axis",
                [](Inputs in) { return one_hot(in[0], 4, DType::float64, 0); },
                {labels},
                permuted(one_hot_rows({2, 0, 2}, 4), {1, 0})},
               {"one_hot middle_axis",
                [](Inputs in) { return one_hot(in[0], 4, DType::float64, -2); },
                {array_of({2, 0, 2, 1, 3, 1}, {2, 3})},
                permuted(with_shape(one_hot_rows({2, 0, 2, 1, 3, 1}, 4), {2, 3, 4}), {0, 2, 1})},
               {"one_hot one_label", as_float64, {Array::of<std::int32_t>({1}, {3})}, one_hot_rows({3}, 4)},
               {"one_hot no_labels", as_float64, {Array(DType::int32, {0})}, one_hot_rows({}, 4)},
           },
       .refused = {{{{DType::float64, {3}}}},
                   {{indices_type}, [](Inputs in) { return one_hot(in[0], 4, DType::float64, 2); }}},
       .onnx = {"OneHot"}},
      {.function = "gather",
       .formula = "y[..., i, ...] = x[..., indices[i], ...]",
       .derivative = "scatter_add of G",
       .cases =
           {
               gather_case("", {4, 3}, {2, 0, 2, 3, 2}, {5}, 0, {5, 3}),
               gather_case(" vector", {3}, {1, 1, 0}, {3}, 0, {3}),
               gather_case(" rank_3", {3, 2, 4}, {2, 0}, {2}, 0, {2, 2, 4}),
               gather_case(" no_indices", {4, 3}, {}, {0}, 0, {0, 3}),
               gather_case(" rows_of_nothing", {4, 0}, {3, 1}, {2}, 0, {2, 0}),
               gather_case(" long_rows", {3, 67}, {0, 2, 1, 0}, {4}, 0, {4, 67}),
               gather_case(" of_one_row", {1, 3}, {0, 0}, {2}, 0, {2, 3}),
               gather_case(" from_the_end", {4, 3}, {-1, 0, -4}, {3}, 0, {3, 3}),
               gather_case(" matrix_of_indices", {4, 3}, {2, 0, 1, -1}, {2, 2}, 0, {2, 2, 3}),
               gather_case(" one_index", {4, 3}, {2}, {}, 0, {3}),
               gather_case(" columns", {3, 4}, {2, 0, 2}, {3}, 1, {3, 3}),
               gather_case(" middle_axis", {2, 4, 3}, {2, 0, 3, -2, 1, 1}, {3, 2}, -2, {2, 3, 2, 3}),
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
       .refused = {{{{DType::float64, {}}, indices_type}},
                   {{{DType::float64, {3}}, {DType::float64, {2}}}},
                   {{{DType::float64, {3}}, indices_type}, gather_case(" ", {2, 2}, {}, {0}, 1, {2, 0}).f},
                   {{{DType::float64, {1, 1, 1, 1, 1, 1, 1, 1}}, {DType::int32, {1, 1}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Gather"}},
      {.function = "scatter_add",
       .formula = "y[..., j, ...] = sum of values[..., i, ...] with indices[i] = j",
       .derivative = "gather of G",
       .cases =
           {
               scatter_add_case("", {5, 3}, {2, 0, 2, 3, 2}, {5}, 0, {4, 3}),
               scatter_add_case(" vector", {3}, {1, 1, 0}, {3}, 0, {3}),
               scatter_add_case(" rank_3", {2, 2, 4}, {2, 0}, {2}, 0, {3, 2, 4}),
               scatter_add_case(" no_indices", {0, 3}, {}, {0}, 0, {4, 3}),
               scatter_add_case(" rows_of_nothing", {2, 0}, {3, 1}, {2}, 0, {4, 0}),
               scatter_add_case(" long_rows", {4, 67}, {0, 2, 1, 0}, {4}, 0, {3, 67}),
               scatter_add_case(" into_one_row", {2, 3}, {0, 0}, {2}, 0, {1, 3}),
               scatter_add_case(" of_one_row", {1, 3}, {1}, {1}, 0, {2, 3}),
               scatter_add_case(" from_the_end", {3, 2}, {-1, 0, -4}, {3}, 0, {4, 2}),
               scatter_add_case(" one_index", {3}, {2}, {}, 0, {4, 3}),
               scatter_add_case(" columns", {3, 4}, {2, 0, 2, 1}, {4}, 1, {3, 3}),
               scatter_add_case(" middle_axis", {2, 3, 2, 3}, {2, 0, 3, -2, 1, 1}, {3, 2}, -2, {2, 4, 3}),
           },
       .refused = {{{{DType::float64, {3}}, indices_type}}, {{{DType::int32, {2}}, indices_type}}},
       .smooth = Smoothness::third,
       .multilinear = true},
  };
}

}  // namespace gradtable::testing
