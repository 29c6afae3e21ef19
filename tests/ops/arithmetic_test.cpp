#include "gradtable/ops/arithmetic.hpp"

#include <cmath>
#include <limits>

#include "tests/ops/errors.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/broadcast.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
using testing::message_of;

class Arithmetic : public ::testing::Test {
 protected:
  Graph g;
  Tensor x = g.input("x", {2, 3}), other = g.input("other", {4, 3});
  Tensor fine = g.input("fine", {2, 3}, DType::float64), labels = g.input("labels", {2, 3}, DType::int32);
};

TEST_F(Arithmetic, RefusesShapesThatDoNotBroadcast) {
  const std::string sentence = "expected shapes that broadcast, equal or 1 on each axis, got (2,3) and (4,3)";
  expect_error<ShapeError>([&] { add(x, other); }, "add: " + sentence);
  expect_error<ShapeError>([&] { sub(x, other); }, "sub: " + sentence);
  expect_error<ShapeError>([&] { mul(x, other); }, "mul: " + sentence);
  expect_error<ShapeError>([&] { div(x, other); }, "div: " + sentence);
}

TEST_F(Arithmetic, RefusesMixedTypes) {
  expect_error<ShapeError>(
      [&] { add(x, fine); },
      "add: expected one element type, got float32 and float64; cast(x, DType::float32) converts");
  expect_error<ShapeError>(
      [&] { fine / x; },
      "div: expected one element type, got float64 and float32; cast(x, DType::float64) converts");
}

TEST_F(Arithmetic, RefusesIntegers) {
  const std::string sentence = "expected float32 or float64, got int32 (2,3)";
  expect_error<ShapeError>([&] { mul(labels, labels); }, "mul: " + sentence);
  expect_error<ShapeError>([&] { sub(x, labels); }, "sub: " + sentence);
}

TEST_F(Arithmetic, RefusesTensorsOfAnotherGraphAndEmptyOnes) {
  Graph elsewhere;
  const Tensor stranger = elsewhere.input("x", {2, 3});
  expect_error<GraphError>([&] { x + stranger; },
                           "add: expected tensors of one graph, got a tensor of another graph as input 1");
  expect_error<GraphError>([&] { x + Tensor(); },
                           "add: expected tensors of one graph, got an empty tensor as input 1");
}

TEST_F(Arithmetic, RefusesAnOperatorBetweenTwoNumbers) {
  const std::string sentence = ": expected a tensor on one side, got two numbers";
  EXPECT_EQ(message_of<GraphError>([] { Operand(1) + Operand(2); }), "add" + sentence);
  EXPECT_EQ(message_of<GraphError>([] { Operand(1) * Operand(2); }), "mul" + sentence);
}

TEST_F(Arithmetic, GivesTheResultOfAnOperatorTheUsersLine) {
  const auto expect_line = [](const Tensor& y, Location at = Location::current()) {
    EXPECT_EQ(to_string(y.node().location), to_string(at));
  };
  expect_line(x + x);
  expect_line(x - 2);
  expect_line(2 - x);
  expect_line(x * 3);
  expect_line(4 * x);
  expect_line(x / x);
  expect_line(-x);
}

TEST_F(Arithmetic, GivesNumbersTheTypeOfTheOtherSide) {
  for (const Tensor& t : {x, fine}) {
    for (const Tensor& y : {t + 1, 1 - t, t * 0.5, 1 / t}) EXPECT_EQ(y.dtype(), t.dtype());
  }
}

TEST_F(Arithmetic, MultipliesByANumberWithoutATensorForIt) {
  EXPECT_EQ(get_operation(x * 2)->name(), "scale");
  EXPECT_EQ(x * 2, 2 * x);
}

TEST_F(Arithmetic, DividesByZeroAsNumbersDo) {
  const Tensor a = g.constant(Array::of<float>({3}, {1, -1, 0}));
  const Array quotient = evaluate(a / g.constant(zeros({3})));
  const auto q = quotient.as<float>();
  EXPECT_EQ(q[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ(q[1], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(q[2]));
}

TEST_F(Arithmetic, CountsAnInputThatIsUsedTwiceTwice) {
  const Tensor a = g.constant(3.0, DType::float64);
  const GradTable table = build_grad(a * a + a, {a});
  EXPECT_EQ(evaluate(table[a]).item(), 7);
}

}  // namespace
}  // namespace gradtable
