// Element-wise ops as one op, which keeps intermediate results in the cache.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// Several steps, each an element-wise op whose result has the shape of the output, computed one after the
// other for a block of elements, then for the next block. Before them there may be a head, an op whose output
// the steps take, such as a matrix product before its bias and activation.
class Fused final : public Op {
 public:
  // An operand of a step: an input of the fused op, the result of an earlier step, or that of the head.
  struct Operand {
    enum class From : std::uint8_t { input, step, head } from;
    std::size_t index = 0;
  };
  struct Step {
    std::shared_ptr<const Op> op;
    std::vector<Operand> operands;
    DType dtype;
  };

  static constexpr std::size_t kMostSteps = 16;
  static constexpr std::size_t kMostOperands = 32;  // of all steps
  static constexpr std::size_t kMostBlocks = 3;
  // Whether there is room for the results that lie between the steps.
  static bool fits(const std::vector<Step>& steps);

  // Of steps that fit, whose ops are elementwise() and may overwrite what they read. The head, of the type of
  // the output, reads the first inputs; without one it is null.
  Fused(std::shared_ptr<const Op> head, std::size_t head_inputs, std::vector<Step> steps,
        const TensorType& type);

  bool has_head() const { return head_ != nullptr; }
  const std::vector<Step>& steps() const { return steps_; }

  // The names of head and steps: "matmul+add_bias+relu".
  std::string_view name() const override { return name_; }
  // A number of its own: no two are taken for the same.
  std::vector<Attribute> attributes() const override { return {{"number", number_}}; }
  TensorType infer(std::span<const TensorType>) const override { return type_; }
  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override;
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  bool same_bits_in_every_range() const override { return !head_ || head_->same_bits_in_every_range(); }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override;
  bool may_overwrite(std::size_t input) const override;
  bool may_throw() const override;
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override;

 private:
  // Which block each step's result goes to; the last one's is the output. Empty when there are not enough.
  static std::vector<std::size_t> assign_blocks(const std::vector<Step>& steps);
  bool read_by_steps(std::size_t input) const;

  std::shared_ptr<const Op> head_;
  std::size_t head_inputs_;
  std::vector<Step> steps_;
  std::vector<std::size_t> blocks_;  // by step
  TensorType type_;
  std::string name_;
  std::int64_t number_;
};

}  // namespace gradtable::detail
