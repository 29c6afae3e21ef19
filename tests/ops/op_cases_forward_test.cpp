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
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"

namespace gradtable::testing {
namespace {

// Memory full of a bit pattern that no op gives, optionally one element past a cache line.
class Memory {
 public:
  explicit Memory(const TensorType& type, bool shifted = false)
      : buffer_(type.dtype, {type.shape.size() + 1}), type_(type), shifted_(shifted) {
    std::memset(buffer_.view().data, 0xFF, buffer_.type().bytes());
  }
  Memory(const ConstView& numbers, bool shifted) : Memory(numbers.type, shifted) {
    if (type_.bytes() > 0) std::memcpy(view().data, numbers.data, type_.bytes());
  }

  View view() {
    return {type_, static_cast<char*>(buffer_.view().data) + (shifted_ ? size_of(type_.dtype) : 0)};
  }
  // Elements that were written.
  std::int64_t written() {
    const std::size_t size = size_of(type_.dtype);
    const std::string untouched(size, '\xFF');
    std::int64_t count = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(type_.shape.size()); ++i)
      count += std::memcmp(static_cast<char*>(view().data) + i * size, untouched.data(), size) != 0;
    return count;
  }

 private:
  Array buffer_;
  TensorType type_;
  bool shifted_;
};

// One node that an op computes.
struct Step {
  const Op& op;
  std::vector<NodeId> ids;
  std::vector<ConstView> inputs;
  std::vector<TensorType> types;
  TensorType type;

  std::int64_t parts() const { return op.parts(types, type); }
  bool is_product() const { return op.name() == "matmul"; }
  // The ranges of a split into `count` parts or fewer.
  std::vector<Parts> split(std::int64_t count) const {
    std::vector<Parts> ranges;
    count = std::min(count, parts());
    for (std::int64_t i = 0; i < count; ++i)
      ranges.push_back({i * parts() / count, (i + 1) * parts() / count});
    return ranges;
  }
};

// A case and its gradient in a graph of parameters, every node computed by one call of forward.
class Nodes {
 public:
  Nodes(const OpCase& c, DType dtype) {
    std::vector<Tensor> inputs, targets;
    for (Array& number : inputs_in(c, dtype)) {
      const bool real = is_floating(number.dtype());
      inputs.push_back(graph_.parameter(fmt::format("x{}", inputs.size()), std::move(number)));
      if (real) targets.push_back(inputs.back());
    }
    const Tensor y = c.f(inputs);
    if (c.differentiable) {
      const Array cotangent = cast(numbers(y.shape(), 0.7), y.dtype());
      build_grad(sum(mul(graph_.parameter("cotangent", cotangent), y)), targets, Unreached::zeros);
    }
    for (NodeId id = 0; id < static_cast<NodeId>(graph_.size()); ++id) compute(graph_.node(id));
  }

  // Calls f(step, value) for every node that an op computes.
  template <class F>
  void for_each(F&& f) {
    for (NodeId id = 0; id < static_cast<NodeId>(graph_.size()); ++id) {
      const Node& node = graph_.node(id);
      if (!node.op) continue;
      SCOPED_TRACE(fmt::format("node {}, {}", id, node.op->name()));
      f(step_of(node), values_[static_cast<std::size_t>(id)]);
    }
  }

 private:
  Step step_of(const Node& node) const {
    Step step{*node.op, node.inputs, {}, {}, node.type};
    for (const NodeId input : node.inputs) {
      step.inputs.push_back(values_[static_cast<std::size_t>(input)]);
      step.types.push_back(graph_.node(input).type);
    }
    return step;
  }

  void compute(const Node& node) {
    values_.push_back(node.value ? *node.value : Array(node.type.dtype, node.type.shape));
    if (!node.op) return;
    const Step step = step_of(node);
    step.op.forward(step.inputs, values_.back().view(), {0, step.parts()});
  }

  Graph graph_;
  std::vector<Array> values_;
};

class EveryForward : public ::testing::TestWithParam<OpCase> {};

INSTANTIATE_TEST_SUITE_P(Ops, EveryForward, ::testing::ValuesIn(op_cases()), name_of_case);

// Calls f(step, value) for every node of the case in both types.
template <class F>
void for_each_node(const OpCase& c, F&& f) {
  for (const DType dtype : {DType::float32, DType::float64}) Nodes(c, dtype).for_each(f);
}

TEST_P(EveryForward, GivesEachPartAsItGivesTheWhole) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    for (const std::int64_t count : {std::int64_t{2}, std::int64_t{3}, step.parts()}) {
      Memory together(step.type);
      std::int64_t written = 0;
      for (const Parts& range : step.split(count)) {
        Memory alone(step.type);
        step.op.forward(step.inputs, alone.view(), range);
        step.op.forward(step.inputs, together.view(), range);
        written += alone.written();
      }
      EXPECT_EQ(written, step.type.shape.size())
          << "split into " << count;  // nothing twice, nothing left out
      const double tolerance = step.type.dtype == DType::float64 ? 1e-12 : 1e-5;
      EXPECT_TRUE(step.is_product() ? close_to(together.view(), whole, tolerance)
                                    : same_bits(together.view(), whole))
          << "split into " << count;
    }
  });
}

// Outputs begin on a cache line; inputs need not.
TEST_P(EveryForward, GivesTheSameBitsFromInputsAtAnyAddress) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    std::vector<Memory> memory;
    std::vector<ConstView> inputs;
    for (const ConstView& input : step.inputs) memory.emplace_back(input, true);
    for (Memory& input : memory) inputs.push_back(input.view());
    Memory output(step.type);
    step.op.forward(inputs, output.view(), {0, step.parts()});
    EXPECT_TRUE(same_bits(output.view(), whole));
  });
}

TEST_P(EveryForward, GivesTheSameBitsOverAnInput) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      if (!step.op.may_overwrite(i) || step.types[i] != step.type) continue;
      Memory memory(step.inputs[i], false);
      std::vector<ConstView> inputs = step.inputs;
      for (std::size_t j = 0; j < inputs.size(); ++j)
        if (step.ids[j] == step.ids[i]) inputs[j] = memory.view();
      std::vector<Parts> ranges = step.split(step.parts());
      for (auto range = ranges.rbegin(); range != ranges.rend(); ++range)
        step.op.forward(inputs, memory.view(), *range);
      EXPECT_TRUE(same_bits(memory.view(), whole)) << "over input " << i;
    }
  });
}

// The same through a program, whose feeds are read where they lie.
TEST_P(EveryForward, TakesFeedsAtAnyAddress) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program(GetParam(), dtype);
    const Array cotangent = program.some_cotangent();
    const CaseValues aligned = program.run(cotangent);
    std::vector<Memory> memory;
    std::vector<ConstView> inputs;
    for (const Array& input : inputs_in(GetParam(), dtype)) memory.emplace_back(input, true);
    for (Memory& input : memory) inputs.push_back(input.view());
    const CaseValues shifted = program.run(inputs, Memory(cotangent, true).view());
    EXPECT_TRUE(same_bits(shifted.y, aligned.y));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_TRUE(same_bits(shifted.gradients[i], aligned.gradients[i])) << "input " << i;
  }
}

}  // namespace
}  // namespace gradtable::testing
