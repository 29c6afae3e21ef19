#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

class Chains : public testing::Rewritten {
 protected:
  void expect_steps(const CompileOptions& options, const std::vector<std::string>& names) {
    expect("elementwise_chains", true, options);
    EXPECT_EQ(steps(options), names);
  }
  void expect_none(const CompileOptions& options) { expect("elementwise_chains", false, options); }

  const Tensor x = parameter("x", {30, 40}), y = parameter("y", {30, 40}), b = parameter("b", {40});
};

TEST_F(Chains, AreOneStep) {
  expect_steps({.outputs = {exp(tanh(square(x)))}}, {"square+tanh+exp"});
  const Tensor left = tanh(x), right = sigmoid(y);
  expect_steps({.outputs = {left * right - x}}, {"sigmoid+tanh+mul+sub"});
}

TEST_F(Chains, TakeVectorsAndNumbers) {
  const Tensor number = parameter("number", {}), single = parameter("single", {1, 1});
  expect_steps({.outputs = {exp(add_bias(x, b)) * number}}, {"add_bias+exp+mul"});
  expect_steps({.outputs = {exp(x + b) / single}}, {"add+exp+div"});
}

TEST_F(Chains, TakeStepsThatChangeTheType) {
  const Tensor narrow = exp(cast(x, DType::float32));
  expect_steps({.outputs = {tanh(cast(narrow, DType::float64))}}, {"cast+exp+cast+tanh"});
  expect_steps({.outputs = {where(greater(exp(x), y), tanh(y), 0)}}, {"tanh+exp+greater+where"});
  expect_steps({.outputs = {cast(less(exp(x), b), DType::float64)}}, {"exp+less+cast"});
}

TEST_F(Chains, ReadTheSameInputTwice) {
  expect_steps({.outputs = {x * tanh(x) + x}}, {"tanh+mul+add"});
}

TEST_F(Chains, EndWhereOthersNeedAResult) {
  const Tensor middle = tanh(x), end = exp(square(middle));
  expect_steps({.outputs = {end, middle}}, {"tanh", "square+exp"});
  expect_steps({.outputs = {end, sum(middle)}}, {"tanh", "square+exp", "sum"});
  expect_none({.outputs = {tanh(x), exp(tanh(x))}});
}

TEST_F(Chains, EndAtOtherShapes) {
  expect_none({.outputs = {exp(sum(tanh(x), {0}))}});
  const Tensor column = parameter("column", {30, 1});
  expect_none({.outputs = {exp(x) + column}});  // a column is no operand of a block
  expect_none({.outputs = {tanh(transpose(exp(x)))}});
  const Tensor wide = exp(b) + x;
  expect_none({.outputs = {wide}});  // exp has the shape of b
}

TEST_F(Chains, AreNoneWhereThereIsLittleToCompute) {
  const Tensor few = parameter("few", {15, 17});
  expect_none({.outputs = {exp(tanh(few))}});
  const Tensor enough = parameter("enough", {16, 16});
  expect_steps({.outputs = {exp(tanh(enough))}}, {"tanh+exp"});
}

TEST_F(Chains, OfManyNodesAreCut) {
  Tensor z = x;
  for (int i = 0; i < 50; ++i) z = i % 3 == 0 ? tanh(z) : z * y + b;
  expect("elementwise_chains", true, {.outputs = {z}});
  EXPECT_LE(steps({.outputs = {z}}).size(), 12U);
}

TEST_F(Chains, MayBeUpdatesInPlace) {
  const CompileOptions options{.updates = {{x, x - scale(tanh(x), 0.1)}}};
  expect_steps(options, {"tanh+scale+sub"});
  EXPECT_TRUE(compile_plan(options).steps[0].in_parameter);
}

TEST_F(Chains, OfAnEmptyTensorAreNone) {
  const Tensor nothing = parameter("nothing", {0, 40});
  expect_none({.outputs = {exp(tanh(nothing))}});
}

}  // namespace
}  // namespace gradtable
