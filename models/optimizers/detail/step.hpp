// What optimizers share: the ranges of their numbers, the learning rate, and the state that they keep.
#pragma once

#include <string_view>
#include <vector>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/update.hpp"
#include "gradtable/ops/operand.hpp"

namespace gradtable::detail {

// Throw ConfigError("adam: expected beta1 from 0 to below 1, got 1") for a value that is not finite and
// from 0 to below 1; above 0 and at most 1; above 0; at least 0. `where` is the function that was called.
void require_fraction(std::string_view where, std::string_view name, double value);
void require_factor(std::string_view where, std::string_view name, double value);
void require_positive(std::string_view where, std::string_view name, double value);
void require_not_negative(std::string_view where, std::string_view name, double value);

// The length of a step: a number above 0 (ConfigError), or a scalar of the graph, float32 or float64
// (ShapeError).
class StepSize {
 public:
  StepSize(std::string_view optimizer, const Operand& rate);

  // To be multiplied with tensors of this type.
  Operand as(DType dtype) const;

 private:
  Operand rate_;
};

// A kind of state of an optimizer for a parameter, and the numbers that it can hold.
struct StateKind {
  enum class Numbers { any, not_negative, updates, summed };  // the last two: OptimizerCounts
  std::string_view what;
  Numbers numbers;
};

inline constexpr StateKind kVelocity{"velocity", StateKind::Numbers::any};
inline constexpr StateKind kFirstMoment{"first moment", StateKind::Numbers::any};
inline constexpr StateKind kSecondMoment{"second moment", StateKind::Numbers::not_negative};
inline constexpr StateKind kSquares{"squares", StateKind::Numbers::not_negative};
inline constexpr StateKind kMeanSquare{"mean square", StateKind::Numbers::not_negative};
inline constexpr StateKind kSteps{"steps", StateKind::Numbers::updates};
inline constexpr StateKind kGradientSum{"gradient sum", StateKind::Numbers::any};
inline constexpr StateKind kGradientWeights{"gradient weights", StateKind::Numbers::summed};
inline constexpr StateKind kStateKinds[] = {kVelocity,   kFirstMoment, kSecondMoment, kSquares,
                                            kMeanSquare, kSteps,       kGradientSum,  kGradientWeights};

// The parameter "<what> of <owner>" of this type: the one that is there already, else a new one of zeros.
// Throws GraphError when the name is taken by something else.
Tensor state(const StateKind& kind, const Tensor& owner, const TensorType& type);

// The updates that rule(target, gradient) gives, for each target of the table, its own and its state's, one
// after the other.
template <class Rule>
std::vector<Update> for_each_target(const GradTable& table, const Rule& rule) {
  std::vector<Update> updates;
  for (const auto& [target, gradient] : table) {
    const Graph::Scope scope(target.graph(), Phase::update, target.id());
    for (const Update& update : rule(target, gradient)) updates.push_back(update);
  }
  return updates;
}

}  // namespace gradtable::detail
