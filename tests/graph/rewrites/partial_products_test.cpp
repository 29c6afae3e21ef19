#include "tests/graph/rewrites/rewritten.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class PartialProductsOf : public testing::Rewritten {
 protected:
  CompileOptions updating(const Tensor& output, const Tensor& weights, int threads = 2) const {
    return {.outputs = {output},
            .updates = {{weights, scale(weights, 0.5)}},
            .threads = threads,
            .min_threads = threads};
  }
  const Tensor x = parameter("x", {4, 64}), w = parameter("w", {64, 10});
};

TEST_F(PartialProductsOf, AnUpdatedTallMatrixAreAddedUp) {
  const CompileOptions options = updating(matmul(x, w), w);
  expect("partial_products", true, options);
  EXPECT_TRUE(has(steps(options), "partial_products"));
}

TEST_F(PartialProductsOf, OneThreadAreNone) {
  expect("partial_products", false, updating(matmul(x, w), w, 1));
}

TEST_F(PartialProductsOf, AMatrixThatNobodyUpdatesAreNone) {
  const Tensor other = parameter("other", {64, 10});
  expect("partial_products", false, updating(matmul(x, other), w));
  expect("partial_products", false, updating(matmul(x, exp(w)), w));
}

TEST_F(PartialProductsOf, AMatrixThatIsNotTallAreNone) {
  const Tensor many = parameter("many", {40, 64});
  expect("partial_products", false, updating(matmul(many, w), w));
}

TEST_F(PartialProductsOf, TransposedFactorsAreNone) {
  const Tensor across = parameter("across", {64, 4}), lying = parameter("lying", {10, 64});
  expect("partial_products", false, updating(matmul(across, w, Transpose::yes), w));
  expect("partial_products", false, updating(matmul(x, lying, Transpose::no, Transpose::yes), lying));
}

TEST_F(PartialProductsOf, TwoProductsOfOneMatrixReadItsOldNumbers) {
  const Tensor second = matmul(exp(x), w);
  CompileOptions options = updating(sum(matmul(x, w)) + sum(second), w, 3);
  options.deterministic = true;
  expect("partial_products", true, options);
}

}  // namespace
}  // namespace gradtable
