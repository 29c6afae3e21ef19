#include "gradtable/ops/joining.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

Shape with_extent(const Shape& shape, std::size_t axis, std::int64_t extent) {
  Index extents(shape.extents().begin(), shape.extents().end());
  extents[axis] = extent;
  return Shape(extents);
}

// The formula: along the axis, the extents of the tensors are counted off until the place is found.
Array joined(const std::vector<Array>& arrays, std::size_t axis) {
  std::int64_t extent = 0;
  for (const Array& x : arrays) extent += x.shape().extents()[axis];
  return computed(with_extent(arrays[0].shape(), axis, extent), [&](Index i) {
    std::size_t which = 0;
    for (; i[axis] >= arrays[which].shape().extents()[axis]; ++which)
      i[axis] -= arrays[which].shape().extents()[axis];
    return at(arrays[which], i);
  });
}

OpCase concat_case(const std::string& special, const Shape& shape, const Index& extents, std::int64_t axis) {
  const auto place = static_cast<std::size_t>(axis < 0 ? axis + shape.rank() : axis);
  std::vector<Array> arrays;
  for (const std::int64_t extent : extents)
    arrays.push_back(numbers(with_extent(shape, place, extent), 0.4 * static_cast<double>(arrays.size())));
  const Array expected = joined(arrays, place);
  return {"concat" + special, [=](Inputs in) { return concat(in, axis); }, arrays, expected};
}

OpCase stack_case(const std::string& special, const Shape& shape, std::size_t count, std::int64_t axis,
                  const Shape& stacked, std::size_t new_axis) {
  std::vector<Array> arrays;
  for (std::size_t i = 0; i < count; ++i) arrays.push_back(numbers(shape, 0.4 * static_cast<double>(i)));
  const auto element = [&](Index i) {
    const auto which = static_cast<std::size_t>(i[new_axis]);
    i.erase(i.begin() + static_cast<std::ptrdiff_t>(new_axis));
    return at(arrays[which], i);
  };
  return {"stack" + special, [=](Inputs in) { return stack(in, axis); }, arrays, computed(stacked, element)};
}

// One of the pieces: x from `first` on.
Array piece(const Array& x, std::size_t axis, std::int64_t first, std::int64_t extent) {
  return computed(with_extent(x.shape(), axis, extent), [&](Index i) {
    i[axis] += first;
    return at(x, i);
  });
}

OpCase split_case(const std::string& special, const Shape& shape, const Index& sizes, std::size_t axis,
                  std::size_t which) {
  const Array x = numbers(shape);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < which; ++i) first += sizes[i];
  const auto place = static_cast<std::int64_t>(axis);
  return {"split" + special,
          [=](Inputs in) { return split(in[0], sizes, place)[which]; },
          {x},
          piece(x, axis, first, sizes[which])};
}

OpCase chunk_case(const std::string& special, const Shape& shape, std::int64_t count, std::int64_t axis,
                  std::size_t which) {
  const Array x = numbers(shape);
  const auto place = static_cast<std::size_t>(axis < 0 ? axis + shape.rank() : axis);
  const std::int64_t extent = shape.extents()[place] / count;
  return {"chunk" + special,
          [=](Inputs in) { return chunk(in[0], count, axis)[which]; },
          {x},
          piece(x, place, static_cast<std::int64_t>(which) * extent, extent)};
}

// Pieces put together in another order: each of them has a gradient.
OpCase swapped_case() {
  const Array x = numbers({5, 2});
  return {"split and_swapped",
          [](Inputs in) {
            const std::vector<Tensor> pieces = split(in[0], {2, 3});
            return concat({pieces[1], pieces[0]}, 0);
          },
          {x},
          joined({piece(x, 0, 2, 3), piece(x, 0, 0, 2)}, 0)};
}

}  // namespace

Rows joining_rows() {
  const auto real = [](const Shape& shape) { return TensorType{DType::float64, shape}; };
  const auto rows = [](Inputs in) { return concat(in, 0); };
  const Array a = Array::of<std::uint8_t>({1, 2}, {1, 254}),
              b = Array::of<std::uint8_t>({2, 2}, {3, 4, 5, 6});
  return {
      {.function = "concat",
       .formula = "y: the tensors one after the other along an axis",
       .derivative = "each tensor's piece of G",
       .cases =
           {
               concat_case("", {0, 3}, {2, 1}, 0),
               concat_case(" columns", {3, 0}, {2, 4}, 1),
               concat_case(" vectors", {0}, {2, 3}, 0),
               concat_case(" three", {2, 0, 3}, {1, 2, 3}, -2),
               concat_case(" one", {0, 3}, {2}, 0),
               concat_case(" with_nothing", {2, 0}, {0, 3, 0}, 1),
               concat_case(" alike", {2, 0}, {2, 2}, 1),
               concat_case(" of_nothing", {0, 0}, {2, 1}, 1),
               concat_case(" long", {0}, {70, 41}, 0),
               {"concat bytes", rows, {a, b}, Array::of<double>({3, 2}, {1, 254, 3, 4, 5, 6}), false},
           },
       .refused = {{{real({2, 3}), real({2, 4})}},
                   {{real({2, 3}), {DType::float32, {2, 3}}}},
                   {{real({2, 3}), real({2})}},
                   {{real({}), real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Concat"}},
      {.function = "stack",
       .formula = "y[i, ...] = tensor i [...], the new axis anywhere",
       .derivative = "each tensor's piece of G",
       .cases =
           {
               stack_case("", {3}, 2, 0, {2, 3}, 0),
               stack_case(" last_axis", {2, 3}, 2, -1, {2, 3, 2}, 2),
               stack_case(" middle_axis", {2, 3}, 3, 1, {2, 3, 3}, 1),
               stack_case(" one_row_each", {1, 3}, 2, 0, {2, 1, 3}, 0),
               stack_case(" scalars", {}, 2, 0, {2}, 0),
               stack_case(" of_nothing", {0}, 2, 0, {2, 0}, 0),
           },
       .refused = {{{real({2}), real({3})}},
                   {{real({2}), real({2})}, [](Inputs in) { return stack(in, 2); }}},
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "split",
       .formula = "pieces of given extents along an axis",
       .derivative = "G put back to its place in zeros",
       .cases =
           {
               split_case("", {5, 3}, {2, 3}, 0, 1),
               split_case(" columns", {2, 5}, {1, 0, 4}, 1, 2),
               split_case(" extents_of_1", {3, 1}, {1, 2}, 0, 1),
               split_case(" of_nothing", {4, 0}, {1, 3}, 0, 1),
               split_case(" empty_piece", {2, 5}, {1, 0, 4}, 1, 1),
               swapped_case(),
           },
       .refused = {{{real({4, 3})}}, {{real({6, 3})}}, {{real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Split"}},
      {.function = "chunk",
       .formula = "pieces of equal extent along an axis",
       .derivative = "G put back to its place in zeros",
       .cases =
           {
               chunk_case("", {4, 3}, 2, 0, 1),
               chunk_case(" columns", {2, 6}, 3, -1, 1),
               chunk_case(" extents_of_1", {4, 1}, 2, 0, 1),
               chunk_case(" of_nothing", {4, 0}, 2, 0, 1),
               chunk_case(" one", {4}, 1, 0, 0),
           },
       .refused = {{{real({5, 3})}}, {{real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Split"}},
  };
}

}  // namespace gradtable::testing
