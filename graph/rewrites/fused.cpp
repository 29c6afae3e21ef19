#include "gradtable/graph/rewrites/fused.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace gradtable::detail {
namespace {

using Step = Fused::Step;
using Operand = Fused::Operand;

// 8 KB of float32: several such blocks stay in the first cache.
constexpr std::int64_t kBlockElements = 2048;
constexpr std::size_t kBlockBytes = static_cast<std::size_t>(kBlockElements) * 8;

// The length of the last axis, along which vectors lie that are repeated for every row.
std::int64_t row_length(const Shape& shape) {
  return shape.rank() == 0 ? 1 : shape[-1];
}

std::int64_t row_count(const Shape& shape) {
  return shape.size() == 0 ? 0 : shape.size() / row_length(shape);
}

// A block of the output: `rows` rows of `length` elements that lie one after the other, or one stretch of
// elements when rows is 1. `column` is where in its row it begins.
struct Block {
  std::int64_t begin;
  std::int64_t rows;
  std::int64_t length;
  std::int64_t column;

  Shape shape() const { return rows == 1 ? Shape{length} : Shape{rows, length}; }
};

// Calls f for blocks that cover the elements [begin, end). Where there are vectors, they are whole rows, or
// stretches of one.
template <class F>
void for_blocks(std::int64_t begin, std::int64_t end, std::int64_t row, bool vectors, F&& f) {
  const bool by_rows = vectors && row <= kBlockElements;
  const std::int64_t step = by_rows ? kBlockElements / row * row : kBlockElements;
  while (begin < end) {
    const std::int64_t column = vectors ? begin % row : 0;
    std::int64_t count = std::min(step, end - begin);
    if (vectors && !by_rows) count = std::min(count, row - column);
    f(by_rows ? Block{begin, count / row, row, 0} : Block{begin, 1, count, column});
    begin += count;
  }
}

// One call of forward: the views that the steps get, made once for all blocks of one shape.
class Run {
 public:
  Run(std::span<const ConstView> inputs, const View& output, const std::vector<Step>& steps,
      const std::vector<std::size_t>& blocks)
      : inputs_(inputs), output_(output), steps_(steps), blocks_(blocks) {}

  void block(const Block& block) {
    if (block.length != length_ || block.rows != rows_) prepare(block);
    std::byte* const out = static_cast<std::byte*>(output_.data) + offset(output_.dtype(), block.begin);
    results_[steps_.size() - 1].data = out;
    const ConstView* view = operands_.data();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const std::span<const ConstView> own(view, steps_[i].operands.size());
      for (const Operand& operand : steps_[i].operands)
        operands_[static_cast<std::size_t>(view++ - operands_.data())].data = address(operand, block, out);
      steps_[i].op->forward(own, results_[i], parts_[i]);
    }
  }

 private:
  static std::ptrdiff_t offset(DType dtype, std::int64_t elements) {
    return elements * static_cast<std::ptrdiff_t>(size_of(dtype));
  }

  // All but the addresses, which are those of each block.
  void prepare(const Block& block) {
    rows_ = block.rows;
    length_ = block.length;
    const Shape shape = block.shape();
    std::size_t next = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      std::array<TensorType, Fused::kMostOperands> types;
      std::size_t count = 0;
      for (const Operand& operand : steps_[i].operands) {
        types[count] = {dtype_of_operand(operand), shape_of_operand(operand, shape)};
        operands_[next++].type = types[count++];
      }
      results_[i] = {{steps_[i].dtype, shape}, memory_[blocks_[i]].data()};
      parts_[i] = {0, steps_[i].op->parts(std::span(types).first(count), results_[i].type)};
    }
  }

  DType dtype_of_operand(const Operand& operand) const {
    if (operand.from == Operand::From::head) return output_.dtype();
    return operand.from == Operand::From::step ? steps_[operand.index].dtype : inputs_[operand.index].dtype();
  }

  Shape shape_of_operand(const Operand& operand, const Shape& block) const {
    if (operand.from != Operand::From::input) return block;
    const Shape& input = inputs_[operand.index].shape();
    if (input == output_.shape()) return block;
    if (input.rank() == 0) return {};
    return input.size() == 1 ? Shape{1} : Shape{length_};
  }

  const void* address(const Operand& operand, const Block& block, const void* out) const {
    if (operand.from == Operand::From::head) return out;
    if (operand.from == Operand::From::step) return results_[operand.index].data;
    const ConstView& input = inputs_[operand.index];
    if (input.shape().size() == 1) return input.data;
    const std::int64_t first = input.shape() == output_.shape() ? block.begin : block.column;
    return static_cast<const std::byte*>(input.data) + offset(input.dtype(), first);
  }

  std::span<const ConstView> inputs_;
  const View& output_;
  const std::vector<Step>& steps_;
  const std::vector<std::size_t>& blocks_;
  std::int64_t rows_ = -1;
  std::int64_t length_ = -1;
  alignas(64) std::array<std::array<std::byte, kBlockBytes>, Fused::kMostBlocks> memory_;
  std::array<View, Fused::kMostSteps> results_;  // by step
  std::array<Parts, Fused::kMostSteps> parts_;
  std::array<ConstView, Fused::kMostOperands> operands_;  // of one step after the other
};

std::string joined_names(const Op* head, const std::vector<Step>& steps) {
  std::string name(head ? head->name() : std::string_view());
  for (const Step& step : steps) {
    if (!name.empty()) name += '+';
    name += step.op->name();
  }
  return name;
}

}  // namespace

Fused::Fused(std::shared_ptr<const Op> head, std::size_t head_inputs, std::vector<Step> steps,
             const TensorType& type)
    : head_(std::move(head)),
      head_inputs_(head_inputs),
      steps_(std::move(steps)),
      blocks_(assign_blocks(steps_)),
      type_(type),
      name_(joined_names(head_.get(), steps_)) {
  static std::atomic<std::int64_t> count = 0;
  number_ = ++count;
}

bool Fused::fits(const std::vector<Step>& steps) {
  std::size_t operands = 0;
  for (const Step& step : steps) operands += step.operands.size();
  return steps.size() <= kMostSteps && operands <= kMostOperands && !assign_blocks(steps).empty();
}

std::vector<std::size_t> Fused::assign_blocks(const std::vector<Step>& steps) {
  std::vector<std::size_t> last_use(steps.size(), 0);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const Operand& operand : steps[i].operands) {
      if (operand.from == Operand::From::step) last_use[operand.index] = i;
    }
  }
  // Which step's result lies in each block.
  std::array<std::optional<std::size_t>, kMostBlocks> held{};
  std::vector<std::size_t> blocks;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    // A step may overwrite a block that it is the last reader of, if its own elements are of that type.
    const auto block = std::ranges::find_if(held, [&](const std::optional<std::size_t>& result) {
      if (!result || last_use[*result] < i) return true;
      return last_use[*result] == i && steps[*result].dtype == steps[i].dtype;
    });
    if (block == held.end()) return {};
    *block = i;
    blocks.push_back(static_cast<std::size_t>(block - held.begin()));
  }
  blocks.push_back(0);  // of the last step: not used
  return blocks;
}

std::int64_t Fused::parts(std::span<const TensorType> inputs, const TensorType& output) const {
  if (output.shape.size() == 0) return 0;
  const auto is_vector = [&](const TensorType& type) {
    return type.shape != output.shape && type.shape.size() != 1;
  };
  if (head_ || std::ranges::any_of(inputs, is_vector)) return row_count(output.shape);
  return output.shape.size();
}

void Fused::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const Shape& shape = output.shape();
  const std::int64_t row = row_length(shape);
  bool vectors = false;
  for (std::size_t i = head_inputs_; i < inputs.size(); ++i)
    vectors = vectors || (inputs[i].shape() != shape && inputs[i].shape().size() != 1);
  const std::int64_t part = head_ || vectors ? row : 1;
  if (head_) {
    const std::span<const ConstView> factors = inputs.first(head_inputs_);
    std::array<TensorType, 8> types;
    for (std::size_t i = 0; i < factors.size(); ++i) types[i] = factors[i].type;
    const std::int64_t per_row =
        head_->parts(std::span(types).first(factors.size()), output.type) / row_count(shape);
    head_->forward(factors, output, {parts.begin * per_row, parts.end * per_row});
  }
  Run run(inputs, output, steps_, blocks_);
  for_blocks(parts.begin * part, parts.end * part, row, vectors,
             [&](const Block& block) { run.block(block); });
}

bool Fused::read_by_steps(std::size_t input) const {
  const auto reads = [&](const Operand& operand) {
    return operand.from == Operand::From::input && operand.index == input;
  };
  return std::ranges::any_of(steps_,
                             [&](const Step& step) { return std::ranges::any_of(step.operands, reads); });
}

bool Fused::reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                            const TensorType& output) const {
  if (read_by_steps(input) && inputs[input].shape != output.shape) return false;
  return input >= head_inputs_ || head_->reads_own_slice(input, inputs.first(head_inputs_), output);
}

bool Fused::may_overwrite(std::size_t input) const {
  if (!head_) return true;
  return input < head_inputs_ && head_->may_overwrite(input) && !read_by_steps(input);
}

bool Fused::may_throw() const {
  return (head_ && head_->may_throw()) ||
         std::ranges::any_of(steps_, [](const Step& step) { return step.op->may_throw(); });
}

double Fused::flops(std::span<const TensorType> inputs, const TensorType& output) const {
  double sum = head_ ? head_->flops(inputs.first(head_inputs_), output) : 0;
  for (const Step& step : steps_) {
    const std::vector<TensorType> operands(step.operands.size(), TensorType{step.dtype, output.shape});
    sum += step.op->flops(operands, {step.dtype, output.shape});
  }
  return sum;
}

}  // namespace gradtable::detail
