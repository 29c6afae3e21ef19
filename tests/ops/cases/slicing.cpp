#include "gradtable/ops/slicing.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

using Slices = std::vector<Slice>;
using Paddings = std::vector<Padding>;

// The formula: places[axis] are the places of x that are taken, one after the other.
OpCase slice_case(const std::string& special, const Shape& shape, const Slices& slices,
                  const std::vector<Index>& places) {
  const Array x = numbers(shape);
  Index extents;
  for (const Index& of_axis : places) extents.push_back(static_cast<std::int64_t>(of_axis.size()));
  const auto element = [&](const Index& i) {
    Index from;
    for (std::size_t k = 0; k < i.size(); ++k) from.push_back(places[k][static_cast<std::size_t>(i[k])]);
    return at(x, from);
  };
  return {"slice" + special,
          [=](Inputs in) { return slice(in[0], slices); },
          {x},
          computed(Shape(extents), element)};
}

OpCase index_case(const std::string& special, const Shape& shape, std::int64_t i) {
  const Array x = numbers(shape);
  const auto element = [&](const Index& of_row) {
    Index from = {i < 0 ? i + shape[0] : i};
    from.insert(from.end(), of_row.begin(), of_row.end());
    return at(x, from);
  };
  return {"operator[]" + special,
          [=](Inputs in) { return in[0][i]; },
          {x},
          computed(shape.last(shape.rank() - 1), element)};
}

// The formula: element i of y is element i - before of x, where there is one.
OpCase pad_case(const std::string& special, const Shape& shape, const Paddings& paddings, double value,
                const Shape& padded, const Index& before) {
  const Array x = numbers(shape);
  const auto element = [&](Index i) {
    for (std::size_t k = 0; k < i.size(); ++k) {
      i[k] -= before[k];
      if (i[k] < 0 || i[k] >= shape.extents()[k]) return value;
    }
    return at(x, i);
  };
  return {"pad" + special,
          [=](Inputs in) { return pad(in[0], paddings, value); },
          {x},
          computed(padded, element)};
}

}  // namespace

Rows slicing_rows() {
  const Array bytes = Array::of<std::uint8_t>({4}, {1, 2, 250, 254});
  const Array integers = Array::of<std::int32_t>({2, 2}, {7, -8, 9, 10});
  const Slices backwards = {{.axis = 0, .step = -1}};
  const auto reversed = [=](Inputs in) { return slice(in[0], backwards); };
  const auto in_sevens = [](Inputs in) { return pad(in[0], {{.axis = -1, .before = 1}}, 7); };
  const TensorType matrix{DType::float64, {2, 3}};
  return {
      {.function = "slice",
       .formula = "y[i, ...] = x[start + i step, ...]",
       .derivative = "G put back to its places in zeros",
       .cases =
           {
               slice_case("", {5, 3}, {{.axis = 0, .start = 1, .stop = 4}}, {{1, 2, 3}, {0, 1, 2}}),
               slice_case(" steps", {7, 3}, {{.axis = 0, .start = 1, .step = 2}}, {{1, 3, 5}, {0, 1, 2}}),
               slice_case(" backwards", {5}, {{.axis = 0, .step = -1}}, {{4, 3, 2, 1, 0}}),
               slice_case(" backwards_in_steps", {8}, {{.axis = 0, .start = -2, .stop = 0, .step = -3}},
                          {{6, 3}}),
               slice_case(" columns", {3, 5}, {{.axis = 1, .start = 1, .stop = -1}}, {{0, 1, 2}, {1, 2, 3}}),
               slice_case(" columns_in_steps", {3, 5}, {{.axis = -1, .step = 2}}, {{0, 1, 2}, {0, 2, 4}}),
               slice_case(" several_axes", {4, 3, 5},
                          {{.axis = 2, .start = 3, .step = -2}, {.axis = 0, .start = 1, .stop = 3}},
                          {{1, 2}, {0, 1, 2}, {3, 1}}),
               slice_case(" bounds_beyond_the_ends", {4}, {{.axis = 0, .start = -100, .stop = 100}},
                          {{0, 1, 2, 3}}),
               slice_case(" backwards_beyond_the_ends", {4},
                          {{.axis = 0, .start = 100, .stop = -100, .step = -1}}, {{3, 2, 1, 0}}),
               slice_case(" backwards_to_nothing", {4}, {{.axis = 0, .start = 2, .stop = 3, .step = -5}},
                          {{}}),
               slice_case(" long_step", {4, 2}, {{.axis = 0, .start = 2, .step = 1000}}, {{2}, {0, 1}}),
               slice_case(" larger", {9, 11}, {{.axis = 1, .start = 1, .step = 3}},
                          {{0, 1, 2, 3, 4, 5, 6, 7, 8}, {1, 4, 7, 10}}),
               slice_case(" to_nothing", {4, 2}, {{.axis = 0, .start = 3, .stop = 1}}, {{}, {0, 1}}),
               slice_case(" of_nothing", {0, 2}, {{.axis = 0, .step = -1}}, {{}, {0, 1}}),
               slice_case(" everything", {2, 3}, {}, {{0, 1}, {0, 1, 2}}),
               slice_case(" leading_one", {1, 4, 2}, {{.axis = 1, .start = 1}}, {{0}, {1, 2, 3}, {0, 1}}),
               {"slice bytes", reversed, {bytes}, Array::of<double>({4}, {254, 250, 2, 1}), false},
               {"slice integers", reversed, {integers}, Array::of<double>({2, 2}, {9, 10, 7, -8}), false},
           },
       .refused = {{{{DType::float64, {}}}},
                   {{matrix}, [](Inputs in) { return slice(in[0], {{.axis = 0, .step = 0}}); }},
                   {{matrix}, [](Inputs in) { return slice(in[0], {{.axis = 2}}); }},
                   {{matrix},
                    [](Inputs in) {
                      return slice(in[0], {{.axis = 1}, {.axis = -1}});
                    }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Slice"}},
      {.function = "operator[]",
       .formula = "y[j, ...] = x[i, j, ...]; negative i count from the end",
       .derivative = "G put back to its places in zeros",
       .cases =
           {
               index_case("", {4, 3}, 1),
               index_case(" last", {4, 3}, -1),
               index_case(" first_of_one_axis", {5}, 0),
               index_case(" block", {2, 3, 4}, 1),
               index_case(" of_one", {1, 3}, 0),
               index_case(" of_nothing", {2, 0}, 1),
               {"operator[] integers",
                [](Inputs in) { return in[0][-1]; },
                {integers},
                Array::of<double>({2}, {9, 10}),
                false},
           },
       .refused = {{{{DType::float64, {}}}, [](Inputs in) { return in[0][0]; }},
                   {{matrix}, [](Inputs in) { return in[0][2]; }},
                   {{matrix}, [](Inputs in) { return in[0][-3]; }}},
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "pad",
       .formula = "y[before + i, ...] = x[i, ...], else a value",
       .derivative = "G without the padding",
       .cases =
           {
               pad_case("", {2, 3}, {{.axis = 0, .before = 1, .after = 2}}, 0.5, {5, 3}, {1, 0}),
               pad_case(" vector", {3}, {{.axis = 0, .before = 2, .after = 1}}, -1, {6}, {2}),
               pad_case(" columns", {3, 2}, {{.axis = -1, .before = 1, .after = 1}}, 0, {3, 4}, {0, 1}),
               pad_case(" both_axes", {2, 3}, {{.axis = 1, .after = 1}, {.axis = 0, .before = 1}}, 2, {3, 4},
                        {1, 0}),
               pad_case(" leading_one", {1, 3, 2}, {{.axis = 1, .before = 1, .after = 1}}, 1, {1, 5, 2},
                        {0, 1, 0}),
               pad_case(" less", {4, 3}, {{.axis = 0, .before = -1, .after = -1}, {.axis = 1, .after = 1}}, 3,
                        {2, 4}, {-1, 0}),
               pad_case(" less_before_more_after", {4}, {{.axis = 0, .before = -3, .after = 2}}, 3, {3},
                        {-3}),
               pad_case(" larger", {9, 11}, {{.axis = 1, .before = 2, .after = 1}}, 0.5, {9, 14}, {0, 2}),
               pad_case(" nothing_left", {4}, {{.axis = 0, .before = -5, .after = 3}}, 3, {2}, {-5}),
               pad_case(" to_nothing", {4, 2}, {{.axis = 0, .after = -4}}, 3, {0, 2}, {0, 0}),
               pad_case(" of_nothing", {0, 2}, {{.axis = 0, .after = 2}}, 3, {2, 2}, {0, 0}),
               pad_case(" by_nothing", {2, 3}, {}, 3, {2, 3}, {0, 0}),
               {"pad bytes", in_sevens, {bytes}, Array::of<double>({5}, {7, 1, 2, 250, 254}), false},
               {"pad integers",
                in_sevens,
                {integers},
                Array::of<double>({2, 3}, {7, 7, -8, 7, 9, 10}),
                false},
           },
       .refused = {{{{DType::float64, {}}}},
                   {{matrix}, [](Inputs in) { return pad(in[0], {{.axis = 0, .before = -3}}); }},
                   {{{DType::uint8, {2}}}, [](Inputs in) { return pad(in[0], {{.after = 1}}, 256); }}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Pad"}},
  };
}

}  // namespace gradtable::testing
