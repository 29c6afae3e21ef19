#include "gradtable/ops/dropout.hpp"

#include <cmath>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

#include "gradtable/core/random.hpp"

namespace gradtable::testing {
namespace {

struct Draw {
  double rate;
  std::uint64_t seed;
  std::int32_t step;
  std::uint32_t stream = 0;
};

OpCase dropout_case(const std::string& special, const Shape& shape, const Draw& draw) {
  const Array x = numbers(shape);
  Random random(draw.seed, mask_stream(draw.stream, static_cast<std::uint32_t>(draw.step)));
  const Array expected = mapped(x, [&](double v) {
    return static_cast<double>(random()) >= std::round(draw.rate * 4294967296.0) ? v / (1 - draw.rate) : 0;
  });
  return {"dropout" + special,
          [draw](Inputs in) { return dropout(in[0], draw.rate, draw.seed, in[1], draw.stream); },
          {x, Array::of<std::int32_t>({}, {draw.step})},
          expected};
}

// Without a mask nobody needs the step.
OpCase case_of_rate_0() {
  const Array x = numbers({3, 4});
  const auto f = [](Inputs in) {
    return dropout(in[0], 0, 42, in[0].graph().constant(Array::of<std::int32_t>({}, {7})));
  };
  return {"dropout of_rate_0", f, {x}, x};
}

Call of_rate(double rate) {
  return [rate](Inputs in) { return dropout(in[0], rate, 1, in[1]); };
}

}  // namespace

Rows dropout_rows() {
  const TensorType x{DType::float64, {3, 4}}, step{DType::int32, {}};
  return {
      {.function = "dropout",
       .formula = "y_i = x_i / (1 - rate) where the mask of (seed, stream, step) keeps i, else 0",
       .derivative = "x: dropout(G) by the same mask",
       .cases =
           {
               dropout_case("", {3, 4}, {0.5, 42, 7}),
               dropout_case(" of_a_scalar", {}, {0.25, 1, 0}),
               dropout_case(" of_nothing", {0, 3}, {0.5, 1, 0}),
               dropout_case(" of_several_blocks", {3, 1, 67}, {0.3, 1ULL << 40 | 5, -3}),
               dropout_case(" of_many_blocks", {37, 61}, {0.8, ~0ULL, 2147483647, 9}),
               case_of_rate_0(),
           },
       .refused = {{{{DType::int32, {3, 4}}, step}},
                   {{x, {DType::float64, {}}}},
                   {{x, {DType::int32, {1}}}},
                   {{x, step}, of_rate(1)},
                   {{x, step}, of_rate(-0.1)},
                   {{x, step}, of_rate(std::nan(""))}},
       .multilinear = true,
       .onnx = {"Dropout"}},
  };
}

}  // namespace gradtable::testing
