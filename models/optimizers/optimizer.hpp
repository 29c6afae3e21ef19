// Optimizers by name, for configs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/optimizers/gradients.hpp"
#include "gradtable/models/optimizers/sgd.hpp"

namespace gradtable {

// Parameters with numbers of their own: the layers of a network that was trained before, with a small rate or
// none; biases without decay.
struct ParameterGroup {
  std::string names;                        // of parameters, as a pattern of the shell: "W1", "b*"
  double rate = 1;                          // the learning rate times this, above 0
  std::optional<double> weight_decay = {};  // of all of them, in place of the options'
  bool frozen = false;                      // they stay as they are; running statistics still change
};

// An option that is not given is not applied, such as the decay of weights, of adamw too. Numbers of an
// optimizer's own have the defaults of its function.
struct OptimizerOptions {
  std::string type = "sgd";  // one of optimizer_names()
  double learning_rate = 0.1;
  std::optional<double> momentum = {};  // of momentum and nesterov
  std::optional<double> alpha = {};     // of rmsprop
  std::optional<double> beta1 = {};     // of adam and adamw, as beta2
  std::optional<double> beta2 = {};
  std::optional<double> epsilon = {};  // of adagrad, rmsprop, adam and adamw

  // In this order before the optimizer; but adamw decays weights in its own way.
  std::optional<double> clip_value = {};
  std::optional<double> clip_norm = {};
  std::optional<double> l1 = {};
  std::optional<double> weight_decay = {};
  Penalized penalized = Penalized::all;  // by l1 and weight_decay

  // A parameter belongs to the first group that has its name, or to none.
  std::vector<ParameterGroup> groups = {};
};

// "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"
std::vector<std::string> optimizer_names();

// The updates of the optimizer of this name, with clipping and penalties before it. With a learning rate
// given, a scalar of the graph, it stands in for that of the options, and schedules can change it. Clipping
// is of all parameters together that are not frozen; the others of the table get no update. Throws
// ConfigError with the known names for others, for an option that the optimizer does not have, and for
// numbers out of range; what the optimizer throws passes through.
std::vector<Update> make_updates(const OptimizerOptions& options, const GradTable& table,
                                 const Tensor& learning_rate = {});

// Those of a network's parameters that no group freezes, in their order. Throws ConfigError when there are
// none, and for a group that has none of the parameters.
std::vector<Tensor> learned_parameters(const OptimizerOptions& options,
                                       const std::vector<Tensor>& parameters);

// Throws the ConfigError of make_updates, before there is a graph.
void require_valid(const OptimizerOptions& options);

}  // namespace gradtable
