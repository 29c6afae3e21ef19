#include "gradtable/graph/pass_effects.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

// A step of SGD for a layer, with a number that can be computed before.
struct Step {
  Graph g;
  Tensor x = g.input("x", {64, 8});
  Tensor W = g.parameter("W", full({8, 16}, 1)), b = g.parameter("b", zeros({16}));
  Tensor product = matmul(x, W), a = add_bias(product, b), h = relu(a).named("h");
  Tensor number = exp(g.constant(full({}, 2))), loss = sum(h * number).named("loss");
  GradTable table = build_grad(loss, {W, b});
  Tensor W_next = W - table[W] * 0.1F, b_next = b - table[b] * 0.1F;
  CompileOptions options = {.outputs = {loss}, .updates = {{W, W_next}, {b, b_next}}, .threads = 1};
};

const PassEffect& effect(const PassEffects& effects, const std::string& pass) {
  const auto found =
      std::ranges::find(effects.passes, pass, [](const PassEffect& each) { return each.rewrite.pass; });
  if (found == effects.passes.end()) throw std::runtime_error("no effect of " + pass);
  return *found;
}

std::string made(const PassEffect& effect, const Tensor& node) {
  const auto found = std::ranges::find(effect.made, node.id(), &PassEffect::Made::node);
  return found == effect.made.end() ? "no" : found->op;
}

bool is_gone(const PassEffects& effects, const Tensor& node) {
  const auto names = [&](const PassEffect& each) { return std::ranges::count(each.gone, node.id()) == 1; };
  return std::ranges::any_of(effects.passes, names);
}

TEST(PassEffects, AreThoseOfTheProgram) {
  Step step;
  for (const bool deterministic : {false, true}) {
    step.options.deterministic = deterministic;
    const Program program = compile(step.g, step.options);
    const PassEffects effects = pass_effects(step.g, step.options);
    ASSERT_EQ(effects.passes.size(), program.rewrites().size());
    for (std::size_t i = 0; i < effects.passes.size(); ++i) {
      EXPECT_EQ(effects.passes[i].rewrite.pass, program.rewrites()[i].pass);
      EXPECT_EQ(effects.passes[i].rewrite.reason, program.rewrites()[i].reason);
      EXPECT_EQ(effects.passes[i].rewrite.nodes_after, program.rewrites()[i].nodes_after);
    }
  }
}

TEST(PassEffects, TellWhatIsFolded) {
  Step step;
  const PassEffects effects = pass_effects(step.g, step.options);
  EXPECT_EQ(made(effect(effects, "constant_folding"), step.number), "");
  EXPECT_EQ(made(effect(effects, "constant_folding"), step.h), "no");
}

TEST(PassEffects, TellWhatIsFused) {
  Step step;
  const PassEffects effects = pass_effects(step.g, step.options);
  EXPECT_EQ(made(effect(effects, "product_epilogues"), step.h), "matmul+add_bias+relu");
  EXPECT_TRUE(is_gone(effects, step.product));
  EXPECT_TRUE(is_gone(effects, step.a));
  EXPECT_FALSE(is_gone(effects, step.h));
}

TEST(PassEffects, TellWhatIsComputedInAParametersMemory) {
  Step step;
  const PassEffects effects = pass_effects(step.g, step.options);
  EXPECT_EQ(made(effect(effects, "product_sums"), step.W_next), "gemm");
  ASSERT_EQ(effects.in_parameters.size(), 2U);
  EXPECT_EQ(effects.in_parameters[0].node, step.W_next.id());
  EXPECT_EQ(effects.in_parameters[0].parameter, step.W.id());
}

TEST(PassEffects, TellWhatNobodyNeeds) {
  Step step;
  const Tensor aside = exp(step.h);
  const PassEffects effects = pass_effects(step.g, step.options);
  EXPECT_EQ(effect(effects, "dead_nodes").gone, std::vector{aside.id()});
}

TEST(PassEffects, LeaveOutWhatCompileLeavesOut) {
  Step step;
  step.options.without = pass_names();
  EXPECT_TRUE(pass_effects(step.g, step.options).passes.empty());
}

}  // namespace
}  // namespace gradtable
