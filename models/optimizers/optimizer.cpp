#include "gradtable/models/optimizers/optimizer.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/detail/named.hpp"
#include "gradtable/models/optimizers/adaptive.hpp"
#include "gradtable/models/optimizers/detail/step.hpp"
#include "gradtable/ops/elementwise.hpp"

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

// With the decay in the gradient, unless the optimizer decays weights itself.
Updates decayed_updates(const Options& options, const Optimizer& optimizer, GradTable gradients,
                        const Operand& rate) {
  if (options.weight_decay && !optimizer.decays_weights)
    gradients = weight_decay(gradients, *options.weight_decay, options.penalized);
  return optimizer.updates(options, gradients, rate);
}

void require_groups(const Options& options) {
  for (const ParameterGroup& group : options.groups) {
    if (group.names.empty()) throw ConfigError("optimizer: groups: expected names of parameters, got none");
    detail::require_positive("optimizer: groups", "rate", group.rate);
    if (group.frozen && (group.rate != 1 || group.weight_decay))
      throw ConfigError(
          fmt::format("optimizer: groups: expected no rate and no weight_decay of {}, which is frozen",
                      in_quotes(group.names)));
    if (group.weight_decay)
      detail::require_not_negative("optimizer: groups", "weight_decay", *group.weight_decay);
  }
}

bool has_name(const ParameterGroup& group, const Tensor& parameter) {
  return fnmatch(group.names.c_str(), parameter.node().name.c_str(), 0) == 0;
}

// The index of a parameter's group, or groups.size() for a parameter in none.
std::size_t group_of(const Options& options, const Tensor& parameter) {
  const auto found =
      std::ranges::find_if(options.groups, [&](const auto& group) { return has_name(group, parameter); });
  return static_cast<std::size_t>(found - options.groups.begin());
}

template <class Condition>
GradTable entries_with(const GradTable& table, const Condition& condition) {
  std::vector<GradTable::Entry> entries;
  for (const GradTable::Entry& entry : table)
    if (condition(entry.target)) entries.push_back(entry);
  return GradTable(std::move(entries));
}

GradTable without_frozen(const Options& options, const GradTable& table) {
  return entries_with(table, [&](const Tensor& target) {
    const std::size_t group = group_of(options, target);
    return group == options.groups.size() || !options.groups[group].frozen;
  });
}

GradTable part_of(const Options& options, const GradTable& table, std::size_t group) {
  return entries_with(table, [&](const Tensor& target) { return group_of(options, target) == group; });
}

Options options_of(Options options, std::size_t group) {
  if (group < options.groups.size() && options.groups[group].weight_decay) {
    options.weight_decay = options.groups[group].weight_decay;
    options.penalized = Penalized::all;  // the group says what decays: biases in it too
  }
  return options;
}

Operand rate_of(const Options& options, std::size_t group, const Operand& rate) {
  const double factor = group < options.groups.size() ? options.groups[group].rate : 1;
  if (factor == 1) return rate;
  return rate.number ? Operand(*rate.number * factor) : Operand(scale(rate.value, factor));
}

std::string list_of(const std::vector<Tensor>& parameters) {
  std::vector<std::string> names;
  for (const Tensor& parameter : parameters) names.push_back(parameter.node().name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const Optimizer& optimizer : optimizers()) names.emplace_back(optimizer.name);
  return names;
}

std::vector<Tensor> learned_parameters(const Options& options, const std::vector<Tensor>& parameters) {
  std::vector<Tensor> learned;
  std::vector<bool> is_used(options.groups.size(), false);
  for (const Tensor& parameter : parameters) {
    const std::size_t group = group_of(options, parameter);
    if (group < is_used.size()) is_used[group] = true;
    if (group == options.groups.size() || !options.groups[group].frozen) learned.push_back(parameter);
  }
  const auto unused = std::ranges::find(is_used, false);
  if (unused != is_used.end())
    throw ConfigError(fmt::format(
        "optimizer: groups: expected a pattern of {} that no group before has, got {}", list_of(parameters),
        in_quotes(options.groups[static_cast<std::size_t>(unused - is_used.begin())].names)));
  if (learned.empty())
    throw ConfigError("optimizer: groups: expected a parameter that is not frozen, got none");
  return learned;
}

Updates make_updates(const Options& options, const GradTable& table, const Tensor& learning_rate) {
  const Optimizer& optimizer = detail::find_named("optimizer", options.type, optimizers());
  require_own(options, optimizer);
  require_groups(options);
  GradTable gradients = without_frozen(options, table);
  if (options.clip_value) gradients = clip_value(gradients, *options.clip_value);
  if (options.clip_norm) gradients = clip_norm(gradients, *options.clip_norm);
  if (options.l1) gradients = l1_decay(gradients, *options.l1, options.penalized);
  const Operand rate = learning_rate.empty() ? Operand(options.learning_rate) : Operand(learning_rate);
  Updates all;
  for (std::size_t group = 0; group <= options.groups.size(); ++group) {
    const GradTable part = part_of(options, gradients, group);
    const bool is_rest = group == options.groups.size();  // made even when empty, since it checks the numbers
    if (part.size() == 0 && !is_rest) continue;
    const Updates updates =
        decayed_updates(options_of(options, group), optimizer, part, rate_of(options, group, rate));
    all.insert(all.end(), updates.begin(), updates.end());
  }
  return all;
}

void require_valid(const Options& options) {
  make_updates(options, GradTable({}));
}

}  // namespace gradtable
