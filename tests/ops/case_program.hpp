// A row of the table put into a graph, compiled and run.
#pragma once

#include <vector>

#include "tests/ops/op_cases.hpp"

#include "gradtable/graph/program.hpp"

namespace gradtable::testing {

// The inputs of a case with float64 replaced by `dtype`; labels stay.
std::vector<Array> inputs_in(const OpCase& c, DType dtype);

// y = f(inputs) and, for z = sum(cotangent * y), dz/dinput for each real input that is not constant; the
// places of the others hold arrays of no elements.
struct CaseValues {
  Array y;
  std::vector<Array> gradients;
};

// A way to run a program.
struct Execution {
  bool rewritten = true;  // by all passes, or by none
  int threads = 1;

  CompileOptions options() const {
    return {.threads = threads,
            .min_threads = threads,
            .without = rewritten ? std::vector<std::string>() : pass_names()};
  }
};

class CaseProgram {
 public:
  struct Options {
    Execution execution = {};
    std::vector<bool> constant = {};  // by input; none when empty
    bool gradients = true;
  };

  CaseProgram(const OpCase& c, DType dtype, const Execution& execution = {})
      : CaseProgram(c, inputs_in(c, dtype), {.execution = execution}) {}
  CaseProgram(const OpCase& c, std::vector<Array> inputs, const Options& options);

  // The type of y, and a cotangent of this type without symmetry.
  const TensorType& type() const { return y_.type(); }
  Array some_cotangent(double phase = 0) const;

  CaseValues run(const ConstView& cotangent);
  // With the inputs at other places in memory.
  CaseValues run(const std::vector<ConstView>& inputs, const ConstView& cotangent);

 private:
  Graph graph_;
  std::vector<Array> numbers_;
  std::vector<Tensor> inputs_;     // empty where constant
  Tensor y_, cotangent_;           // no cotangent without gradients
  std::vector<Tensor> gradients_;  // by input; empty where there is none
  std::vector<Program> program_;   // one; made last
};

}  // namespace gradtable::testing
