#include "gradtable/ops/matmul.hpp"

#include <vector>

#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/check_grad.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::expect_error;
constexpr auto kNo = Transpose::no, kYes = Transpose::yes;

class Product : public ::testing::Test {
 protected:
  Graph g;
  Tensor a = g.input("a", {2, 3}), b = g.input("b", {4, 5}), v = g.input("v", {3});
};

TEST_F(Product, RefusesMatricesThatDoNotFit) {
  const std::string got = ", got (2,3) and (4,5)";
  expect_error<ShapeError>([&] { matmul(a, b); }, "matmul: expected (m,k) and (k,n)" + got);
  expect_error<ShapeError>([&] { matmul(a, b, kYes); }, "matmul: expected (k,m) and (k,n)" + got);
  expect_error<ShapeError>([&] { matmul(a, b, kNo, kYes); }, "matmul: expected (m,k) and (n,k)" + got);
  expect_error<ShapeError>([&] { matmul(a, b, kYes, kYes); }, "matmul: expected (k,m) and (n,k)" + got);
}

TEST_F(Product, NamesTheShapesOfVectorsAndStacksThatDoNotFit) {
  const Tensor stack = g.input("stack", {2, 4, 3}), other = g.input("other", {3, 3, 2});
  expect_error<ShapeError>([&] { matmul(b, v); }, "matmul: expected (m,k) and (k), got (4,5) and (3)");
  expect_error<ShapeError>([&] { matmul(v, stack); },
                           "matmul: expected (k) and (...,k,n), got (3) and (2,4,3)");
  expect_error<ShapeError>([&] { matmul(stack, a, kYes, kYes); },
                           "matmul: expected (...,k,m) and (n,k), got (2,4,3) and (2,3)");
  expect_error<ShapeError>([&] { matmul(stack, other); },
                           "matmul: expected stacks of matrices that broadcast, got (2,4,3) and (3,3,2)");
  expect_error<ShapeError>([&] { matmul(g.constant(1), v); },
                           "matmul: expected factors with axes, got () and (3)");
  expect_error<ShapeError>([&] { dot(v, g.input("w", {4})); },
                           "dot: expected vectors of equal length, got (3) and (4)");
  expect_error<ShapeError>([&] { outer(v, a); }, "outer: expected two vectors, got (3) and (2,3)");
}

// One tall product, which passes fuse with what is behind it, and one for the gradient of the matrix.
TEST_F(Product, MultipliesAStackByOneMatrixInOneProduct) {
  const Tensor stack = g.parameter("stack", zeros({2, 4, 3})), w = g.parameter("w", zeros({3, 5}));
  const Tensor y = matmul(stack, w);
  EXPECT_EQ(get_inputs(y, g)[0].shape(), (Shape{8, 5}));
  EXPECT_EQ(get_operation(build_grad(sum(y), {w})[w])->name(), "matmul");
}

// As the book draws it.
TEST_F(Product, OfTwoVectorsIsOneNode) {
  const Tensor w = g.input("w", {3});
  const std::size_t before = g.size();
  const Tensor c = dot(v, w);
  EXPECT_EQ(g.size(), before + 1);
  EXPECT_EQ(get_operation(c)->name(), "dot");
  EXPECT_EQ(get_inputs(c, g), (std::vector{v, w}));
  EXPECT_EQ(matmul(v, w), c);
  expect_error<ShapeError>(
      [&] { matmul(v, g.input("fine", {3}, DType::float64)); },
      "matmul: expected one element type, got float32 and float64; cast(x, DType::float32) converts");
}

TEST_F(Product, RefusesMixedTypesAndIntegers) {
  const Tensor fine = g.input("fine", {3, 2}, DType::float64), labels = g.input("labels", {3}, DType::int32);
  expect_error<ShapeError>(
      [&] { matmul(a, fine); },
      "matmul: expected one element type, got float32 and float64; cast(x, DType::float32) converts");
  expect_error<ShapeError>([&] { add_bias(a, labels); },
                           "add_bias: expected float32 or float64, got int32 (3)");
}

TEST_F(Product, RefusesExtentsThatBlasCannotCount) {
  const std::int64_t many = std::int64_t{1} << 31;
  const Tensor tall = g.input("tall", {many, 1}), one = g.input("one", {1, 1});
  expect_error<ShapeError>([&] { matmul(tall, one); },
                           "matmul: expected extents below 2^31, got (2147483648,1) and (1,1)");
}

TEST_F(Product, RefusesABiasThatDoesNotFit) {
  expect_error<ShapeError>([&] { add_bias(b, v); }, "add_bias: expected (...,n) and (n), got (4,5) and (3)");
  expect_error<ShapeError>([&] { add_bias(a, a); },
                           "add_bias: expected (...,n) and (n), got (2,3) and (2,3)");
  expect_error<ShapeError>([&] { add_bias(g.constant(1), v); },
                           "add_bias: expected (...,n) and (n), got () and (3)");
}

TEST_F(Product, HasProductsForGradientsAndNoTransposedCopies) {
  for (const Transpose ta : {kNo, kYes}) {
    for (const Transpose tb : {kNo, kYes}) {
      const Tensor left = ta == kYes ? g.constant(zeros({3, 2})) : a;
      const Tensor right = g.constant(zeros(tb == kYes ? Shape{4, 3} : Shape{3, 4}));
      const GradTable table = build_grad(sum(matmul(left, right, ta, tb)), {left, right});
      for (const auto& [factor, gradient] : table) EXPECT_EQ(get_operation(gradient)->name(), "matmul");
    }
  }
}

TEST_F(Product, HasTheSecondDerivativesOfTheLossOfANetwork) {
  const Array x = testing::numbers({4, 3});
  const auto loss = [&](const std::vector<Tensor>& p) {
    Graph& graph = p[0].graph();
    const Tensor labels = graph.constant(Array::of<std::int32_t>({4}, {1, 0, 2, 1}));
    const Tensor hidden = tanh(add_bias(matmul(graph.constant(x), p[0]), p[1]));
    return softmax_cross_entropy(add_bias(matmul(hidden, p[2]), p[3]), labels);
  };
  const CheckGradResult result =
      check_grad(loss, {testing::numbers({3, 5}), testing::numbers({5}, 0.3), testing::numbers({5, 3}, 0.6),
                        testing::numbers({3}, 0.9)});
  EXPECT_TRUE(result.passed) << result.message;
}

}  // namespace
}  // namespace gradtable
