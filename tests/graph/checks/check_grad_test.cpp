#include "gradtable/graph/checks/check_grad.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::kMatrix;
using testing::kOther;
using testing::message_of;

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

// y = e^x, of which the derivative of that order is wrong by a factor.
class ExpWrongAt final : public Op {
 public:
  explicit ExpWrongAt(std::int64_t order) : order_(order) {}
  std::string_view name() const override { return "exp_wrong_at"; }
  std::vector<Attribute> attributes() const override { return {{"order", order_}}; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::transform(inputs[0].as<double>(), output.as<double>().begin(),
                           [](double x) { return std::exp(x); });
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    const auto op = std::make_shared<const ExpWrongAt>(order_ - 1);
    const Tensor next = apply(op, {inputs[0]}, Location::current());
    return mul(gradient, order_ == 1 ? scale(next, 1.1) : next);
  }

 private:
  std::int64_t order_;
};

TEST(CheckGrad, GoesToTheThirdOrder) {
  const auto f = [](const std::vector<Tensor>& x) { return exp(x[0]) * tanh(x[0]); };
  const CheckGradResult result = check_grad(f, {kMatrix}, {.order = 3});
  EXPECT_TRUE(result.passed) << result.message;
  const auto wrong = [](const std::vector<Tensor>& x) {
    return apply(std::make_shared<const ExpWrongAt>(3), {x[0]}, Location::current());
  };
  EXPECT_TRUE(check_grad(wrong, {kMatrix}, {.order = 2}).passed);
  EXPECT_FALSE(check_grad(wrong, {kMatrix}, {.order = 3}).passed);
}

// y = x, with a derivative that is nearly right.
class NearlyIdentity final : public Op {
 public:
  std::string_view name() const override { return "nearly_identity"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
  Tensor bprop(std::span<const Tensor>, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return scale(gradient, 1 + 1e-8);
  }
};

TEST(CheckGrad, IsExactForMultilinearFunctions) {
  const auto f = [](const std::vector<Tensor>& x) { return matmul(x[0], x[1]); };
  const CheckGradResult result = check_grad(f, {kMatrix, kOther}, multilinear());
  EXPECT_TRUE(result.passed) << result.message;
  const auto wrong = [](const std::vector<Tensor>& x) {
    return apply<NearlyIdentity>({x[0]}, Location::current());
  };
  EXPECT_TRUE(check_grad(wrong, {kMatrix}).passed);
  EXPECT_FALSE(check_grad(wrong, {kMatrix}, multilinear()).passed);
}

TEST(CheckGrad, TakesIntegersAsConstants) {
  const auto f = [](const std::vector<Tensor>& x) { return softmax_cross_entropy(x[0], x[1]); };
  const CheckGradResult result = check_grad(f, {kMatrix, Array::of<std::int32_t>({2}, {2, 0})});
  EXPECT_TRUE(result.passed) << result.message;
  EXPECT_GT(result.largest_error, 0);
}

TEST(CheckGrad, CompilesAsItIsTold) {
  const auto f = [](const std::vector<Tensor>& x) { return relu(matmul(x[0], x[1])); };
  const CompileOptions plain = {.threads = 2, .min_threads = 2, .without = pass_names()};
  EXPECT_TRUE(check_grad(f, {kMatrix, kOther}, {.compile = plain}).passed);
  EXPECT_THROW(check_grad(f, {kMatrix, kOther}, {.compile = {.without = {"no such pass"}}}), GraphError);
}

TEST(CheckGrad, RefusesWhatIsNotFloat64AndNoTensorOfItsGraph) {
  Graph elsewhere;
  const Tensor other = elsewhere.parameter("other", kMatrix);
  EXPECT_EQ(message_of<ShapeError>(
                [&] { check_grad([](const std::vector<Tensor>& x) { return sum(x[0]); }, {zeros({2})}); }),
            "check_grad: expected inputs of float64 or integers, got float32 (2) as input 0");
  EXPECT_EQ(message_of<ShapeError>(
                [&] { check_grad([](const std::vector<Tensor>& x) { return argmax(x[0]); }, {kMatrix}); }),
            "check_grad: expected f to give float64, got int32 (2)");
  EXPECT_EQ(message_of<GraphError>([&] { check_grad([](const auto&) { return Tensor(); }, {kMatrix}); }),
            "check_grad: expected f to give a tensor, got an empty one");
  EXPECT_EQ(message_of<GraphError>([&] { check_grad([&](const auto&) { return other; }, {kMatrix}); }),
            "check_grad: expected f to give a tensor in the graph of its inputs, got other of another graph");
}

TEST(CheckGrad, RefusesToCheckNothing) {
  const auto f = [](const std::vector<Tensor>& x) { return apply<WrongCube>({x[0]}, Location::current()); };
  EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.order = 0}); }),
            "check_grad: expected an order from 1 on, got 0");
  EXPECT_THROW(check_grad(f, {kMatrix}, {.order = -1}), ConfigError);
}

TEST(CheckGrad, RefusesOptionsThatMeanNothing) {
  const auto f = [](const std::vector<Tensor>& x) { return square(x[0]); };
  EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.order = 1'000'000}); }),
            "check_grad: expected an order of at most 16, got 1000000");
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(),
                   kInfinity = std::numeric_limits<double>::infinity();
  for (const double step : {0.0, -1e-5, kNaN, kInfinity})
    EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.step = step}); }),
              fmt::format("check_grad: expected a step above 0, got {}", step));
  for (const double bound : {-1e-7, kNaN, kInfinity}) {
    const std::string message = fmt::format("check_grad: expected bounds of 0 or more, got {}", bound);
    EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.absolute = bound}); }), message);
    EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.relative = bound}); }), message);
    EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.second_order = bound}); }), message);
    EXPECT_EQ(message_of<ConfigError>([&] { check_grad(f, {kMatrix}, {.third_order = bound}); }), message);
  }
}

TEST(CheckGrad, TakesBoundsOfZeroWhereBothNumbersAreTheSame) {
  const auto twice = [](const std::vector<Tensor>& x) { return scale(x[0], 2); };
  const Array zero = full({}, 0, DType::float64);
  EXPECT_TRUE(check_grad(twice, {zero}, {.order = 1, .step = 1, .absolute = 0, .relative = 0}).passed);
}

}  // namespace
}  // namespace gradtable
