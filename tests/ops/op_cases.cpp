#include "tests/ops/op_cases.hpp"

#include "tests/ops/formulas.hpp"

namespace gradtable::testing {
namespace {

OpCase with_shapes(OpCase c, const std::string& special, const Shape& shape) {
  c.name += special;
  c.expected = tiled(c.expected, shape);
  for (Array& input : c.inputs) input = tiled(input, shape);
  return c;
}

void append(Cases& all, OpCase c) {
  all.push_back(c);
  if (!c.any_shape) return;
  all.push_back(with_shapes(c, " of_a_scalar", {}));
  all.push_back(with_shapes(c, " of_nothing", {0, 3}));
  all.push_back(with_shapes(c, " of_several_blocks", {3, 1, 67}));
}

}  // namespace

const std::vector<OpFamily>& op_families() {
  static const std::vector<OpFamily> families = {
      {"Functions of one tensor", "ops/elementwise.hpp", elementwise_rows()},
      {"Arithmetic of two tensors", "ops/arithmetic.hpp", arithmetic_rows()},
      {"Element types", "ops/casting.hpp", casting_rows()},
      {"Matrix products", "ops/product.hpp", product_rows()},
      {"Convolutions", "ops/convolution.hpp", convolution_rows()},
      {"Pooling", "ops/pooling.hpp", pooling_rows()},
      {"Reductions", "ops/reduction.hpp", reduction_rows()},
      {"Repeating", "ops/broadcast.hpp", broadcast_rows()},
      {"Shapes", "ops/shaping.hpp", shaping_rows()},
      {"Indices", "ops/indexing.hpp", indexing_rows()},
      {"Probabilities", "ops/softmax.hpp", softmax_rows()},
      {"Losses", "ops/losses.hpp", loss_rows()},
  };
  return families;
}

const Cases& op_cases() {
  static const Cases all = [] {
    Cases cases;
    for (const OpFamily& family : op_families()) {
      for (const OpRow& row : family.rows) {
        for (OpCase c : row.cases) {
          c.smooth = row.smooth;
          c.multilinear = row.multilinear;
          append(cases, std::move(c));
        }
      }
    }
    return cases;
  }();
  return all;
}

}  // namespace gradtable::testing
