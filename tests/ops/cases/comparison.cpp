#include "gradtable/ops/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "tests/ops/cases/pairs.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"
#include <fmt/format.h>

namespace gradtable::testing {
namespace {

const Array kX = numbers({2, 3});

// Whole numbers from 0 to 3, of which two in the same place are often equal.
Array few_numbers(const Shape& shape, double phase) {
  return mapped(numbers(shape, phase), [](double x) { return std::floor(x + 1.6); });
}

// The op on all pairs of shapes, on all element types, and beside a number.
OpRow comparison(const OpRow& about, const Call& f, const Call& with_1,
                 const std::function<bool(double, double)>& formula) {
  OpRow row = about;
  for (const Pair& pair : broadcast_pairs()) {
    const Array a = few_numbers(pair.a, 0), b = few_numbers(pair.b, 0.4);
    row.cases.push_back(
        {row.function + pair.name, f, {a, b}, mapped(a, b, pair.c, formula), false, pair.name.empty()});
  }
  const Shape shape{3, 7};
  const Array a = few_numbers(shape, 0.2), b = few_numbers(shape, 0.5), one = full({}, 1, DType::float64);
  for (const DType dtype : {DType::int32, DType::uint8}) {
    const std::string special = fmt::format(" of_{}", to_string(dtype));
    row.cases.push_back(
        {row.function + special, f, {cast(a, dtype), cast(b, dtype)}, mapped(a, b, shape, formula), false});
    row.cases.push_back({row.function + special + "_and_a_number",
                         with_1,
                         {cast(a, dtype)},
                         mapped(a, one, shape, formula),
                         false});
  }
  row.refused = {{{{DType::float64, {2, 3}}, {DType::float64, {2, 4}}}},
                 {{{DType::int32, {2}}, {DType::uint8, {2}}}}};
  return row;
}

// maximum or minimum, on all pairs of shapes; no two numbers are equal.
OpRow extremum(const OpRow& about, const Call& f, const Call& with_number,
               const std::function<double(double, double)>& formula) {
  OpRow row = about;
  for (const Pair& pair : broadcast_pairs()) {
    const Array a = numbers(pair.a), b = numbers(pair.b, 0.4);
    row.cases.push_back(
        {row.function + pair.name, f, {a, b}, mapped(a, b, pair.c, formula), true, pair.name.empty()});
  }
  row.cases.push_back(
      {row.function + " number", with_number, {kX}, mapped(kX, [&](double x) { return formula(x, 0.3); })});
  row.refused = {{{{DType::float64, {2, 3}}, {DType::float64, {2, 4}}}},
                 {{{DType::int32, {2}}, {DType::int32, {2}}}}};
  row.smooth = Smoothness::third;
  return row;
}

// Conditions, of which some are neither 0 nor 1.
Array conditions(const Shape& shape) {
  return cast(mapped(numbers(shape, 0.9), [](double x) { return x > 0 ? std::floor(3 * x) : 0; }),
              DType::uint8);
}

OpCase where_case(const std::string& special, const Shape& condition, const Shape& a, const Shape& b,
                  const Shape& shape) {
  const Array c = conditions(condition), truth = cast(c, DType::float64);
  const Array x = numbers(a), y = numbers(b, 0.4);
  Array expected(DType::float64, shape);
  for_each_index(shape, [&](const Index& i) { at(expected, i) = at(truth, i) != 0 ? at(x, i) : at(y, i); });
  return {"where" + special, [](Inputs in) { return where(in[0], in[1], in[2]); }, {c, x, y}, expected};
}

OpCase where_of_bytes() {
  const Shape shape{5, 7};
  OpCase c = where_case(" of_bytes", shape, shape, shape, shape);
  for (const std::size_t i : {1U, 2U}) c.inputs[i] = few_numbers(shape, static_cast<double>(i));
  c.expected = Array(DType::float64, shape);
  const Array truth = cast(c.inputs[0], DType::float64);
  for_each_index(shape,
                 [&](const Index& i) { at(c.expected, i) = at(c.inputs[at(truth, i) != 0 ? 1 : 2], i); });
  for (const std::size_t i : {1U, 2U}) c.inputs[i] = cast(c.inputs[i], DType::uint8);
  c.differentiable = false;
  return c;
}

Cases where_cases() {
  OpCase one_number = where_case(" number", {2, 3}, {2, 3}, {}, {2, 3});
  one_number.f = [](Inputs in) { return where(in[0], in[1], 0.3); };
  one_number.inputs.pop_back();
  const Array truth = cast(one_number.inputs[0], DType::float64);
  one_number.expected =
      mapped(truth, one_number.inputs[1], {2, 3}, [](double c, double a) { return c != 0 ? a : 0.3; });
  return {
      where_case("", {2, 3}, {2, 3}, {2, 3}, {2, 3}),
      where_case(" scalars", {}, {}, {}, {}),
      where_case(" condition_alone_has_a_shape", {7, 3}, {}, {}, {7, 3}),
      where_case(" scalar_condition", {}, {2, 3}, {2, 3}, {2, 3}),
      where_case(" row_column_matrix", {3}, {2, 1}, {2, 3}, {2, 3}),
      where_case(" all_repeated", {4, 1, 1}, {2, 1}, {3}, {4, 2, 3}),
      where_case(" several_blocks", {9, 67}, {67}, {9, 67}, {9, 67}),
      where_case(" nothing", {0, 3}, {3}, {1}, {0, 3}),
      one_number,
      where_of_bytes(),
  };
}

}  // namespace

Rows comparison_rows() {
  return {
      comparison(
          {.function = "equal",
           .formula = "c = 1 where a = b, else 0, as uint8",
           .derivative = "none: constant",
           .onnx = {"Equal"}},
          [](Inputs x) { return equal(x[0], x[1]); }, [](Inputs x) { return equal(x[0], 1); },
          [](double a, double b) { return a == b; }),
      comparison(
          {.function = "not_equal",
           .formula = "c = 1 where a != b, else 0, as uint8",
           .derivative = "none: constant"},
          [](Inputs x) { return not_equal(x[0], x[1]); }, [](Inputs x) { return not_equal(x[0], 1); },
          [](double a, double b) { return a != b; }),
      comparison(
          {.function = "less",
           .formula = "c = 1 where a < b, else 0, as uint8",
           .derivative = "none: constant",
           .onnx = {"Less"}},
          [](Inputs x) { return less(x[0], x[1]); }, [](Inputs x) { return less(x[0], 1); },
          [](double a, double b) { return a < b; }),
      comparison(
          {.function = "less_equal",
           .formula = "c = 1 where a <= b, else 0, as uint8",
           .derivative = "none: constant",
           .onnx = {"LessOrEqual"}},
          [](Inputs x) { return less_equal(x[0], x[1]); }, [](Inputs x) { return less_equal(x[0], 1); },
          [](double a, double b) { return a <= b; }),
      comparison(
          {.function = "greater",
           .formula = "c = 1 where a > b, else 0, as uint8",
           .derivative = "none: constant",
           .onnx = {"Greater"}},
          [](Inputs x) { return greater(x[0], x[1]); }, [](Inputs x) { return greater(x[0], 1); },
          [](double a, double b) { return a > b; }),
      comparison(
          {.function = "greater_equal",
           .formula = "c = 1 where a >= b, else 0, as uint8",
           .derivative = "none: constant",
           .onnx = {"GreaterOrEqual"}},
          [](Inputs x) { return greater_equal(x[0], x[1]); }, [](Inputs x) { return greater_equal(x[0], 1); },
          [](double a, double b) { return a >= b; }),
      comparison(
          {.function = "operator<", .formula = "as less", .derivative = "none: constant"},
          [](Inputs x) { return x[0] < x[1]; }, [](Inputs x) { return x[0] < 1; },
          [](double a, double b) { return a < b; }),
      comparison(
          {.function = "operator<=", .formula = "as less_equal", .derivative = "none: constant"},
          [](Inputs x) { return x[0] <= x[1]; }, [](Inputs x) { return x[0] <= 1; },
          [](double a, double b) { return a <= b; }),
      comparison(
          {.function = "operator>", .formula = "as greater", .derivative = "none: constant"},
          [](Inputs x) { return x[0] > x[1]; }, [](Inputs x) { return x[0] > 1; },
          [](double a, double b) { return a > b; }),
      comparison(
          {.function = "operator>=", .formula = "as greater_equal", .derivative = "none: constant"},
          [](Inputs x) { return x[0] >= x[1]; }, [](Inputs x) { return x[0] >= 1; },
          [](double a, double b) { return a >= b; }),
      {.function = "where",
       .formula = "y = a where the condition is not 0, else b",
       .derivative = "a: G where the condition is not 0, else 0; b: the other way round",
       .cases = where_cases(),
       .refused = {{{{DType::int32, {2}}, {DType::float64, {2}}, {DType::float64, {2}}}},
                   {{{DType::uint8, {2}}, {DType::float64, {2}}, {DType::float32, {2}}}},
                   {{{DType::uint8, {2}}, {DType::float64, {2}}, {DType::float64, {3}}}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"Where"}},
      extremum(
          {.function = "maximum",
           .formula = "c = max(a, b)",
           .derivative = "a: G where a > b, G / 2 where a = b, else 0; b: likewise",
           .onnx = {"Max"}},
          [](Inputs x) { return maximum(x[0], x[1]); }, [](Inputs x) { return maximum(x[0], 0.3); },
          [](double a, double b) { return std::max(a, b); }),
      extremum(
          {.function = "minimum",
           .formula = "c = min(a, b)",
           .derivative = "a: G where a < b, G / 2 where a = b, else 0; b: likewise",
           .onnx = {"Min"}},
          [](Inputs x) { return minimum(x[0], x[1]); }, [](Inputs x) { return minimum(0.3, x[0]); },
          [](double a, double b) { return std::min(a, b); }),
      {.function = "clip",
       .formula = "y = low where x < low, high where x > high, else x",
       .derivative = "G from low to high, else 0",
       .cases = {{"clip",
                  [](Inputs x) { return clip(x[0], -0.7, 0.6); },
                  {kX},
                  mapped(kX, [](double x) { return std::clamp(x, -0.7, 0.6); }),
                  true,
                  true}},
       .refused = {{{{DType::int32, {2}}}},
                   {{{DType::float64, {2}}}, [](Inputs x) { return clip(x[0], 1, -1); }}},
       .smooth = Smoothness::third,
       .onnx = {"Clip"}},
  };
}

}  // namespace gradtable::testing
