// What a formula is made of, for those that have a stable form (ops/patterns/stable_forms.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node.hpp"

namespace gradtable::detail {

using IsOp = bool (*)(const Op&);

// The input i of x's op.
Tensor input_of(const Tensor& x, std::size_t i);
bool is_made_by(const Tensor& x, IsOp is_op);
// The argument of x, where it is this function of one; else empty.
Tensor argument_if(const Tensor& x, IsOp is_op);

// x = a + sign b
struct SumOfTwo {
  Tensor a, b;
  double sign;
};
std::optional<SumOfTwo> sum_of_two(const Tensor& x);

// The factor f of x = f y; y where f = -1, else empty.
std::optional<double> factor_of(const Tensor& x);
Tensor negated(const Tensor& x);

// u where x = u^2; else empty.
Tensor base_of_square(const Tensor& x);

// A sum over axes, times a weight above 0.
struct Reduced {
  Tensor x;
  double weight;
  std::vector<std::int64_t> axes;  // those with more than one number
};
std::optional<Reduced> weighted_sum_of(const Tensor& y);
// The axes along which the reduction y joins numbers.
std::vector<std::int64_t> joined_axes(const Tensor& y);
// Whether the reduction y, broadcast to the shape of what it joins, lies along its own axes, as with
// keep_dims.
bool lies_along_its_axes(const Tensor& y);

// Whether the elements of x are elements of its first input, or of all inputs where x is a concat, perhaps as
// another real type.
bool picks(const Tensor& x);

// x with f of its elements: f(y) where x picks from y. Empty where f gives nothing.
template <class F>
Tensor picked(const Tensor& x, const F& f) {
  const bool all = x.node().op->name() == "concat";
  std::vector<Tensor> inputs = get_inputs(x, x.graph());
  for (std::size_t i = 0; i < (all ? inputs.size() : 1); ++i) {
    inputs[i] = f(inputs[i]);
    if (inputs[i].empty()) return {};
  }
  return x.graph().apply(x.node().op, inputs, x.node().location);
}

// a and b, repeated to `shape`, along a new first axis; flat where there is no room for one more.
Tensor pair_of(const Tensor& a, const Tensor& b, const Shape& shape);

// Which constants count as their numbers.
enum class Constants : bool {
  literals,  // those of expressions; a tensor of the user's may be a target of a later derivative
  all
};
// The number of all elements of x, where it counts as one.
std::optional<double> number_in(const Tensor& x, Constants constants);
// f(c), or op(c), for a constant c above 0; else empty.
Tensor of_constant(const Tensor& c, Constants constants, double (*f)(double), Tensor (*op)(const Tensor&));

}  // namespace gradtable::detail
