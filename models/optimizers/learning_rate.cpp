#include "gradtable/models/optimizers/learning_rate.hpp"

#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/detail/named.hpp"

namespace gradtable {
namespace {

struct Kind {
  std::string_view name;
  double factor;  // by default
  Schedule (*schedule)(const ScheduleOptions& options, double rate, double factor, std::int64_t per_epoch);
};

Schedule constant(const ScheduleOptions&, double rate, double, std::int64_t) {
  return constant_schedule(rate);
}

Schedule step(const ScheduleOptions& options, double rate, double factor, std::int64_t per_epoch) {
  return step_schedule(rate, options.every * per_epoch, factor);
}

Schedule exponential(const ScheduleOptions&, double rate, double factor, std::int64_t per_epoch) {
  return exponential_schedule(rate, std::pow(factor, 1 / static_cast<double>(per_epoch)));
}

Schedule cosine(const ScheduleOptions& options, double rate, double, std::int64_t per_epoch) {
  return cosine_schedule(rate, (options.epochs - options.warmup_epochs) * per_epoch, options.least);
}

constexpr Kind kKinds[] = {{"constant", 0.1, constant},
                           {"step", 0.1, step},
                           {"exponential", 0.95, exponential},
                           {"cosine", 0.1, cosine},
                           {"plateau", 0.1, constant}};

const Kind& kind_of(const ScheduleOptions& options) {
  return detail::find_named<Kind>("schedule", options.type, kKinds);
}

double factor_of(const ScheduleOptions& options) {
  return options.factor.value_or(kind_of(options).factor);
}

void require_warm_up(const ScheduleOptions& options) {
  if (options.warmup_epochs < 0)
    throw ConfigError(
        fmt::format("schedule: expected 0 or more warm-up epochs, got {}", options.warmup_epochs));
  if (options.type == "cosine" && options.epochs > 0 && options.warmup_epochs >= options.epochs)
    throw ConfigError(fmt::format("schedule: expected fewer warm-up epochs than the {} of the cosine, got {}",
                                  options.epochs, options.warmup_epochs));
}

}  // namespace

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

LearningRate::LearningRate(double rate, const ScheduleOptions& options, Better better)
    : options_(options),
      plateau_(rate, {.better = better,
                      .factor = factor_of(options),
                      .patience = options.patience,
                      .least = options.least}) {
  require_warm_up(options);
  schedule(1);
}

Schedule LearningRate::schedule(std::int64_t per_epoch) const {
  Schedule chosen = kind_of(options_).schedule(options_, plateau_.rate(), factor_of(options_), per_epoch);
  return options_.warmup_epochs > 0 ? warm_up(options_.warmup_epochs * per_epoch, std::move(chosen)) : chosen;
}

void LearningRate::end_epoch(double metric) {
  if (options_.type == "plateau") plateau_.next(metric);
}

}  // namespace gradtable
