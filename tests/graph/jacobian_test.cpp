#include "gradtable/graph/jacobian.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using namespace testing;

const Array kColumn = Array::of<double>({3, 1}, {0.9, -0.2, 0.5});

TEST(Jacobian, OfAProductIsTheMatrixWithTheAxesOfBoth) {
  Graph g;
  const Tensor a = g.parameter("A", kMatrix), x = g.parameter("x", kColumn);
  const Array found = value_of(jacobian(matmul(a, x), x));
  EXPECT_TRUE(near(found, Array::of<double>({2, 1, 3, 1}, {0.3, -1.2, 0.7, 1.1, 0.4, -0.6})));
}

// d y_a / d A_bc = [a = b] x_c, from 6 numbers to 2: rows; from 3 to 6: columns.
TEST(Jacobian, IsTheSameByRowsAndByColumns) {
  Graph g;
  const Tensor a = g.parameter("A", kMatrix), x = g.parameter("x", kColumn);
  const Tensor wide = matmul(a, x), tall = x * reshape(a, {3, 2});
  const Array by_rows = value_of(jacobian(wide, a));
  EXPECT_TRUE(
      near(by_rows, Array::of<double>({2, 1, 2, 3}, {0.9, -0.2, 0.5, 0, 0, 0, 0, 0, 0, 0.9, -0.2, 0.5})));
  const Array by_columns = value_of(jacobian(tall, x));
  const Array expected =
      Array::of<double>({3, 2, 3, 1}, {0.3, 0, 0, -1.2, 0, 0, 0, 0.7, 0, 0, 1.1, 0, 0, 0, 0.4, 0, 0, -0.6});
  EXPECT_TRUE(near(by_columns, expected));
}

TEST(Jacobian, OfSoftmaxIsDiagonalMinusOuterProduct) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {0.2, -1.1, 0.9}));
  const Tensor y = softmax(x);
  const Array p = evaluate(y), found = value_of(jacobian(y, x));
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double pi = p.as<double>()[i], pj = p.as<double>()[j];
      EXPECT_NEAR(found.as<double>()[3 * i + j], (i == j ? pi : 0) - pi * pj, 1e-15);
    }
  }
}

TEST(Jacobian, HasABlockForEachOutputAndTarget) {
  Graph g;
  const Tensor a = g.parameter("a", Array::of<double>({2}, {1, 2})), b = number(g, "b", 3);
  const Tensor c = g.parameter("c", Array::of<double>({4}, {1, 2, 3, 4}));
  const Blocks blocks = jacobian({a * b, sum(square(c))}, {a, b, c});
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(numbers_of(value_of(blocks[0][0])), (std::vector<double>{3, 0, 0, 3}));
  EXPECT_EQ(numbers_of(value_of(blocks[0][1])), (std::vector<double>{1, 2}));
  EXPECT_TRUE(near(value_of(blocks[0][2]), zeros({2, 4}, DType::float64)));
  EXPECT_TRUE(near(value_of(blocks[1][0]), zeros({2}, DType::float64)));
  EXPECT_EQ(value_of(blocks[1][1]).item(), 0);
  EXPECT_EQ(numbers_of(value_of(blocks[1][2])), (std::vector<double>{2, 4, 6, 8}));
}

TEST(Jacobian, GivesSeveralBlocksByColumnsToo) {
  Graph g;
  const Tensor a = number(g, "a", 2), b = number(g, "b", 3);
  const Tensor c = g.constant(Array::of<double>({3}, {1, 10, 100}));
  const Blocks blocks = jacobian({a * c, b * square(c)}, {a, b});
  EXPECT_EQ(numbers_of(value_of(blocks[0][0])), (std::vector<double>{1, 10, 100}));
  EXPECT_EQ(numbers_of(value_of(blocks[0][1])), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(numbers_of(value_of(blocks[1][0])), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(numbers_of(value_of(blocks[1][1])), (std::vector<double>{1, 100, 10000}));
}

TEST(Jacobian, WithRespectToAResult) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {0.5, 2}));
  const Tensor h = square(x), y = h * h;
  EXPECT_EQ(numbers_of(value_of(jacobian(y, h))), (std::vector<double>{0.5, 0, 0, 8}));
}

TEST(Jacobian, CanBeDifferentiated) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {0.5, 2}));
  for (const Tensor& y : {x * x * x, broadcast_to(sum(x * x * x), {3})}) {  // by rows, by columns
    const Tensor z = sum(square(jacobian(y, x)));                           // 9 x^4 for each
    const double repeated = y.shape()[0] == 3 ? 3 : 1;
    const std::vector<double> found = numbers_of(value_of(gradients({z}, {x})[0]));
    EXPECT_NEAR(found[0], repeated * 36 * 0.125, 1e-12);
    EXPECT_NEAR(found[1], repeated * 36 * 8, 1e-11);
  }
}

TEST(Jacobian, OfNoElementsHasNone) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({0}, DType::float64));
  const Tensor b = number(g, "b", 2);
  EXPECT_EQ(value_of(jacobian(x * b, b)).shape(), (Shape{0}));
  EXPECT_EQ(value_of(jacobian(sum(x), x)).shape(), (Shape{0}));
  EXPECT_EQ(value_of(jacobian(exp(x), x)).shape(), (Shape{0, 0}));
}

TEST(Jacobian, StoresNothingOfTheSizeOfItsUnitVectors) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({40}, DType::float64));
  jacobian(exp(x), x);
  std::size_t bytes = 0;
  for (NodeId id = 0; id < static_cast<NodeId>(g.size()); ++id)
    if (g.node(id).kind == NodeKind::constant) bytes += g.node(id).type.bytes();
  EXPECT_LE(bytes, 40 * sizeof(std::int32_t));
}

TEST(Jacobian, RefusesWhatHasTooManyAxesOrTwoTypesOrNoPath) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({1, 1, 1, 1, 1}, DType::float64)), b = number(g, "b", 2);
  const Tensor y = exp(x).named("y");
  EXPECT_EQ(message_of<ShapeError>([&] { jacobian(y, x); }),
            "jacobian: expected shapes with at most 8 axes together, got (1,1,1,1,1) and (1,1,1,1,1)");
  EXPECT_TRUE(contains(message_of<GradientError>([&] {
                         jacobian({y, b}, {b});
                       }),
                       "jacobian: expected y to depend on a target"));
  EXPECT_TRUE(
      contains(message_of<ShapeError>([&] { jacobian(b, g.parameter("c", zeros({1}))); }), "of one type"));
  EXPECT_EQ(value_of(jacobian(y, b, Unreached::zeros)).shape(), y.shape());
}

TEST(Jacobian, TakesNoPathThroughConstantsByIntent) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({2}, DType::float64));
  const Tensor y = scale(stop_gradient(x), 2).named("y");
  EXPECT_TRUE(contains(message_of<GradientError>([&] { jacobian(y, x); }),
                       "jacobian: expected y to depend on the target x, got no path"));
  EXPECT_TRUE(near(value_of(jacobian(y, x, Unreached::zeros)), zeros({2, 2}, DType::float64)));
}

// (1 - x)^2 + 100 (y - x^2)^2
TEST(Hessian, OfRosenbrocksFunction) {
  Graph g;
  const Tensor x = number(g, "x", -1.2), y = number(g, "y", 1);
  const Tensor z = square(1 - x) + 100 * square(y - square(x));
  const Blocks h = hessian(z, {x, y});
  EXPECT_NEAR(value_of(h[0][0]).item(), 2 - 400 * 1 + 1200 * 1.44, 1e-10);
  EXPECT_NEAR(value_of(h[0][1]).item(), 480, 1e-11);
  EXPECT_NEAR(value_of(h[1][0]).item(), 480, 1e-11);
  EXPECT_NEAR(value_of(h[1][1]).item(), 200, 1e-11);
}

TEST(Hessian, OfAQuadraticFormIsItsSymmetricPart) {
  Graph g;
  const Tensor a = g.constant(Array::of<double>({2, 2}, {2, 1, -3, 4}));
  const Tensor x = g.parameter("x", Array::of<double>({2, 1}, {0.3, -0.8}));
  const Array found = value_of(hessian(sum(x * matmul(a, x)), x));
  EXPECT_TRUE(near(found, Array::of<double>({2, 1, 2, 1}, {4, -2, -2, 8})));
}

TEST(Hessian, AgreesWithHessianVectorProducts) {
  Graph g;
  const Tensor w = g.parameter("W", kMatrix), x = g.constant(kColumn);
  const Tensor v = g.constant(Array::of<double>({2, 3}, {1, -2, 0.5, 0.7, 3, -1}));
  const Tensor z =
      sum(log_softmax(reshape(tanh(matmul(w, x)), {2})) * g.constant(Array::of<double>({2}, {1, 3})));
  const Tensor h = reshape(hessian(z, w), {6, 6});
  const Tensor expected = hvp(z, {w}, {v})[0];
  EXPECT_TRUE(near(value_of(reshape(matmul(h, reshape(v, {6, 1})), {2, 3})), value_of(expected)));
}

TEST(Hessian, OfALinearFunctionIsZero) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {1, 2})), b = number(g, "b", 2);
  EXPECT_TRUE(near(value_of(hessian(sum(x), x)), zeros({2, 2}, DType::float64)));
  EXPECT_THROW(hessian(sum(x), b), GradientError);
  EXPECT_THROW(hessian(x, x), GradientError);
}

TEST(Hessian, RefusesByItsOwnName) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({1, 1, 1, 1, 1}, DType::float64)), b = number(g, "b", 2);
  const Tensor coarse = g.parameter("coarse", zeros({}));
  const Tensor z = sum(square(x)).named("z");
  const auto message = [](const Tensor& of, const std::vector<Tensor>& xs) {
    return message_of<GradientError>([&] { hessian(of, xs); });
  };
  EXPECT_EQ(message({}, {x}), "hessian: expected a real scalar z, got an empty tensor");
  EXPECT_TRUE(contains(message(x, {x}), "hessian: expected a real scalar z, got x of float64 (1,1,1,1,1)"));
  EXPECT_EQ(message(z, {}), "hessian: expected at least one tensor as xs, got none");
  EXPECT_TRUE(contains(message(z, {b}), "hessian: expected z to depend on the target b, got no path"));
  EXPECT_EQ(message_of<ShapeError>([&] { hessian(z, x); }),
            "hessian: expected shapes with at most 8 axes together, got (1,1,1,1,1) and (1,1,1,1,1)");
  EXPECT_EQ(message_of<ShapeError>([&] {
              hessian(z, {b, coarse});
            }),
            "hessian: expected outputs and targets of one type, got b of float64 and coarse of float32");
}

}  // namespace
}  // namespace gradtable
