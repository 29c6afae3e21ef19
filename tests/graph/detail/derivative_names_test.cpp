// Gradients are named by what they are: in labels, drawings, plans and messages.
#include "gradtable/graph/detail/derivative_names.hpp"

#include <string>
#include <vector>

#include "tests/graph/drawings.hpp"
#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/jacobian.hpp"
#include "gradtable/graph/plan.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::count;
using testing::drawn;
using testing::DrawnNetwork;
using testing::has;
using testing::line_with;
using testing::message_of;
using testing::number;

std::string name_of(const Tensor& tensor) {
  return tensor.node().name;
}

// The node whose name this is; empty where there is none.
Tensor find(Graph& graph, const std::string& name) {
  for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id)
    if (graph.node(id).name == name) return graph.tensor(id);
  return {};
}

class DerivativeNames : public ::testing::Test {
 protected:
  Graph graph;
  const Tensor x = number(graph, "x", 2), w = number(graph, "w", 3);
  const Tensor v = graph.parameter("v", Array::of<double>({2}, {1, 2}));
};

TEST_F(DerivativeNames, AreThoseOfTheEntriesOfTheTable) {
  DrawnNetwork network;
  const GradTable table = build_grad(network.loss, {network.w1, network.b1, network.w2, network.b2});
  EXPECT_EQ(name_of(table[network.w1]), "∂loss/∂W1");
  EXPECT_EQ(table[network.b1].label(), "∂loss/∂b1");
  EXPECT_EQ(name_of(table[network.w2]), "∂loss/∂W2");
  EXPECT_EQ(name_of(table[network.b2]), "∂loss/∂b2");
  // The table has entries of intermediate variables too.
  for (const std::string name : {"∂loss/∂scores", "∂loss/∂hidden"})
    EXPECT_FALSE(find(network.graph, name).empty()) << name;
}

TEST_F(DerivativeNames, AreNoneWhereTheVariableHasNone) {
  const Tensor y = exp(x * w);  // of an unnamed product
  const std::size_t before = graph.size();
  build_grad(y, {x});
  for (auto id = static_cast<NodeId>(before); id < static_cast<NodeId>(graph.size()); ++id) {
    const std::string& name = graph.node(id).name;
    EXPECT_TRUE(name.empty() || name == "∂exp/∂x") << name;
  }
}

TEST_F(DerivativeNames, CallWhatHasNoNameByItsOp) {
  const Tensor y = x * w;
  EXPECT_EQ(name_of(build_grad(y, {x})[x]), "∂mul/∂x");
}

TEST_F(DerivativeNames, OfHigherOrdersAreThoseOfCalculus) {
  const Tensor y = (exp(x) * square(w)).named("y");
  const Tensor dx = build_grad(y, {x})[x], dxx = build_grad(dx, {x})[x], dxw = build_grad(dx, {w})[w];
  EXPECT_EQ(name_of(dx), "∂y/∂x");
  EXPECT_EQ(name_of(dxx), "∂²y/∂x²");
  EXPECT_EQ(name_of(dxw), "∂²y/∂x∂w");
  EXPECT_EQ(name_of(build_grad(dxx, {x})[x]), "∂³y/∂x³");
  EXPECT_EQ(name_of(build_grad(dxx, {w})[w]), "∂³y/∂x²∂w");
  EXPECT_EQ(name_of(build_grad(dxw, {w})[w]), "∂³y/∂x∂w²");
}

TEST_F(DerivativeNames, EndTheirPowersAtTheNinthOrder) {
  Tensor y = exp(x).named("y");
  for (int order = 1; order <= 9; ++order) y = build_grad(y, {x})[x];
  EXPECT_EQ(name_of(y), "∂⁹y/∂x⁹");
  EXPECT_TRUE(contains(name_of(build_grad(y, {x})[x]), "/∂x"));
}

TEST_F(DerivativeNames, OfOneNodeThatIsSeveralAreJoined) {
  const Tensor u = exp(x), y = (u + w).named("y"), z = exp(y).named("z");
  const GradTable table = build_grad(z, {u, w});
  EXPECT_EQ(table[u], table[w]);
  EXPECT_EQ(name_of(table[w]), "∂z/∂w = ∂z/∂y") << "targets first";
  build_grad(z, {u, w});
  EXPECT_EQ(name_of(table[w]), "∂z/∂w = ∂z/∂y") << "each once";
}

TEST_F(DerivativeNames, OfOneNodeThatIsManyEndAtEight) {
  std::vector<Tensor> xs;
  for (int i = 0; i < 30; ++i) xs.push_back(number(graph, "x" + std::to_string(i), 1));
  Tensor y = xs[0];
  for (int i = 1; i < 30; ++i) y = y + xs[static_cast<std::size_t>(i)];
  const GradTable table = build_grad(exp(y), xs);
  EXPECT_EQ(count(name_of(table[xs[29]]), "∂exp/∂"), 8U);
}

TEST_F(DerivativeNames, GiveWayToThoseOfTheUser) {
  const Tensor y = exp(x).named("y");
  const Tensor dy = build_grad(y, {x})[x].named("slope");
  EXPECT_EQ(name_of(dy), "slope");
  EXPECT_EQ(name_of(build_grad(y, {x})[x]), "slope");
  EXPECT_EQ(name_of(dy.named("other")), "slope") << "the first that the user gave";
  EXPECT_EQ(name_of(build_grad(dy, {x})[x]), "∂slope/∂x");
}

TEST_F(DerivativeNames, OfDerivativesThatWereNamedLaterStay) {
  const Tensor y = exp(x);
  const Tensor dy = build_grad(y, {x})[x];
  y.named("y");
  EXPECT_EQ(name_of(dy), "∂exp/∂x") << "named when it is made";
  EXPECT_EQ(name_of(build_grad(y, {x})[x]), "∂exp/∂x = ∂y/∂x");
}

// Whoever writes a bprop may name a node of the user's.
class First final : public Op {
 public:
  std::string_view name() const override { return "first"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView>, const View&, Parts) const override {}
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor&, std::size_t) const override {
    return inputs[1];
  }
  bool passes_gradient(std::size_t input) const override { return input == 0; }
};

TEST_F(DerivativeNames, LeaveNodesOfTheUserAlone) {
  const Tensor h = exp(w), y = apply<First>({x, h}, Location::current());
  EXPECT_EQ(build_grad(y, {x})[x], h);
  EXPECT_EQ(name_of(h), "");
  const Tensor sum = (x + w).named("sum");
  EXPECT_EQ(name_of(build_grad(sum, {x})[x]), "") << "the number 1 of many formulas";
}

TEST_F(DerivativeNames, AreNoNamesOfInputsAndParameters) {
  build_grad(exp(x).named("y"), {x});
  EXPECT_EQ(graph.free_name("∂y/∂x"), "∂y/∂x");
  EXPECT_NO_THROW(graph.input("∂y/∂x", {}));
  EXPECT_THROW(graph.find("∂y/∂w"), GraphError);
}

TEST_F(DerivativeNames, OfProductsAndMatrices) {
  const Tensor u = graph.input("u", {2}, DType::float64), t = graph.input("t", {2}, DType::float64);
  const Tensor y = exp(v).named("y");
  const Tensor z = sum(square(v) * v).named("z");
  EXPECT_EQ(name_of(vjp({y}, {v}, {u})[0]), "∂(u·y)/∂v");
  EXPECT_EQ(name_of(jvp({y}, {v}, {t})[0]), "∂y/∂v·t");
  EXPECT_EQ(name_of(hvp(z, {v}, {u})[0]), "∂(u·∂z/∂v)/∂v");
  EXPECT_EQ(name_of(jacobian(y, v)), "∂y/∂v");
  EXPECT_EQ(name_of(hessian(z, v)), "∂²z/∂v²");
  EXPECT_EQ(name_of(gradients({z}, {v})[0]), "∂z/∂v");
  const Blocks blocks = hessian((z * exp(x)).named("f"), {x, v});
  EXPECT_EQ(name_of(blocks[0][1]), "∂²f/∂x∂v");
  EXPECT_EQ(name_of(blocks[1][0]), "∂²f/∂v∂x");
  EXPECT_EQ(name_of(vjp({y}, {v}, {sin(u)})[0]), "") << "a cotangent without a name";
}

TEST_F(DerivativeNames, AreDrawn) {
  DrawnNetwork network;
  const std::string text = drawn(network.graph, {.updates = network.descent()});
  EXPECT_TRUE(has(line_with(text, "∂loss/∂W1"), "tooltip=\"∂loss/∂W1: gradient of W1 (n"));
  EXPECT_TRUE(has(line_with(text, "∂loss/∂scores"), "tooltip=\"∂loss/∂scores: gradient of scores (n"));
  EXPECT_TRUE(has(text, "tooltip=\"gradient of matmul (n")) << "of what has no name";
}

TEST_F(DerivativeNames, AreInPlansAndMessages) {
  const GradTable table = build_grad((x / w).named("ratio"), {x});
  Program program = compile(graph, {.outputs = {table[x]}, .finite = {table[x]}});
  EXPECT_TRUE(contains(to_string(program.plan()), "∂ratio/∂x ("));
  graph.set_value(w, full({}, 0, DType::float64));
  EXPECT_TRUE(contains(message_of<NotFiniteError>([&] { program.run(); }), "got inf first in ∂ratio/∂x ("));
}

TEST_F(DerivativeNames, AreReplacedInProgramsByThoseOfTheUser) {
  const Tensor y = exp(x).named("y");
  const Tensor dy = build_grad(y, {x})[x];
  Program program = compile(graph, {.outputs = {dy, (exp(x) * 1.0).named("mine")}});
  EXPECT_FALSE(has(to_string(program.plan()), "∂"));
}

}  // namespace
}  // namespace gradtable
