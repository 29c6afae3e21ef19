#include "gradtable/ops/slicing.hpp"

#include <limits>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
constexpr std::int64_t kFurthest = std::numeric_limits<std::int64_t>::max(),
                       kLeast = std::numeric_limits<std::int64_t>::min();

class Slicing : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {4, 3});
};

TEST_F(Slicing, TakesAnElementOfTheFirstAxis) {
  EXPECT_EQ(x[1].shape(), Shape{3});
  EXPECT_EQ(x[1], x[-3]);
  const Array numbers = Array::of<float>({4, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  EXPECT_EQ(to_string(evaluate(x[1], {{x, numbers}})), "[3. 4. 5.]");
  EXPECT_EQ(to_string(evaluate(x[-1], {{x, numbers}})), "[ 9. 10. 11.]");
  EXPECT_EQ(evaluate(x[2][0], {{x, numbers}}).item(), 6);
  const Tensor gradient = build_grad(sum(square(x[1])), {x})[x];
  EXPECT_EQ(to_string(evaluate(gradient, {{x, numbers}})[1]), "[ 6.  8. 10.]");
  EXPECT_EQ(to_string(evaluate(gradient, {{x, numbers}})[0]), "[0. 0. 0.]");
}

TEST_F(Slicing, RefusesAnElementThatIsNotThere) {
  expect_error<ShapeError>([&] { x[4]; }, "index: expected an index in [-4,4) of shape (4,3), got 4");
  expect_error<ShapeError>([&] { x[0][0][0]; }, "index: expected no index of a scalar, got 0");
}

TEST_F(Slicing, TakesPiecesOfArrays) {
  const Array numbers = Array::of_rows<float>({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(to_string(slice(numbers, {{.axis = 1, .start = 1}, {.axis = 0, .step = -1}})),
            "[[5. 6.]\n [2. 3.]]");
  EXPECT_THROW(slice(numbers, {{.axis = 2}}), ShapeError);
  EXPECT_EQ(slice(numbers, {{.start = 2}}).shape(), (Shape{0, 3}));
}

TEST_F(Slicing, RefusesAStepOfZero) {
  expect_error<ShapeError>([&] { slice(x, {{.axis = 1, .step = 0}}); },
                           "slice: expected a step other than 0, got 0 for axis 1");
}

TEST_F(Slicing, RefusesAxesThatAreNotThereOrThereTwice) {
  expect_error<ShapeError>([&] { slice(x, {{.axis = 2}}); }, "slice: expected axes from -2 to 1, got 2");
  expect_error<ShapeError>(
      [&] {
        slice(x, {{.axis = 1}, {.axis = -1}});
      },
      "slice: expected each axis once, got axis 1 twice");
  expect_error<ShapeError>([&] { pad(x, {{.axis = -3}}); }, "pad: expected axes from -2 to 1, got -3");
}

TEST_F(Slicing, RefusesToTakeAwayMoreThanThereIs) {
  const std::string sentence =
      "pad: expected paddings that give axis 0 of (4,3) an extent from 0 to 2^63, got ";
  expect_error<ShapeError>([&] { pad(x, {{.axis = 0, .before = -2, .after = -3}}); }, sentence + "-2 and -3");
  expect_error<ShapeError>([&] { pad(x, {{.axis = 0, .before = kLeast}}); },
                           sentence + "-9223372036854775808 and 0");
  expect_error<ShapeError>([&] { pad(x, {{.axis = 0, .before = kFurthest, .after = kFurthest}}); },
                           sentence + "9223372036854775807 and 9223372036854775807");
}

TEST_F(Slicing, RefusesToPadIntegersWithWhatTheyCannotHold) {
  const Tensor bytes = g.input("bytes", {2}, DType::uint8), labels = g.input("labels", {2}, DType::int32);
  expect_error<ShapeError>([&] { pad(bytes, {{.after = 1}}, -1); },
                           "pad: expected a value that uint8 has, got -1");
  expect_error<ShapeError>([&] { pad(labels, {{.after = 1}}, 0.5); },
                           "pad: expected a value that int32 has, got 0.5");
}

TEST_F(Slicing, TakesBoundsAndStepsAsLargeAsCanBe) {
  EXPECT_EQ(slice(x, {{.axis = 0, .start = kLeast, .stop = kFurthest}}).shape(), (Shape{4, 3}));
  EXPECT_EQ(slice(x, {{.axis = 0, .start = kFurthest, .stop = kLeast, .step = -1}}).shape(), (Shape{4, 3}));
  EXPECT_EQ(slice(x, {{.axis = 0, .start = 1, .step = kFurthest}}).shape(), (Shape{1, 3}));
  EXPECT_EQ(slice(x, {{.axis = 0, .start = 1, .step = kLeast}}).shape(), (Shape{1, 3}));
}

TEST_F(Slicing, MakesOneNodeOfOneSliceWrittenInTwoWays) {
  EXPECT_EQ(slice(x, {{.axis = 0, .start = 1, .stop = 3}}),
            slice(x, {{.axis = -2, .start = -3, .stop = -1}}));
}

TEST_F(Slicing, HasPadsForGradientsAndPadsHaveSlices) {
  const auto gradient_of = [&](const Tensor& y) {
    return get_operation(build_grad(sum(square(y)), {x})[x])->name();
  };
  EXPECT_EQ(gradient_of(slice(x, {{.axis = 0, .step = -2}})), "pad");
  EXPECT_EQ(gradient_of(pad(x, {{.axis = 0, .before = 2}})), "slice");
}

TEST_F(Slicing, PadsRealNumbersWithInfinity) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor row = g.constant(Array::of<float>({2}, {1, 2}));
  EXPECT_TRUE(testing::same_bits(evaluate(pad(row, {{.before = 1}}, -inf)),
                                 Array::of<float>({3}, {static_cast<float>(-inf), 1, 2})));
}

}  // namespace
}  // namespace gradtable
