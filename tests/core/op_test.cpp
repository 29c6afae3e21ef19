#include "gradtable/core/op.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "tests/core/toy_op.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using ::gradtable::testing::ToyOp;

class OtherToyOp : public ToyOp {
  using ToyOp::ToyOp;
};

TEST(Attribute, Prints) {
  EXPECT_EQ(to_string(Attribute{"keep", true}), "true");
  EXPECT_EQ(to_string(Attribute{"axis", std::int64_t{-1}}), "-1");
  EXPECT_EQ(to_string(Attribute{"factor", 0.5}), "0.5");
  EXPECT_EQ(to_string(Attribute{"axes", std::vector<std::int64_t>{0, 1}}), "(0,1)");
  EXPECT_EQ(to_string(Attribute{"axes", std::vector<std::int64_t>{}}), "()");
}

TEST(Attribute, PrintsARealNumberSoThatItReadsBackExactly) {
  EXPECT_EQ(std::stod(to_string(Attribute{"factor", 1.0 / 3})), 1.0 / 3);
}

TEST(SameOp, ComparesClassNamesAndValues) {
  const ToyOp op({{"axis", std::int64_t{1}}});
  EXPECT_TRUE(same_op(op, op));
  EXPECT_TRUE(same_op(op, ToyOp({{"axis", std::int64_t{1}}})));
  EXPECT_FALSE(same_op(op, OtherToyOp({{"axis", std::int64_t{1}}})));
  EXPECT_FALSE(same_op(op, ToyOp({{"axis", std::int64_t{2}}})));
  EXPECT_FALSE(same_op(op, ToyOp({{"index", std::int64_t{1}}})));
  EXPECT_FALSE(same_op(op, ToyOp({{"axis", 1.0}})));
  EXPECT_FALSE(same_op(op, ToyOp()));
}

TEST(SameOp, IsTrueOfAnOpAndItselfEvenWithNaN) {
  const ToyOp op({{"factor", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_TRUE(same_op(op, op));
}

TEST(Op, HasNoDerivativeUnlessItSaysSo) {
  try {
    ToyOp().bprop({}, {}, {}, 1);
    FAIL() << "nothing thrown";
  } catch (const GradientError& error) {
    EXPECT_STREQ(error.what(), "no derivative with respect to input 1");
  }
}

TEST(Op, IsOnePartAndKeepsItsInputsUnlessItSaysSo) {
  EXPECT_EQ(ToyOp().parts({}, {DType::float32, {64, 10}}), 1);
  EXPECT_FALSE(ToyOp().may_overwrite(0));
  EXPECT_TRUE(ToyOp().passes_gradient(0));
}

// Adds one to each element, a part for each.
class Successor final : public ToyOp {
 public:
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    for (auto i = static_cast<std::size_t>(parts.begin); i < static_cast<std::size_t>(parts.end); ++i)
      output.as<double>()[i] = inputs[0].as<double>()[i] + 1;
  }
};

TEST(Compute, GivesAllPartsOfTheOutput) {
  const Array x = Array::of<double>({3}, {1, 2, 4});
  const Array y = compute(Successor(), std::vector<ConstView>{x});
  EXPECT_EQ(y.type(), x.type());
  EXPECT_TRUE(std::ranges::equal(y.as<double>(), std::vector<double>{2, 3, 5}));
}

TEST(Compute, ThrowsWhatTheRuleOfTypesThrows) {
  const Array x = Array::of<double>({1}, {1}), other = Array::of<double>({2}, {1, 2});
  EXPECT_THROW(compute(Successor(), std::vector<ConstView>{x, other}), ShapeError);
}

}  // namespace
}  // namespace gradtable
