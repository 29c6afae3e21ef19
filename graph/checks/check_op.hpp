// Runs the library's own op tests on your op, except expected values and rejected inputs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradtable/graph/checks/check_grad.hpp"

namespace gradtable {

struct CheckOpResult {
  std::vector<std::string> failures;  // one sentence each

  bool passed() const { return failures.empty(); }
  // The failures, one a line; "passed" where there are none.
  std::string message() const;
};

// Checks an op, or any function of public functions, y = f(inputs), at these numbers; with all passes and
// with none, on one thread and on two:
//   derivatives       check_grad
//   cotangents        a zero one gives exactly zero gradients; gradients are linear in it, to 1e-12
//   repetition        the same bits in every run, in another program, from feeds at other addresses, and
//                     whether gradients are asked for or not
//   constants         y and gradients stay, whatever other inputs are constant, in every subset of the
//                     first six: the same bits without passes, to 1e-12 with
//   shared inputs     f(x, x), for the first two real inputs of one type: the sum of both gradients, to
//                     1e-12, where f is finite there
//   float32           y and gradients keep the type; 1e-5 from float64 forward, 2e-3 gradients
// and in all cuts of threads and memory plans, of every node, those of the gradient too:
//   Op's promises     parts, same_bits_in_every_range, reads_own_slice, elementwise and may_overwrite
// `options` are check_grad's. Inputs are float64, away from kinks by more than the step, or integers, which
// have no gradient, and y of real inputs is float64 or of integers: ShapeError otherwise; GraphError for an f
// that gives an empty tensor or one of another graph, ConfigError as check_grad. f may refuse float32
// by ShapeError; then float32 is not checked. Other exceptions of f pass through.
CheckOpResult check_op(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                       const std::vector<Array>& inputs, const CheckGradOptions& options = {});

}  // namespace gradtable
