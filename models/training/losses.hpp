// Losses by name, for configs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/data/dataset.hpp"

namespace gradtable {

struct NamedLoss {
  std::string_view name;
  Targets targets;
  // The activations of a network's last layer that it takes, of output_activations(); none: any of them.
  std::span<const std::string_view> outputs;
  bool smooths_labels;  // whether it takes a label smoothing above 0
  // The mean over the m examples: of outputs (m,k) and int32 labels (m), or of outputs and real targets of
  // one shape (m,...).
  Tensor (*mean)(const Tensor& outputs, const Tensor& targets, double label_smoothing, Location at);
  bool gives_probabilities;  // whether `probabilities` are such, or plain outputs
  // What the outputs (m,k) say of each class.
  Tensor (*probabilities)(const Tensor& outputs, Location at);
};

// Whether the loss takes outputs of this activation of a network's last layer.
bool takes_outputs(const NamedLoss& loss, std::string_view activation);

// Of classes:
// "softmax_cross_entropy": -ln softmax(s)_T of scores s, for label T
// "cross_entropy": -ln(p_T + eps) of probabilities p, as softmax gives them
// "squared_error": 1/2 sum_j (y_j - t_j)^2, where t_j is 1 for j = T, and else 0
// "misclassification_probability": 1 - p_T
// "expected_squared_distance": sum_j p_j (j - T)^2
// "multiclass_hinge": sum over j != T of max(0, 1 + s_j - s_T)
// "binary_cross_entropy": sum_j -(t_j ln q_j + (1 - t_j) ln(1 - q_j)), with q = sigmoid(s) of scores s
// Of real numbers, with means over the numbers of an example too:
// "mean_squared_error": (y - t)^2
// "mean_absolute_error": |y - t|
std::span<const NamedLoss> named_losses();

// Their names: all of them, or those of one kind of targets.
std::vector<std::string> loss_names(std::optional<Targets> targets = {});

// Throws ConfigError with the known names for others.
const NamedLoss& find_loss(std::string_view name);

}  // namespace gradtable
