// A function of the user with numbers for its inputs, for check_grad and check_op.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "gradtable/graph/checks/check_grad.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::detail {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

// Throws ConfigError for an order of derivatives that is not 1 to 16, a step that is not above 0, and bounds
// below 0 or not finite.
void require_options(std::string_view where, const CheckGradOptions& options);

// Throws ShapeError unless all are float64 or integers.
void require_numbers(std::string_view where, const std::vector<Array>& inputs);

// f(arguments). Throws GraphError when that is empty or of another graph.
Tensor result_of(std::string_view where, const Function& f, const Graph& graph,
                 const std::vector<Tensor>& arguments);

// y = f(x_1, ..., x_n) and the gradients J^T u, in a graph and a program of their own.
class CheckedFunction {
 public:
  struct Options {
    DType dtype = DType::float64;     // of the real inputs
    CompileOptions compile = {};      // threads and passes
    std::vector<bool> constant = {};  // by input; none when empty
    bool gradients = true;
  };

  // Throws ShapeError where y is real but, of float64 inputs, not float64; and what f throws.
  CheckedFunction(const Function& f, const std::vector<Array>& inputs, const Options& options);

  const TensorType& type() const { return y_.type(); }
  // A u, or another one for another phase; without any symmetry.
  Array some_cotangent(double phase = 0) const;
  // y, then a gradient for each input; arrays of no elements where there is none. The inputs lie so many
  // elements past a cache line.
  std::vector<Array> run(const ConstView& u, std::int64_t shift = 0) const;
  // The promises of ops (core/op.hpp) that do not hold of a node, a sentence for each.
  std::vector<std::string> broken_promises() const;

 private:
  Graph graph_;
  std::vector<Array> numbers_;
  std::vector<Tensor> inputs_;  // empty where constant
  Tensor y_, u_;
  std::vector<std::size_t> differentiated_;  // inputs
  std::vector<Program> program_;             // one; made last
};

}  // namespace gradtable::detail
