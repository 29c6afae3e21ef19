#include "gradtable/core/op.hpp"

#include <limits>
#include <string>

#include "tests/core/toy_op.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using ::gradtable::testing::ToyOp;

class OtherOp : public ToyOp {
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
  EXPECT_FALSE(same_op(op, OtherOp({{"axis", std::int64_t{1}}})));
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

}  // namespace
}  // namespace gradtable
