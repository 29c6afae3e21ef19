// Op::forward called as a team of threads and a memory plan may call it: in ranges of parts, at any address,
// and over an input. Checked of every node of every row of the table, its gradient included.
#include <algorithm>
#include <cstring>
#include <random>
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
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {
namespace {

// Memory full of a bit pattern that no op gives, `shift` elements past a cache line.
class Memory {
 public:
  explicit Memory(const TensorType& type, std::int64_t shift = 0)
      : buffer_(type.dtype, {type.shape.size() + shift}), type_(type), shift_(shift) {
    std::memset(buffer_.view().data, 0xFF, buffer_.type().bytes());
  }
  Memory(const ConstView& numbers, std::int64_t shift) : Memory(numbers.type, shift) {
    if (type_.bytes() > 0) std::memcpy(view().data, numbers.data, type_.bytes());
  }

  View view() {
    return {type_, static_cast<char*>(buffer_.view().data) +
                       static_cast<std::size_t>(shift_) * size_of(type_.dtype)};
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
  std::int64_t shift_;
};

// One node that an op computes.
struct Step {
  const Op& op;
  std::vector<NodeId> ids;
  std::vector<ConstView> inputs;
  std::vector<TensorType> types;
  TensorType type;

  std::int64_t parts() const { return op.parts(types, type); }
  // Whether the numbers are those of the whole: to the last bit, unless the op says that ranges change bits.
  ::testing::AssertionResult agree(const ConstView& found, const ConstView& whole) const {
    const double tolerance = type.dtype == DType::float64 ? 1e-12 : 1e-5;
    return op.same_bits_in_every_range() ? same_bits(found, whole) : close_to(found, whole, tolerance);
  }
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
      EXPECT_TRUE(step.agree(together.view(), whole)) << "split into " << count;
    }
  });
}

// Outputs begin on a cache line; inputs need not.
TEST_P(EveryForward, GivesTheSameBitsFromInputsAtAnyAddress) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    for (const std::int64_t shift : {1, 3, 8}) {
      std::vector<Memory> memory;
      std::vector<ConstView> inputs;
      for (const ConstView& input : step.inputs) memory.emplace_back(input, shift);
      for (Memory& input : memory) inputs.push_back(input.view());
      Memory output(step.type);
      step.op.forward(inputs, output.view(), {0, step.parts()});
      EXPECT_TRUE(same_bits(output.view(), whole)) << "shifted by " << shift;
    }
  });
}

// Cuts that follow no pattern: a part must not know what it is computed with.
TEST_P(EveryForward, GivesTheSameBitsInEveryRange) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    if (!step.op.same_bits_in_every_range()) return;
    std::mt19937 random(7);
    for (int round = 0; round < 8; ++round) {
      Memory together(step.type);
      for (std::int64_t begin = 0, end = 0; begin < step.parts(); begin = end) {
        const auto longest = static_cast<std::uint32_t>(std::min(step.parts() - begin, std::int64_t{40}));
        end = begin + 1 + static_cast<std::int64_t>(random() % longest);
        step.op.forward(step.inputs, together.view(), {begin, end});
      }
      EXPECT_TRUE(same_bits(together.view(), whole)) << "round " << round;
    }
  });
}

// All slices of the input but the part's own hold NaN, or labels that do not exist.
TEST_P(EveryForward, ReadsNothingButItsOwnSliceWhereItSaysSo) {
  for_each_node(GetParam(), [](const Step& step, const Array&) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      if (!step.op.reads_own_slice(i, step.types, step.type)) continue;
      const std::size_t bytes = step.types[i].bytes(), parts = static_cast<std::size_t>(step.parts());
      if (parts == 0) continue;
      ASSERT_EQ(bytes % parts, 0U) << "input " << i;
      for (const Parts& range : step.split(3)) {
        Memory poisoned(step.types[i]), alone(step.type), expected(step.type);
        const std::size_t begin = static_cast<std::size_t>(range.begin) * (bytes / parts);
        const std::size_t end = static_cast<std::size_t>(range.end) * (bytes / parts);
        std::memcpy(static_cast<char*>(poisoned.view().data) + begin,
                    static_cast<const char*>(step.inputs[i].data) + begin, end - begin);
        std::vector<ConstView> inputs = step.inputs;
        inputs[i] = poisoned.view();
        step.op.forward(inputs, alone.view(), range);
        step.op.forward(step.inputs, expected.view(), range);
        EXPECT_EQ(std::memcmp(alone.view().data, expected.view().data, step.type.bytes()), 0)
            << "input " << i << ", parts from " << range.begin;
      }
    }
  });
}

// As a chain of element-wise ops is computed, block by block: vectors of any length, and scalars.
TEST_P(EveryForward, GivesTheSameBitsFromVectorsWhereItIsElementwise) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    const auto is_like_output = [&](const TensorType& type) { return type == step.type; };
    const auto is_scalar = [](const TensorType& type) { return type.shape.rank() == 0; };
    if (!step.op.elementwise()) return;
    for (const TensorType& type : step.types)
      if (!is_like_output(type) && !is_scalar(type)) return;
    Memory together(step.type);
    const std::int64_t size = step.type.shape.size();
    const std::size_t bytes = size_of(step.type.dtype);
    for (std::int64_t begin = 0; begin < size; begin += 13) {
      const TensorType block{step.type.dtype, {std::min(size - begin, std::int64_t{13})}};
      const std::size_t offset = static_cast<std::size_t>(begin) * bytes;
      std::vector<ConstView> inputs = step.inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i)
        if (is_like_output(step.types[i]))
          inputs[i] = {block, static_cast<const char*>(step.inputs[i].data) + offset};
      const View output{block, static_cast<char*>(together.view().data) + offset};
      std::vector<TensorType> types;
      for (const ConstView& input : inputs) types.push_back(input.type);
      step.op.forward(inputs, output, {0, step.op.parts(types, block)});
    }
    EXPECT_TRUE(same_bits(together.view(), whole));
  });
}

TEST_P(EveryForward, GivesTheSameBitsOverAnInput) {
  for_each_node(GetParam(), [](const Step& step, const Array& whole) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      if (!step.op.may_overwrite(i) || step.types[i] != step.type) continue;
      Memory memory(step.inputs[i], 0);
      std::vector<ConstView> inputs = step.inputs;
      for (std::size_t j = 0; j < inputs.size(); ++j)
        if (step.ids[j] == step.ids[i]) inputs[j] = memory.view();
      std::vector<Parts> ranges = step.split(step.parts());
      for (auto range = ranges.rbegin(); range != ranges.rend(); ++range)
        step.op.forward(inputs, memory.view(), *range);
      EXPECT_TRUE(step.agree(memory.view(), whole)) << "over input " << i;
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
    for (const Array& input : inputs_in(GetParam(), dtype)) memory.emplace_back(input, 1);
    for (Memory& input : memory) inputs.push_back(input.view());
    const CaseValues shifted = program.run(inputs, Memory(cotangent, 1).view());
    EXPECT_TRUE(same_bits(shifted.y, aligned.y));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_TRUE(same_bits(shifted.gradients[i], aligned.gradients[i])) << "input " << i;
  }
}

}  // namespace
}  // namespace gradtable::testing
