// What the library checks of its own ops, for ops of yours.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradtable/graph/check_grad.hpp"

namespace gradtable {

struct CheckOpResult {
  std::vector<std::string> failures;  // one sentence each

  bool passed() const { return failures.empty(); }
  // The failures, one a line; "passed" where there are none.
  std::string message() const;
};

// Checks an op, or any function of public functions, y = f(inputs), at these numbers:
//   derivatives       check_grad, with all passes and with none, on one thread and on two
//   cotangents        a zero one gives exactly zero gradients; gradients are linear in it, to 1e-12
//   repetition        the same bits in every run, and whether gradients are asked for or not
//   float32           y and gradients keep the type; 1e-5 from float64 forward, 2e-3 gradients
//   Op's promises     parts, same_bits_in_every_range, reads_own_slice, elementwise and may_overwrite hold of
//                     every node, those of the gradient too
// Inputs are float64, away from kinks by more than the step, or integers, which are constants: ShapeError
// otherwise. f may refuse float32 by ShapeError; then nothing is checked of it. What f throws else passes
// through.
CheckOpResult check_op(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                       const std::vector<Array>& inputs, const CheckGradOptions& options = {});

}  // namespace gradtable
