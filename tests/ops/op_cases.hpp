// The table of op cases: one row for every public function of ops/, with a case for every variant that may go
// wrong in its own way. What is checked of every case is in op_cases_test.cpp and op_cases_forward_test.cpp;
// the page of ops in docs is printed from the rows.
//
// A new op takes one row in its family's file of tests/ops/cases: what it is, calls with inputs, the expected
// values by a formula of the test's own, and types that it refuses.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable::testing {

using Inputs = const std::vector<Tensor>&;
using Call = std::function<Tensor(Inputs)>;

// The inputs on which derivatives are smooth, to the order that central differences follow them.
enum class Smoothness { second, third };

struct OpCase {
  // The public function and what is special about the case: "matmul", "matmul transpose_a".
  std::string name;
  Call f;
  // float64, away from kinks and poles, or integers.
  std::vector<Array> inputs;
  // The value of f, as float64, in the shape it must have.
  Array expected;
  bool differentiable = true;
  // Element by element: the case is repeated for a scalar, no elements, and more than a cache line of them.
  bool any_shape = false;

  // Set for all cases by their row and by op_cases().
  Smoothness smooth = Smoothness::second;
  bool multilinear = false;
  // The inputs come through ops that only move elements, which passes may fold into a matrix product.
  bool rearranged = false;

  std::string function() const { return name.substr(0, name.find(' ')); }
};
using Cases = std::vector<OpCase>;

// Types of inputs for which the call throws ShapeError when the node is made.
struct Refusal {
  std::vector<TensorType> inputs;
  Call f = {};  // that of the row's first case unless given
};

struct OpRow {
  std::string function;    // "matmul"
  std::string formula;     // "C = op(A) op(B)"
  std::string derivative;  // "A: G op(B)^T, B: op(A)^T G", or "none"
  Cases cases = {};
  std::vector<Refusal> refused = {};
  // third: third derivatives are checked, too.
  Smoothness smooth = Smoothness::second;
  // Linear in each of its inputs: central differences are exact, and compared to 1e-10.
  bool multilinear = false;
  // The operators of the ONNX standard that it serves.
  std::vector<std::string> onnx = {};
};
using Rows = std::vector<OpRow>;

// The families, in the order of docs/ops.md; each is a file of tests/ops/cases.
Rows elementwise_rows();
Rows activation_rows();
Rows arithmetic_rows();
Rows power_rows();
Rows comparison_rows();
Rows matmul_rows();
Rows convolution_rows();
Rows pooling_rows();
Rows broadcast_rows();
Rows reduction_rows();
Rows shaping_rows();
Rows slicing_rows();
Rows joining_rows();
Rows softmax_rows();
Rows loss_rows();
Rows indexing_rows();
Rows casting_rows();
Rows classification_rows();
Rows regression_rows();
Rows penalty_rows();
Rows normalization_rows();
Rows dropout_rows();
Rows stop_gradient_rows();

struct OpFamily {
  std::string title;  // "Element-wise functions"
  std::string file;   // "ops/elementwise.hpp"
  Rows rows;
};

// The whole table.
const std::vector<OpFamily>& op_families();

// The cases of all rows, with the repetitions for other shapes.
const Cases& op_cases();

// How GoogleTest shows a case.
inline void PrintTo(const OpCase& c, std::ostream* stream) {
  *stream << c.name;
}

}  // namespace gradtable::testing
