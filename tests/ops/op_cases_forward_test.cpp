// Op::forward called as a team of threads and a memory plan may call it: in ranges of parts, at any address,
// and over an input. Checked of every node of every row of the table, its gradient included.
#include <cstring>
#include <utility>

#include "tests/ops/case_names.hpp"
#include "tests/ops/case_program.hpp"
#include "tests/ops/comparisons.hpp"
#include "tests/ops/formulas.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/op_promises.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {
namespace {

class EveryForward : public ::testing::TestWithParam<OpCase> {};

INSTANTIATE_TEST_SUITE_P(Ops, EveryForward, ::testing::ValuesIn(op_cases()), name_of_case);

// The case and its gradient on parameters of this type.
void build(Graph& graph, const OpCase& c, DType dtype) {
  std::vector<Tensor> inputs, targets;
  for (Array& number : inputs_in(c, dtype)) {
    const bool real = is_floating(number.dtype());
    inputs.push_back(graph.parameter(fmt::format("x{}", inputs.size()), std::move(number)));
    if (real) targets.push_back(inputs.back());
  }
  const Tensor y = c.f(inputs);
  if (!c.differentiable) return;
  const Array cotangent = cast(numbers(y.shape(), 0.7), y.dtype());
  build_grad(sum(mul(graph.parameter("cotangent", cotangent), y)), targets, {Unreached::zeros});
}

TEST_P(EveryForward, KeepsThePromisesOfItsOp) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    Graph graph;
    build(graph, GetParam(), dtype);
    std::vector<Array> values;
    for (NodeId id = 0; id < static_cast<NodeId>(graph.size()); ++id) {
      const Node& node = graph.node(id);
      std::vector<ConstView> inputs;
      for (const NodeId input : node.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
      values.push_back(node.op ? compute(*node.op, inputs) : *node.value);
      if (!node.op) continue;
      for (const std::string& broken : detail::broken_promises(*node.op, inputs, node.inputs, node.type))
        ADD_FAILURE() << "node " << id << ": " << broken;
    }
  }
}

// Numbers one element past a cache line.
class Shifted {
 public:
  explicit Shifted(const ConstView& numbers) : buffer_(numbers.dtype(), {numbers.shape().size() + 1}) {
    view_ = {numbers.type, static_cast<char*>(buffer_.view().data) + size_of(numbers.dtype())};
    if (numbers.type.bytes() > 0) std::memcpy(view_.data, numbers.data, numbers.type.bytes());
  }
  const View& view() const { return view_; }

 private:
  Array buffer_;
  View view_;
};

// The same through a program, whose feeds are read where they lie.
TEST_P(EveryForward, TakesFeedsAtAnyAddress) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program(GetParam(), dtype);
    const Array cotangent = program.some_cotangent();
    const CaseValues aligned = program.run(cotangent);
    std::vector<Shifted> memory;
    std::vector<ConstView> inputs;
    for (const Array& input : inputs_in(GetParam(), dtype))
      inputs.push_back(memory.emplace_back(input).view());
    const CaseValues shifted = program.run(inputs, Shifted(cotangent).view());
    EXPECT_TRUE(same_bits(shifted.y, aligned.y));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_TRUE(same_bits(shifted.gradients[i], aligned.gradients[i])) << "input " << i;
  }
}

}  // namespace
}  // namespace gradtable::testing
