// The losses that a config can ask for, and what goes with each.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace classifier {

struct LossRule {
  std::string name;
  std::vector<std::string> outputs;  // the activations of the last layer that it takes; none here: all
  bool takes_label_smoothing = false;
};

inline const std::vector<LossRule>& loss_rules() {
  static const std::vector<LossRule> kAll = {{"softmax_cross_entropy", {"linear"}, true},
                                             {"cross_entropy", {"softmax"}},
                                             {"squared_error", {}},
                                             {"misclassification_probability", {"softmax", "sigmoid"}},
                                             {"expected_squared_distance", {"softmax", "sigmoid"}},
                                             {"multiclass_hinge", {"linear"}},
                                             {"binary_cross_entropy", {"linear"}}};
  return kAll;
}

// `name` is one of them.
inline const LossRule& loss_rule(std::string_view name) {
  return *std::ranges::find(loss_rules(), name, &LossRule::name);
}

}  // namespace classifier
