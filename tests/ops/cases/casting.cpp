#include "gradtable/ops/casting.hpp"

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// Numbers that all the types can hold.
const Array kBytes = Array::of<std::uint8_t>({7}, {0, 1, 2, 127, 128, 200, 254});
const Array kSmall = Array::of<double>({2, 2}, {0.75, 3.5, 120, 250.25});

OpCase cast_case(const std::string& special, const Array& x, DType dtype) {
  const Array expected = cast(is_floating(dtype) ? x : cast(x, DType::int32), DType::float64);
  return {"cast" + special, [=](Inputs in) { return cast(in[0], dtype); }, {x}, expected, false};
}

}  // namespace

Rows casting_rows() {
  const Array x = numbers({2, 3});
  return {
      {.function = "cast",
       .formula = "y = x as another element type",
       .derivative = "G as x's type",
       .cases =
           {
               {"cast", [](Inputs in) { return cast(in[0], DType::float64); }, {x}, x, true, true},
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
           },
       .refused = {},
       .smooth = Smoothness::third,
       .multilinear = true},
      {.function = "as_type",
       .formula = "y = x as another element type; x itself where it has the type",
       .derivative = "G as x's type",
       .cases = {{"as_type", [](Inputs in) { return as_type(in[0], DType::float64); }, {x}, x, true, true}},
       .refused = {},
       .smooth = Smoothness::third,
       .multilinear = true},
  };
}

}  // namespace gradtable::testing
