#include "gradtable/graph/check_grad.hpp"

#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/product.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

const Array kMatrix = Array::of<double>({2, 3}, {0.3, -1.2, 0.7, 1.1, 0.4, -0.6});
const Array kOther = Array::of<double>({3, 2}, {0.9, -0.2, 0.5, 1.3, -0.8, 0.1});

TEST(CheckGrad, PassesForCorrectDerivatives) {
  const auto f = [](const std::vector<Tensor>& x) { return tanh(matmul(x[0], x[1])); };
  const CheckGradResult result = check_grad(f, {kMatrix, kOther});
  EXPECT_TRUE(result.passed) << result.message;
  EXPECT_GT(result.largest_error, 0);
}

// y = x^3, with a derivative that somebody got wrong by a factor.
class WrongCube final : public Op {
 public:
  std::string_view name() const override { return "wrong_cube"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    const auto x = inputs[0].as<double>();
    for (std::size_t i = 0; i < x.size(); ++i) output.as<double>()[i] = x[i] * x[i] * x[i];
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    return mul(gradient, scale(square(inputs[0]), 2));
  }
};

TEST(CheckGrad, FindsAWrongDerivativeAndSaysWhere) {
  const auto f = [](const std::vector<Tensor>& x) { return apply<WrongCube>({x[0]}, Location::current()); };
  const CheckGradResult result = check_grad(f, {kMatrix}, {.order = 1});
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.message.find("input 0["), std::string::npos) << result.message;
}

TEST(CheckGrad, RefusesFloat32) {
  const auto f = [](const std::vector<Tensor>& x) { return sum(x[0]); };
  EXPECT_THROW(check_grad(f, {zeros({2})}), ShapeError);
}

}  // namespace
}  // namespace gradtable
