#include "gradtable/graph/checks/audit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

// y = a tanh(b) element by element, for square matrices too; its derivative is what the test says.
class Gated final : public Op {
 public:
  using Bprop =
      std::function<Tensor(std::span<const Tensor> inputs, const Tensor& gradient, std::size_t wrt)>;
  explicit Gated(Bprop bprop) : bprop_(std::move(bprop)) {}
  std::string_view name() const override { return "gated"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const auto a = inputs[0].as<T>(), b = inputs[1].as<T>();
      for (std::size_t i = 0; i < a.size(); ++i) output.as<T>()[i] = a[i] * std::tanh(b[i]);
    });
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    return bprop_(inputs, gradient, wrt);
  }

 private:
  Bprop bprop_;
};

Tensor right(std::span<const Tensor> in, const Tensor& gradient, std::size_t wrt) {
  return wrt == 0 ? gradient * tanh(in[1]) : gradient * in[0] * (1 - square(tanh(in[1])));
}

Array some(const Shape& shape, double phase = 0) {
  Array made(DType::float64, shape);
  for (double& v : made.as<double>()) v = std::sin(phase += 1.7);
  return cast(made, DType::float32);
}

// A network with a gated layer in the middle, float32.
struct GatedNetwork {
  explicit GatedNetwork(const Gated::Bprop& bprop) {
    x = g.input("x", {4, 5});
    t = g.input("t", {4}, DType::int32);
    const Tensor W = g.parameter("W", some({5, 4}, 1)), V = g.parameter("V", some({5, 4}, 2));
    const Tensor a = matmul(x, W).named("a"), b = matmul(x, V).named("b");
    h = apply(std::make_shared<const Gated>(bprop), {a, b}, Location::current()).named("h");
    line = Location::current().line() - 1;
    const Tensor U = g.parameter("U", some({4, 3}, 3)), c = g.parameter("c", some({3}, 4));
    loss = softmax_cross_entropy(add_bias(matmul(relu(h), U), c), t).named("loss");
  }
  Audit audited() {
    const Array images = some({4, 5}, 0.3), labels = Array::of<std::int32_t>({4}, {2, 0, 1, 1});
    return audit(g, loss, {{x, images}, {t, labels}});
  }

  Graph g;
  Tensor x, t, h, loss;
  unsigned line = 0;
};

// The only row that is wrong.
AuditRow expect_found(const Gated::Bprop& bprop) {
  GatedNetwork network(bprop);
  const Audit made = network.audited();
  EXPECT_FALSE(made.passed());
  EXPECT_EQ(made.count(Verdict::wrong), 1U) << made;
  const auto row = std::ranges::find(made.rows, Verdict::wrong, &AuditRow::verdict);
  if (row == made.rows.end()) return {};
  EXPECT_EQ(row->node, network.h.id());
  EXPECT_EQ(row->label, "h");
  EXPECT_EQ(row->op, "gated");
  EXPECT_TRUE(row->place.ends_with(fmt::format("audit_test.cpp:{}", network.line))) << row->place;
  return *row;
}

TEST(Audit, FindsNothingInARightNetwork) {
  GatedNetwork network(right);
  const Audit made = network.audited();
  EXPECT_TRUE(made.passed()) << made;
  EXPECT_EQ(made.count(Verdict::right), made.rows.size()) << made;
  for (const AuditRow& row : made.rows) {
    EXPECT_EQ(row.checked, "jvp, differences") << row.label;
    EXPECT_LT(row.largest_error, 1e-7) << row.label;
    EXPECT_EQ(row.message, "") << row.label;
  }
}

TEST(Audit, FindsAWrongSign) {
  const AuditRow row = expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return wrt == 0 ? neg(right(in, gradient, wrt)) : right(in, gradient, wrt);
  });
  EXPECT_TRUE(contains(row.message, "input 0: along a direction, bprop gives "));
  EXPECT_TRUE(contains(row.message, "central differences "));
}

TEST(Audit, FindsAFactorInOneOfTwoInputs) {
  const AuditRow row = expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return scale(right(in, gradient, wrt), wrt == 1 ? 1.001 : 1);
  });
  EXPECT_TRUE(contains(row.message, "input 1: along a direction"));
}

TEST(Audit, FindsATransposedGradient) {
  expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return wrt == 0 ? transpose(right(in, gradient, wrt)) : right(in, gradient, wrt);
  });
}

TEST(Audit, FindsAMissingTerm) {
  expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return wrt == 1 ? gradient * in[0] : right(in, gradient, wrt);
  });
}

TEST(Audit, FindsWhatIsNotLinearInTheGradient) {
  const AuditRow row = expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return right(in, gradient, wrt) + scale(relu(gradient), 1e-6);  // too little for differences
  });
  EXPECT_TRUE(contains(row.message, "not linear")) << row.message;
}

TEST(Audit, FindsNumbersThatAreNotFinite) {
  const AuditRow row = expect_found([](auto in, const Tensor& gradient, std::size_t wrt) {
    return right(in, gradient, wrt) + log(scale(square(gradient), -1));
  });
  EXPECT_TRUE(contains(row.message, "not finite"));
}

TEST(Audit, FindsTheWrongShapeAndWhatABpropThrows) {
  const AuditRow shape = expect_found([](auto, const Tensor& gradient, std::size_t) {
    return reshape(gradient, {2, 8});
  });
  EXPECT_TRUE(contains(shape.message, "expected bprop of gated to give"));
  const AuditRow thrown = expect_found(
      [](auto, const Tensor&, std::size_t) -> Tensor { throw std::out_of_range("no such input"); });
  EXPECT_TRUE(contains(thrown.message, "no such input"));
}

// y = x, with a bprop whose own derivative is wrong by a factor.
class TwoFaced final : public Op {
 public:
  explicit TwoFaced(double factor) : factor_(factor) {}
  std::string_view name() const override { return "two_faced"; }
  std::vector<Attribute> attributes() const override { return {{"factor", factor_}}; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
  Tensor bprop(std::span<const Tensor>, const Tensor&, const Tensor& gradient, std::size_t) const override {
    if (factor_ != 1) return scale(gradient, factor_);
    return apply(std::make_shared<const TwoFaced>(2), {gradient}, Location::current());
  }

 private:
  double factor_;
};

TEST(Audit, FindsAWrongDerivativeOfABprop) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {1, 2}));
  const Tensor y = apply(std::make_shared<const TwoFaced>(1), {x}, Location::current());
  const Audit made = audit(g, sum(y));
  ASSERT_EQ(made.count(Verdict::wrong), 1U) << made;
  EXPECT_TRUE(contains(made.rows[0].message, "the derivative of bprop is wrong"));
}

TEST(Audit, TellsKinksFromErrors) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({4}, {0, 1, -2, 0}));
  const Tensor zero = g.parameter("zero", zeros({3}, DType::float64));
  const Tensor some_at_kinks = relu(x), all_at_kinks = relu(zero), smooth = square(zero);
  const Audit made = audit(g, sum(some_at_kinks) + sum(all_at_kinks) + sum(smooth));
  EXPECT_TRUE(made.passed());
  const auto row_of = [&](const Tensor& t) { return *std::ranges::find(made.rows, t.id(), &AuditRow::node); };
  EXPECT_EQ(row_of(some_at_kinks).verdict, Verdict::right) << made;
  EXPECT_TRUE(contains(row_of(some_at_kinks).message, "at a kink in 2 of 4 elements"));
  EXPECT_EQ(row_of(all_at_kinks).verdict, Verdict::kink);
  EXPECT_EQ(row_of(smooth).verdict, Verdict::right);
}

// y = max(0, x), wrong where x > 0: the elements beside a kink are still checked.
class WrongRelu final : public Op {
 public:
  std::string_view name() const override { return "wrong_relu"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::transform(inputs[0].as<double>(), output.as<double>().begin(),
                           [](double v) { return std::max(v, 0.0); });
  }
  Tensor bprop(std::span<const Tensor>, const Tensor& output, const Tensor& gradient,
               std::size_t) const override {
    return 2 * gradient * heaviside(output);
  }
};

TEST(Audit, ChecksTheElementsBesideAKink) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {0, 1, -2}));
  const Audit made = audit(g, sum(apply<WrongRelu>({x}, Location::current())));
  EXPECT_EQ(made.count(Verdict::wrong), 1U) << made;
}

TEST(Audit, SkipsWhatHasNoDerivative) {
  Graph g;
  const Tensor x = g.parameter("x", some({3, 4}));
  const Tensor best = argmax(x);
  const Tensor picked = one_hot(best, 4);
  const Audit made = audit(g, sum(picked * x));
  ASSERT_EQ(made.rows.size(), 4U);
  EXPECT_EQ(made.rows[0].verdict, Verdict::no_derivative);
  EXPECT_EQ(made.rows[1].verdict, Verdict::no_derivative);
  EXPECT_EQ(made.count(Verdict::right), 2U) << made;
}

TEST(Audit, ChecksOpsOfFloat32InTheirOwnType) {
  Graph g;
  const Tensor x = g.parameter("x", some({3, 4}));
  const Audit made = audit(g, sum(cast(cast(x, DType::float64), DType::float32)));
  EXPECT_EQ(made.count(Verdict::right), 3U) << made;
}

TEST(Audit, SaysWhereNumbersAreNotFinite) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {0, 1}));
  const Tensor y = log(x);
  const Audit made = audit(g, sum(y));
  EXPECT_EQ(made.rows[0].verdict, Verdict::not_finite) << made;
  EXPECT_EQ(made.rows[1].verdict, Verdict::not_finite) << made;
}

TEST(Audit, ChecksGradientsAsIfTheyWereTheUsers) {
  Graph g;
  const Tensor w = g.parameter("W", Array::of<double>({2, 2}, {0.3, -1, 0.7, 2}));
  const Tensor z = sum(log_softmax(tanh(matmul(w, w))));
  const Audit made = audit(g, build_grad(z, {w})[w]);
  EXPECT_GT(made.rows.size(), 10U);
  EXPECT_TRUE(made.passed()) << made;
}

TEST(Audit, TakesExtremeButFiniteNumbers) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2, 3}, {1e6, -1e6, 3, 1e-9, 1e-12, 0}));
  const Tensor p = g.parameter("p", Array::of<double>({3}, {1e-8, 1e4, 2}));
  const Audit made =
      audit(g, sum(softmax(x)) + sum(log(p)) + sum(x / p) + mean(log_softmax(x)) + sum(tanh(x)));
  EXPECT_EQ(made.count(Verdict::wrong), 0U) << made;
  EXPECT_EQ(made.count(Verdict::right), made.rows.size()) << made;
}

TEST(Audit, SaysWhereRoundingHidesAnInput) {
  Graph g;
  const Tensor large = g.parameter("large", full({}, 1e12, DType::float64));
  const Tensor small = g.parameter("small", full({}, 1e-3, DType::float64));
  const Audit made = audit(g, add(small, large));
  ASSERT_EQ(made.rows.size(), 1U);
  EXPECT_EQ(made.rows[0].verdict, Verdict::right) << made;
  EXPECT_TRUE(contains(made.rows[0].message, "input 0: too small beside the output"));
}

// Long sums leave rounding errors larger than those of numbers of the sums' own size.
TEST(Audit, TakesNoRoundingErrorForAKink) {
  Graph g;
  const Tensor a = g.parameter("a", some({64, 784})), b = g.parameter("b", some({784, 128}, 0.5));
  const Audit made = audit(g, matmul(a, b));
  EXPECT_EQ(made.rows[0].message, "") << made;
  EXPECT_EQ(made.rows[0].verdict, Verdict::right);
}

TEST(Audit, TakesOpsOfNoElements) {
  Graph g;
  const Tensor x = g.parameter("x", zeros({0, 3}, DType::float64));
  EXPECT_TRUE(audit(g, sum(exp(x))).passed());
}

TEST(Audit, RefusesMissingFeedsAndOtherGraphs) {
  Graph g, other;
  const Tensor x = g.input("x", {2});
  EXPECT_THROW(audit(g, sum(x)), GraphError);
  EXPECT_EQ(message_of<GraphError>([&] { audit(other, sum(x)); }),
            "audit: expected a tensor of the graph, got one of another graph");
  EXPECT_THROW(audit(g, Tensor()), GraphError);
}

TEST(Audit, PrintsATable) {
  GatedNetwork network([](auto in, const Tensor& gradient, std::size_t wrt) {
    return scale(right(in, gradient, wrt), wrt == 1 ? 2 : 1);
  });
  const std::string text = to_text(network.audited());
  EXPECT_TRUE(text.starts_with("node  op ")) << text;
  EXPECT_TRUE(contains(text, fmt::format("audit_test.cpp:{}  jvp, differences", network.line)));
  EXPECT_TRUE(contains(text, "WRONG\n    input 1: along a direction"));
  EXPECT_TRUE(text.ends_with("7 nodes, 6 right, 1 WRONG\n")) << text;
  std::ostringstream stream;
  stream << network.audited();
  EXPECT_EQ(stream.str(), text);  // also: the same numbers each time
}

TEST(Audit, RefusesToCheckNothing) {
  Graph g;
  const Tensor z = sum(g.parameter("x", full({2}, 1.0)));
  EXPECT_EQ(message_of<ConfigError>([&] { audit(g, z, {}, {.directions = 0}); }),
            "audit: expected at least 1 direction, got 0");
  EXPECT_THROW(audit(g, z, {}, {.directions = -5}), ConfigError);
  EXPECT_EQ(message_of<ConfigError>([&] { audit(g, z, {}, {.directions = 2'000'000'000}); }),
            "audit: expected at most 1000000 directions, got 2000000000");
}

}  // namespace
}  // namespace gradtable
