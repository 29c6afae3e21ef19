#include "gradtable/graph/rewrites/fused.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable {
namespace {

using detail::Fused;
using From = Fused::Operand::From;

class FusedOp : public ::testing::Test {
 protected:
  std::shared_ptr<const Op> op_of(const Tensor& tensor) const { return tensor.node().op; }
  static Array counting(const Shape& shape) {
    Array numbers(DType::float64, shape);
    for (std::size_t i = 0; i < numbers.as<double>().size(); ++i)
      numbers.as<double>()[i] = 0.001 * static_cast<double>(i);
    return numbers;
  }
  Graph graph;
  const Tensor any = graph.constant(counting({2, 2}));
  const std::shared_ptr<const Op> square_op = op_of(square(any)), mul_op = op_of(any * any),
                                  add_op = op_of(any + any);
};

// (x^2 + b) x, for x of several blocks and b a vector along the rows.
TEST_F(FusedOp, ComputesAnyRangeOfItsParts) {
  for (const Shape& shape : {Shape{7, 300}, Shape{3, 2500}, Shape{2000, 2}}) {
    const TensorType type{DType::float64, shape};
    const Fused fused(nullptr, 0,
                      {{square_op, {{From::input, 0}}, DType::float64},
                       {add_op, {{From::step, 0}, {From::input, 1}}, DType::float64},
                       {mul_op, {{From::step, 1}, {From::input, 0}}, DType::float64}},
                      type);
    EXPECT_EQ(fused.name(), "square+add+mul");
    const Array x = counting(shape), b = counting({shape[1]});
    Array y(DType::float64, shape);
    const std::array<ConstView, 2> inputs{x.view(), b.view()};
    const std::array<TensorType, 2> types{x.type(), b.type()};
    ASSERT_EQ(fused.parts(types, type), shape[0]);
    const std::int64_t cut = shape[0] / 3 + 1;
    fused.forward(inputs, y.view(), {cut, shape[0]});
    for (std::int64_t i = 0; i < cut * shape[1]; ++i)
      ASSERT_EQ(y.as<double>()[static_cast<std::size_t>(i)], 0);
    fused.forward(inputs, y.view(), {0, cut});
    for (std::size_t i = 0; i < y.as<double>().size(); ++i) {
      const double number = x.as<double>()[i], bias = b.as<double>()[i % b.as<double>().size()];
      ASSERT_DOUBLE_EQ(y.as<double>()[i], (number * number + bias) * number) << i;
    }
  }
}

TEST_F(FusedOp, FitsAsLongAsThereAreBlocks) {
  std::vector<Fused::Step> steps(Fused::kMostSteps, {square_op, {{From::input, 0}}, DType::float64});
  for (std::size_t i = 1; i < steps.size(); ++i) steps[i].operands = {{From::step, i - 1}};
  EXPECT_TRUE(Fused::fits(steps));
  steps.push_back({square_op, {{From::step, steps.size() - 1}}, DType::float64});
  EXPECT_FALSE(Fused::fits(steps));
  // Results that all wait for the end take a block each.
  std::vector<Fused::Step> waiting(Fused::kMostBlocks + 1, {square_op, {{From::input, 0}}, DType::float64});
  Fused::Step last{add_op, {}, DType::float64};
  for (std::size_t i = 0; i < waiting.size(); ++i) last.operands.push_back({From::step, i});
  waiting.push_back(last);
  EXPECT_FALSE(Fused::fits(waiting));
}

// A result of another type takes a block of its own: it would be written over elements not read yet.
TEST_F(FusedOp, NeedsABlockMoreWhereTheTypeChanges) {
  const auto to_wide = op_of(cast(graph.constant(1), DType::float64)),
             to_narrow = op_of(cast(any, DType::float32));
  const auto steps_with = [&](const std::shared_ptr<const Op>& op, DType dtype) {
    std::vector<Fused::Step> steps(Fused::kMostBlocks, {square_op, {{From::input, 0}}, DType::float64});
    steps.push_back({op, {{From::step, 0}}, dtype});
    Fused::Step last{add_op, {}, DType::float64};
    for (std::size_t i = 1; i < steps.size(); ++i) last.operands.push_back({From::step, i});
    steps.push_back(last);
    return steps;
  };
  EXPECT_TRUE(Fused::fits(steps_with(square_op, DType::float64)));
  EXPECT_FALSE(Fused::fits(steps_with(to_narrow, DType::float32)));
  const Fused there_and_back(nullptr, 0,
                             {{to_wide, {{From::input, 0}}, DType::float64},
                              {square_op, {{From::step, 0}}, DType::float64},
                              {to_narrow, {{From::step, 1}}, DType::float32},
                              {to_wide, {{From::step, 2}}, DType::float64}},
                             {DType::float64, {3000}});
  Array x(DType::float32, {3000}), y(DType::float64, {3000});
  for (std::size_t i = 0; i < 3000; ++i) x.as<float>()[i] = static_cast<float>(i);
  const std::array<ConstView, 1> inputs{x.view()};
  there_and_back.forward(inputs, y.view(), {0, 3000});
  for (std::size_t i = 0; i < 3000; ++i) ASSERT_EQ(y.as<double>()[i], static_cast<double>(i * i));
}

TEST_F(FusedOp, MayOverwriteWhatItsStepsReadButNotBehindAProduct) {
  const TensorType type{DType::float64, {2, 2}};
  const Fused alone(nullptr, 0, {{square_op, {{From::input, 0}}, DType::float64}}, type);
  EXPECT_TRUE(alone.may_overwrite(0));
  const Fused behind(op_of(matmul(any, any)), 2, {{mul_op, {{From::head}, {From::input, 2}}, DType::float64}},
                     type);
  for (const std::size_t input : {0U, 1U, 2U}) EXPECT_FALSE(behind.may_overwrite(input));
  EXPECT_FALSE(behind.same_bits_in_every_range());
}

TEST_F(FusedOp, IsNeverTheSameAsAnother) {
  const TensorType type{DType::float64, {2, 2}};
  const std::vector<Fused::Step> steps = {{square_op, {{From::input, 0}}, DType::float64}};
  EXPECT_FALSE(same_op(Fused(nullptr, 0, steps, type), Fused(nullptr, 0, steps, type)));
}

}  // namespace
}  // namespace gradtable
