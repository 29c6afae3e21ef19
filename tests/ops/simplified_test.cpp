// Op::simplified: what a program computes in place of a node.
#include <cmath>
#include <functional>

#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;
using testing::kNaN;

// Two by three numbers, the special ones among them.
const Array kNumbers = Array::of<double>({2, 3}, {kNaN, kInfinity, -kInfinity, -0.0, -1.7, 3.3});

Tensor constant(Graph& g, const Shape& shape, double value) {
  return g.constant(full(shape, value, DType::float64));
}

Tensor simplified(const Tensor& y) {
  std::vector<Tensor> inputs;
  for (const NodeId input : y.node().inputs) inputs.push_back(y.graph().tensor(input));
  return y.node().op->simplified(inputs);
}

// The value, with every node computed as it stands: programs are made of simplified ones.
Array value_of(const Tensor& y) {
  const Node& node = y.node();
  if (!node.op) return *node.value;
  std::vector<Array> values;
  std::vector<TensorType> types;
  for (const NodeId input : node.inputs) {
    values.push_back(value_of(y.graph().tensor(input)));
    types.push_back(values.back().type());
  }
  const std::vector<ConstView> inputs(values.begin(), values.end());
  Array result(node.type.dtype, node.type.shape);
  node.op->forward(inputs, result.view(), {0, node.op->parts(types, node.type)});
  return result;
}

void expect_same_value(const Tensor& found, const Tensor& expected) {
  ASSERT_EQ(found.type(), expected.type());
  const Array left = value_of(found), right = value_of(expected);
  for (std::size_t i = 0; i < left.as<double>().size(); ++i) {
    const double a = left.as<double>()[i], b = right.as<double>()[i];
    EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-15 * std::abs(b))
        << a << " against " << b;
  }
}

using OfOne = std::function<Tensor(const Tensor&)>;

// f(x) is simplified, in one step, to the very node expected(x).
struct Identity {
  const char* name;
  OfOne f, expected;
};

void PrintTo(const Identity& identity, std::ostream* stream) {
  *stream << identity.name;
}

class Simplified : public ::testing::TestWithParam<Identity> {};

TEST_P(Simplified, IsTheCheaperNodeOfTheSameValue) {
  Graph g;
  const Tensor x = g.parameter("x", kNumbers);
  const Tensor y = GetParam().f(x), found = simplified(y);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found, GetParam().expected(x));
  expect_same_value(found, y);
}

Tensor itself(const Tensor& x) {
  return x;
}

Tensor negated(const Tensor& x) {
  return neg(x);
}

Tensor rectified(const Tensor& x) {
  return relu(x);
}

const Shape kRow{3}, kFlat{6}, kTall{3, 2}, kStack{4, 2, 3};

INSTANTIATE_TEST_SUITE_P(
    Ops, Simplified,
    ::testing::Values(
        Identity{"neg_neg", [](const Tensor& x) { return neg(neg(x)); }, itself},
        Identity{"scale_by_1", [](const Tensor& x) { return scale(x, 1); }, itself},
        Identity{"scale_by_minus_1", [](const Tensor& x) { return scale(x, -1); }, negated},
        Identity{"scale_of_neg", [](const Tensor& x) { return scale(neg(x), 3); },
                 [](const Tensor& x) { return scale(x, -3); }},
        Identity{"scale_of_small_scale", [](const Tensor& x) { return scale(scale(x, 0.1), -0.3); },
                 [](const Tensor& x) { return scale(x, -0.3 * 0.1); }},
        Identity{"scale_of_large_scale", [](const Tensor& x) { return scale(scale(x, 10), 3); },
                 [](const Tensor& x) { return scale(x, 30); }},
        Identity{"relu_of_relu", [](const Tensor& x) { return relu(relu(x)); }, rectified},
        Identity{"add_0", [](const Tensor& x) { return x + 0; }, itself},
        Identity{"add_minus_0", [](const Tensor& x) { return x + -0.0; }, itself},
        Identity{"add_to_0", [](const Tensor& x) { return 0 + x; }, itself},
        Identity{"add_a_row_of_0", [](const Tensor& x) { return x + constant(x.graph(), kRow, 0); }, itself},
        Identity{"add_zeros_like", [](const Tensor& x) { return x + zeros_like(x); }, itself},
        Identity{"sub_0", [](const Tensor& x) { return x - 0; }, itself},
        Identity{"sub_from_0", [](const Tensor& x) { return 0 - x; }, negated},
        Identity{"mul_by_1", [](const Tensor& x) { return mul(x, full_like(x, 1)); }, itself},
        Identity{"mul_of_1", [](const Tensor& x) { return mul(constant(x.graph(), {}, 1), x); }, itself},
        Identity{"mul_by_a_number", [](const Tensor& x) { return mul(x, constant(x.graph(), {}, 0)); },
                 [](const Tensor& x) { return scale(x, 0); }},
        Identity{"mul_of_a_number", [](const Tensor& x) { return mul(full_like(x, 0.3), x); },
                 [](const Tensor& x) { return scale(x, 0.3); }},
        Identity{"div_by_1", [](const Tensor& x) { return x / 1; }, itself},
        Identity{"div_by_a_power_of_2", [](const Tensor& x) { return x / -64; },
                 [](const Tensor& x) { return scale(x, -1.0 / 64); }},
        Identity{"transpose_twice", [](const Tensor& x) { return transpose(transpose(x)); }, itself},
        Identity{"transpose_nothing",
                 [](const Tensor& x) {
                   return transpose(x, {0, -1});
                 },
                 itself},
        Identity{"transpose_by_thirds",
                 [](const Tensor& x) {
                   const Tensor stack = reshape(x, {1, 2, 3});
                   return transpose(transpose(stack, {2, 0, 1}), {2, 1, 0});
                 },
                 [](const Tensor& x) {
                   return transpose(reshape(x, {1, 2, 3}), {1, 0, 2});
                 }},
        Identity{"transpose_to_the_reverse",
                 [](const Tensor& x) {
                   const Tensor stack = reshape(x, {1, 2, 3});
                   return transpose(transpose(stack, {2, 0, 1}), {0, 2, 1});
                 },
                 [](const Tensor& x) {
                   return transpose(reshape(x, {1, 2, 3}));
                 }},
        Identity{"reshape_twice", [](const Tensor& x) { return reshape(reshape(x, kFlat), kTall); },
                 [](const Tensor& x) { return reshape(x, kTall); }},
        Identity{"reshape_back", [](const Tensor& x) { return reshape(reshape(x, kFlat), x.shape()); },
                 itself},
        Identity{"unsqueeze_of_squeeze",
                 [](const Tensor& x) {
                   return unsqueeze(squeeze(reshape(x, {1, 6})), {1});
                 },
                 [](const Tensor& x) {
                   return reshape(reshape(x, {1, 6}), {6, 1});
                 }},
        Identity{"slice_of_everything",
                 [](const Tensor& x) { return slice(x, {{.axis = 0, .stop = 9}, {.axis = 1, .start = -9}}); },
                 itself},
        Identity{"slice_of_slice",
                 [](const Tensor& x) {
                   return slice(slice(x, {{.axis = 1, .step = -1}}), {{.axis = 1, .step = 2}});
                 },
                 [](const Tensor& x) { return slice(x, {{.axis = 1, .step = -2}}); }},
        Identity{"pad_by_nothing", [](const Tensor& x) { return pad(x, {{.axis = 1}}, 7); }, itself},
        Identity{"concat_of_one", [](const Tensor& x) { return concat({x}, 1); }, itself},
        Identity{"chunk_into_one", [](const Tensor& x) { return chunk(x, 1)[0]; }, itself},
        Identity{"broadcast_to_twice",
                 [](const Tensor& x) {
                   return broadcast_to(broadcast_to(x, {1, 2, 3}), kStack);
                 },
                 [](const Tensor& x) { return broadcast_to(x, kStack); }},
        Identity{"sum_of_single_elements",
                 [](const Tensor& x) {
                   return sum(reshape(x, {2, 1, 3}), {1});
                 },
                 [](const Tensor& x) {
                   return reshape(reshape(x, {2, 1, 3}), {2, 3});
                 }},
        Identity{"sum_to_the_same_numbers",
                 [](const Tensor& x) {
                   return sum_to(reshape(x, {1, 2, 3}), {2, 3});
                 },
                 [](const Tensor& x) {
                   return reshape(reshape(x, {1, 2, 3}), {2, 3});
                 }}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(NotSimplified, IsWhatWouldChangeAValueOrAShape) {
  Graph g;
  const Tensor x = g.parameter("x", kNumbers), row = g.parameter("row", zeros(kRow, DType::float64));
  const Tensor zeros_2_3 = constant(g, {2, 3}, 0), ones = constant(g, {2, 3}, 1);
  const Tensor mixed = g.constant(Array::of<double>({3}, {0, 0, 1}));
  for (const Tensor& y : {row + zeros_2_3,
                          zeros_2_3 + row,
                          row - zeros_2_3,
                          mul(row, ones),
                          row / ones,
                          zeros_2_3 - row,
                          x + mixed,
                          x + row,
                          x * x,
                          x / 3,
                          x / 0,
                          1 / x,
                          x / kInfinity,
                          exp(log(x)),
                          scale(scale(x, 1e200), 1e-200),
                          scale(scale(x, 1e30), 1e30),
                          scale(scale(x, 1e-30), 1e-30),
                          scale(x, 2),
                          neg(x),
                          transpose(x),
                          slice(x, {{.axis = 0, .step = -1}}),
                          pad(x, {{.axis = 0, .before = 1, .after = -1}}),
                          concat({x, x}, 0),
                          reshape(x, kFlat),
                          broadcast_to(x, kStack),
                          sum(x),
                          sum_to(x, kRow)})
    EXPECT_TRUE(simplified(y).empty()) << y.node().op->name() << " gave " << simplified(y).label();
}

TEST(ConstantValue, IsThatOfAllElements) {
  Graph g;
  EXPECT_EQ(detail::constant_value(constant(g, {2, 3}, 5)), 5);
  EXPECT_EQ(detail::constant_value(broadcast_to(constant(g, {}, 5), {2, 3})), 5);
  EXPECT_EQ(detail::constant_value(constant(g, {0, 3}, 5)), std::nullopt);
  EXPECT_EQ(detail::constant_value(constant(g, {2}, kNaN)), std::nullopt);
  EXPECT_EQ(detail::constant_value(g.constant(Array::of<double>({2}, {5, 6}))), std::nullopt);
  EXPECT_EQ(detail::constant_value(g.constant(Array::of<std::int32_t>({1}, {5}))), std::nullopt);
  EXPECT_EQ(detail::constant_value(g.parameter("p", full({2}, 5))), std::nullopt);
}

}  // namespace
}  // namespace gradtable
