#include "tests/ops/op_cases.hpp"

#include <algorithm>
#include <utility>

#include "tests/ops/formulas.hpp"

#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable::testing {
namespace {

OpCase with_shapes(OpCase c, const std::string& special, const Shape& shape) {
  c.name += special;
  c.expected = tiled(c.expected, shape);
  for (Array& input : c.inputs) input = tiled(input, shape);
  return c;
}

bool has_an_axis(const Array& input) {
  return is_floating(input.dtype()) && input.shape().rank() >= 1;
}

bool has_axes(const Array& input) {
  return is_floating(input.dtype()) && input.shape().rank() >= 2;
}

// The same numbers, in memory with their axes reversed: the op reads what a transpose gives.
OpCase through_transposes(OpCase c) {
  c.name += " through_transposes";
  c.rearranged = true;
  std::vector<bool> reversed;
  for (Array& input : c.inputs) {
    reversed.push_back(has_axes(input));
    std::vector<std::size_t> axes;
    for (int axis = input.shape().rank(); axis-- > 0;) axes.push_back(static_cast<std::size_t>(axis));
    if (reversed.back()) input = permuted(input, axes);
  }
  c.f = [f = c.f, reversed](Inputs x) {
    std::vector<Tensor> arguments;
    for (std::size_t i = 0; i < x.size(); ++i) arguments.push_back(reversed[i] ? transpose(x[i]) : x[i]);
    return f(arguments);
  };
  return c;
}

// The same numbers, each second one along the last axis of a larger array: the op reads what a slice gives.
OpCase through_slices(OpCase c) {
  c.name += " through_slices";
  c.rearranged = true;
  std::vector<bool> sliced;
  for (Array& input : c.inputs) {
    sliced.push_back(has_an_axis(input));
    if (!sliced.back()) continue;
    Index extents(input.shape().extents().begin(), input.shape().extents().end());
    extents.back() *= 2;
    Array larger = positive(Shape(extents), 0.1);
    for_each_index(input.shape(), [&](const Index& i) {
      Index place = i;
      place.back() = 2 * i.back() + 1;
      at(larger, place) = at(input, i);
    });
    input = larger;
  }
  c.f = [f = c.f, sliced](Inputs x) {
    std::vector<Tensor> arguments;
    for (std::size_t i = 0; i < x.size(); ++i)
      arguments.push_back(sliced[i] ? slice(x[i], {{.axis = -1, .start = 1, .step = 2}}) : x[i]);
    return f(arguments);
  };
  return c;
}

void append(Cases& all, OpCase c) {
  all.push_back(c);
  if (std::ranges::any_of(c.inputs, has_axes)) all.push_back(through_transposes(c));
  if (std::ranges::any_of(c.inputs, has_an_axis)) all.push_back(through_slices(c));
  if (!c.any_shape) return;
  all.push_back(with_shapes(c, " of_a_scalar", {}));
  all.push_back(with_shapes(c, " of_nothing", {0, 3}));
  all.push_back(with_shapes(c, " of_several_blocks", {3, 1, 67}));
}

}  // namespace

const std::vector<OpFamily>& op_families() {
  static const std::vector<OpFamily> families = {
      {"Functions of one tensor", "ops/elementwise.hpp", elementwise_rows()},
      {"Activations", "ops/activations.hpp", activation_rows()},
      {"Arithmetic of two tensors", "ops/arithmetic.hpp", arithmetic_rows()},
      {"Powers", "ops/powers.hpp", power_rows()},
      {"Comparisons", "ops/comparison.hpp", comparison_rows()},
      {"Element types", "ops/casting.hpp", casting_rows()},
      {"Constants for derivatives", "ops/stop_gradient.hpp", stop_gradient_rows()},
      {"Matrix products", "ops/matmul.hpp", matmul_rows()},
      {"Convolutions", "ops/convolution.hpp", convolution_rows()},
      {"Pooling", "ops/pooling.hpp", pooling_rows()},
      {"Reductions", "ops/reduction.hpp", reduction_rows()},
      {"Repeating", "ops/broadcast.hpp", broadcast_rows()},
      {"Shapes", "ops/shaping.hpp", shaping_rows()},
      {"Pieces", "ops/slicing.hpp", slicing_rows()},
      {"Joining and splitting", "ops/joining.hpp", joining_rows()},
      {"Indices", "ops/indexing.hpp", indexing_rows()},
      {"Probabilities", "ops/softmax.hpp", softmax_rows()},
      {"Losses of likelihoods", "ops/losses.hpp", loss_rows()},
      {"Losses of decisions", "ops/classification.hpp", classification_rows()},
      {"Losses of real numbers", "ops/regression.hpp", regression_rows()},
      {"Penalties", "ops/penalties.hpp", penalty_rows()},
      {"Normalization", "ops/normalization.hpp", normalization_rows()},
      {"Dropout", "ops/dropout.hpp", dropout_rows()},
  };
  return families;
}

// Shapes and layouts that no row need think of.
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
