#include "gradtable/models/optimizers/optimizer.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "gradtable/models/detail/named.hpp"
#include "gradtable/models/optimizers/adaptive.hpp"
#include "gradtable/models/optimizers/detail/step.hpp"

namespace gradtable {
namespace {

using Updates = std::vector<Update>;
using Options = OptimizerOptions;
using Option = std::optional<double> Options::*;

struct NamedOption {
  std::string_view name;
  Option option;
};

// Those that some optimizers have, and others not.
constexpr NamedOption kOwn[] = {{"momentum", &Options::momentum},
                                {"alpha", &Options::alpha},
                                {"beta1", &Options::beta1},
                                {"beta2", &Options::beta2},
                                {"epsilon", &Options::epsilon}};

struct Optimizer {
  std::string_view name;
  std::vector<Option> has;
  Updates (*updates)(const Options& options, const GradTable& table, const Operand& rate);
  bool decays_weights = false;  // by itself, not by way of the gradient
};

Updates make_momentum(const Options& options, const GradTable& table, const Operand& rate) {
  return momentum(table, rate, options.momentum.value_or(0.9));
}

Updates make_nesterov(const Options& options, const GradTable& table, const Operand& rate) {
  return nesterov(table, rate, options.momentum.value_or(0.9));
}

Updates make_adagrad(const Options& options, const GradTable& table, const Operand& rate) {
  return adagrad(table, rate, options.epsilon.value_or(1e-10));
}

Updates make_rmsprop(const Options& options, const GradTable& table, const Operand& rate) {
  return rmsprop(table, rate, options.alpha.value_or(0.99), options.epsilon.value_or(1e-8));
}

// The moments' options, of AdamOptions or AdamWOptions.
template <class Adam>
Adam with_moments(const Options& options, Adam adam) {
  adam.beta1 = options.beta1.value_or(adam.beta1);
  adam.beta2 = options.beta2.value_or(adam.beta2);
  adam.epsilon = options.epsilon.value_or(adam.epsilon);
  return adam;
}

Updates make_adam(const Options& options, const GradTable& table, const Operand& rate) {
  return adam(table, rate, with_moments(options, AdamOptions{}));
}

Updates make_adamw(const Options& options, const GradTable& table, const Operand& rate) {
  AdamWOptions adam = with_moments(options, AdamWOptions{});
  adam.weight_decay = options.weight_decay.value_or(0);
  adam.penalized = options.penalized;
  return adamw(table, rate, adam);
}

std::span<const Optimizer> optimizers() {
  static const std::vector<Option> kMoments = {&Options::beta1, &Options::beta2, &Options::epsilon};
  static const Optimizer kAll[] = {
      {"sgd", {}, [](const Options&, const GradTable& t, const Operand& rate) { return sgd(t, rate); }},
      {"momentum", {&Options::momentum}, make_momentum},
      {"nesterov", {&Options::momentum}, make_nesterov},
      {"adagrad", {&Options::epsilon}, make_adagrad},
      {"rmsprop", {&Options::alpha, &Options::epsilon}, make_rmsprop},
      {"adam", kMoments, make_adam},
      {"adamw", kMoments, make_adamw, true}};
  return kAll;
}

// "momentum and nesterov do"
std::string those_with(Option option) {
  std::vector<std::string_view> names;
  for (const Optimizer& each : optimizers())
    if (std::ranges::find(each.has, option) != each.has.end()) names.push_back(each.name);
  if (names.size() == 1) return fmt::format("{} does", names.front());
  return fmt::format("{} and {} do", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

void require_own(const Options& options, const Optimizer& optimizer) {
  for (const auto& [name, option] : kOwn) {
    if ((options.*option).has_value() && std::ranges::find(optimizer.has, option) == optimizer.has.end())
      throw ConfigError(fmt::format("{} has no option {} (got {}); {}", optimizer.name, name,
                                    *(options.*option), those_with(option)));
  }
}

}  // namespace

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const Optimizer& optimizer : optimizers()) names.emplace_back(optimizer.name);
  return names;
}

Updates make_updates(const Options& options, const GradTable& table, const Tensor& learning_rate) {
  const Optimizer& optimizer = detail::find_named("optimizer", options.type, optimizers());
  require_own(options, optimizer);
  GradTable gradients = table;
  if (options.clip_value) gradients = clip_value(gradients, *options.clip_value);
  if (options.clip_norm) gradients = clip_norm(gradients, *options.clip_norm);
  if (options.l1) gradients = l1_decay(gradients, *options.l1, options.penalized);
  if (options.weight_decay && !optimizer.decays_weights)
    gradients = weight_decay(gradients, *options.weight_decay, options.penalized);
  const Operand rate = learning_rate.empty() ? Operand(options.learning_rate) : Operand(learning_rate);
  return optimizer.updates(options, gradients, rate);
}

void require_valid(const Options& options) {
  make_updates(options, GradTable({}));
}

}  // namespace gradtable
