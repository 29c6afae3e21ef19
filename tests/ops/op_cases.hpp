// The table of op cases: one row for every public function of ops/ and every variant of it that may go wrong
// in its own way. What is checked of every row is in op_cases_test.cpp and op_cases_forward_test.cpp.
//
// A new op takes one row: its name, a call, inputs, and the expected value by a formula of the test's own.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable::testing {

struct OpCase {
  // The public function and what is special about the case: "matmul", "matmul transpose_a".
  std::string name;
  std::function<Tensor(const std::vector<Tensor>&)> f;
  // float64, away from kinks and poles, or integers.
  std::vector<Array> inputs;
  // The value of f, as float64, in the shape it must have.
  Array expected;
  bool differentiable = true;
  // Element by element: the row is repeated for a scalar, no elements, and more than a cache line of them.
  bool any_shape = false;

  std::string function() const { return name.substr(0, name.find(' ')); }
};

// The whole table, with the repetitions for other shapes.
const std::vector<OpCase>& op_cases();

// How GoogleTest shows a case.
inline void PrintTo(const OpCase& c, std::ostream* stream) {
  *stream << c.name;
}

}  // namespace gradtable::testing
