#include "gradtable/graph/checks/check_op.hpp"

#include <algorithm>
#include <cmath>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::kMatrix;
using testing::kOther;
using testing::message_of;

// What may be wrong with an op, besides its numbers.
enum class Fault : std::uint8_t {
  none,
  derivative,
  constant_gradient,  // not zero for a zero cotangent
  parts,              // computes all of them at each call
  own_slice,
  overwrite,
  blocks,
  float64_only,
  float64_always,
  memory,  // of the last call
};

// y = 2 x, and with some faults a little of what the op says that it does not depend on.
class Doubled final : public Op {
 public:
  explicit Doubled(Fault fault) : fault_(fault) {}
  std::string_view name() const override { return "doubled"; }
  std::vector<Attribute> attributes() const override {
    return {{"fault", std::int64_t{static_cast<int>(fault_)}}};
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    if (fault_ == Fault::float64_only && inputs[0].dtype != DType::float64)
      throw ShapeError("expected float64, got another type");
    return {fault_ == Fault::float64_always ? DType::float64 : inputs[0].dtype, inputs[0].shape};
  }
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  bool elementwise() const override { return true; }
  bool may_overwrite(std::size_t) const override {
    return fault_ != Fault::own_slice && fault_ != Fault::blocks;
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Array from = cast(inputs[0], DType::float64);
    const auto x = from.as<double>();
    auto begin = static_cast<std::size_t>(parts.begin), end = static_cast<std::size_t>(parts.end);
    if (fault_ == Fault::parts) begin = 0, end = x.size();
    static double calls = 0;
    calls += fault_ == Fault::memory ? 1e-9 : 0;
    dispatch_floating(output.dtype(), [&]<class T>() {
      const auto y = output.as<T>();
      for (std::size_t i = begin; i < end; ++i) {
        double other = 0;
        if (fault_ == Fault::own_slice) other = x[x.size() - 1 - i];
        if (fault_ == Fault::overwrite)
          other = i + 1 < x.size() ? static_cast<double>(inputs[0].as<T>()[i + 1]) : 0;
        if (fault_ == Fault::blocks)
          other = x.size() > 6 ? 0 : 0.1 * static_cast<double>(output.shape().rank());
        y[i] = static_cast<T>(2 * x[i] + calls + (fault_ == Fault::none ? 0 : 1e-3 * other));
      }
    });
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t) const override {
    if (fault_ == Fault::constant_gradient) return scale(gradient, 2) + 1e-9;
    if (fault_ == Fault::float64_always && inputs[0].dtype() != DType::float64)
      return full_like(inputs[0], 2);
    return scale(gradient, fault_ == Fault::derivative ? 2.01 : 2);
  }

 private:
  Fault fault_;
};

CheckOpResult check(Fault fault) {
  const auto f = [fault](const std::vector<Tensor>& x) {
    return apply(std::make_shared<const Doubled>(fault), {x[0]}, Location::current());
  };
  return check_op(f, {kMatrix});
}

TEST(CheckOp, FindsNothingInARightOp) {
  const CheckOpResult result = check(Fault::none);
  EXPECT_TRUE(result.passed()) << result.message();
  EXPECT_EQ(result.message(), "passed");
}

TEST(CheckOp, PassesForOpsOfTheLibrary) {
  const auto network = [](const std::vector<Tensor>& x) {
    return softmax_cross_entropy(tanh(matmul(x[0], x[1])), x[2]);
  };
  const CheckOpResult result = check_op(network, {kMatrix, kOther, Array::of<std::int32_t>({2}, {1, 0})});
  EXPECT_TRUE(result.passed()) << result.message();
  const CheckOpResult of_integers = check_op([](const auto& x) { return argmax(x[0]); }, {kMatrix});
  EXPECT_TRUE(of_integers.passed()) << of_integers.message();
}

TEST(CheckOp, TakesFunctionsOfIntegersAlone) {
  const Array labels = Array::of<std::int32_t>({2}, {1, 0});
  for (const DType dtype : {DType::float32, DType::float64}) {
    const CheckOpResult result = check_op([&](const auto& x) { return one_hot(x[0], 3, dtype); }, {labels});
    EXPECT_TRUE(result.passed()) << result.message();
  }
}

TEST(CheckOp, FindsAWrongDerivative) {
  EXPECT_TRUE(contains(check(Fault::derivative).message(), "by central differences"));
}

TEST(CheckOp, FindsAGradientThatIsNotZeroForAZeroCotangent) {
  const std::string message = check(Fault::constant_gradient).message();
  EXPECT_TRUE(contains(message, "float32: expected gradient 0 of a zero cotangent to be zero"));
  EXPECT_TRUE(contains(message, "expected gradient 0 to be linear in the cotangent"));
}

TEST(CheckOp, FindsBrokenPromises) {
  EXPECT_TRUE(contains(check(Fault::parts).message(), "ranges of parts() to write each element once"));
  EXPECT_TRUE(contains(check(Fault::own_slice).message(), "reads_own_slice(0) is true"));
  EXPECT_TRUE(contains(check(Fault::overwrite).message(), "may_overwrite(0) is true"));
  EXPECT_TRUE(contains(check(Fault::blocks).message(), "elementwise() is true"));
}

TEST(CheckOp, FindsBitsThatChange) {
  EXPECT_TRUE(contains(check(Fault::memory).message(), "expected the same bits in every run"));
}

TEST(CheckOp, FindsTheWrongTypeAndLetsFloat32BeRefused) {
  EXPECT_TRUE(contains(check(Fault::float64_always).message(), "expected y of float32 inputs to be float32"));
  const auto f = [](const std::vector<Tensor>& x) {
    return apply(std::make_shared<const Doubled>(Fault::float64_only), {x[0]}, Location::current());
  };
  const CheckOpResult result = check_op(f, {kMatrix});
  EXPECT_FALSE(contains(result.message(), "float32")) << result.message();
}

TEST(CheckOp, FindsWhatDependsOnConstants) {
  const auto value = [](const std::vector<Tensor>& x) {
    const bool constant = x[1].node().kind == NodeKind::constant;
    return scale(matmul(x[0], x[1]), constant ? 1 + 1e-9 : 1);
  };
  EXPECT_TRUE(contains(check_op(value, {kMatrix, kOther}).message(),
                       "expected y to be the same whatever inputs are constant"));
  const auto gradient = [](const std::vector<Tensor>& x) {
    const bool constant = x[1].node().kind == NodeKind::constant;
    return matmul(constant ? stop_gradient(x[0]) : x[0], x[1]);
  };
  const std::string message = check_op(gradient, {kMatrix, kOther}).message();
  EXPECT_EQ(message, "expected gradient 0 to be the same whatever inputs are constant, got other numbers");
}

TEST(CheckOp, FindsAGradientOfASharedInputThatIsNotTheSum) {
  const Array other = Array::of<double>({2, 3}, {0.5, 2, -0.4, 1.5, -1, 0.7});
  const auto right = [](const std::vector<Tensor>& x) { return x[0] * square(x[1]); };
  const CheckOpResult passed = check_op(right, {kMatrix, other});
  EXPECT_TRUE(passed.passed()) << passed.message();
  const auto value = [](const std::vector<Tensor>& x) { return x[0] == x[1] ? x[0] : x[0] * x[1]; };
  EXPECT_TRUE(contains(check_op(value, {kMatrix, other}).message(),
                       "expected y to be the same with one tensor as inputs 0 and 1"));
  const auto gradient = [](const std::vector<Tensor>& x) {
    return (x[0] == x[1] ? stop_gradient(x[0]) : x[0]) * x[1];
  };
  EXPECT_EQ(check_op(gradient, {kMatrix, other}).message(),
            "expected the gradient of one tensor as inputs 0 and 1 to be the sum of both, got other numbers");
}

TEST(CheckOp, LeavesOutSharedInputsWhereNothingIsFinite) {
  const Array other = Array::of<double>({2, 3}, {0.5, 2, -0.4, 1.5, -1, 0.7});
  const CheckOpResult result = check_op([](const auto& x) { return 1 / (x[0] - x[1]); }, {kMatrix, other});
  EXPECT_TRUE(result.passed()) << result.message();
}

// y = 2 x by passes, and something else without.
class BetterSimplified final : public Op {
 public:
  std::string_view name() const override { return "better_simplified"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      std::ranges::transform(inputs[0].as<T>(), output.as<T>().begin(), [](T x) { return 3 * x; });
    });
  }
  Tensor simplified(std::span<const Tensor> inputs) const override { return scale(inputs[0], 2); }
  Tensor bprop(std::span<const Tensor>, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return scale(gradient, 2);
  }
};

TEST(CheckOp, RunsWithAndWithoutPassesAndSaysWhatFailsOnce) {
  const auto f = [](const std::vector<Tensor>& x) {
    return apply<BetterSimplified>({x[0]}, Location::current());
  };
  const std::string message = check_op(f, {kMatrix}).message();
  EXPECT_TRUE(contains(message, "without passes: order 1: d y[")) << message;
  EXPECT_FALSE(contains(message, "on two threads")) << message;
}

TEST(CheckOp, RefusesByItsOwnName) {
  const auto same = [](const std::vector<Tensor>& x) { return x[0]; };
  Graph elsewhere;
  const Tensor other = elsewhere.parameter("other", kMatrix);
  EXPECT_EQ(message_of<ShapeError>([&] {
              check_op(same, {kMatrix, zeros({2})});
            }),
            "check_op: expected inputs of float64 or integers, got float32 (2) as input 1");
  EXPECT_EQ(message_of<GraphError>([&] { check_op([](const auto&) { return Tensor(); }, {kMatrix}); }),
            "check_op: expected f to give a tensor, got an empty one");
  EXPECT_EQ(message_of<GraphError>([&] { check_op([&](const auto&) { return other; }, {kMatrix}); }),
            "check_op: expected f to give a tensor in the graph of its inputs, got other of another graph");
  EXPECT_EQ(message_of<ShapeError>(
                [&] { check_op([](const auto& x) { return cast(x[0], DType::float32); }, {kMatrix}); }),
            "check_op: expected f to give float64 or integers, got float32 (2,3)");
  EXPECT_EQ(message_of<ConfigError>([&] { check_op(same, {kMatrix}, {.order = 0}); }),
            "check_op: expected an order from 1 on, got 0");
}

}  // namespace
}  // namespace gradtable
