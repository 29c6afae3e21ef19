#include "gradtable/models/optimizers/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/optimizers/detail/step.hpp"

namespace gradtable {
namespace {

void require_rate(std::string_view schedule, double rate) {
  detail::require_positive(schedule, "learning rate", rate);
}

void require_steps(std::string_view schedule, std::int64_t steps) {
  if (steps < 1) throw ConfigError(fmt::format("{}: expected at least 1 step, got {}", schedule, steps));
}

}  // namespace

Schedule constant_schedule(double rate) {
  require_rate("constant_schedule", rate);
  return [=](std::int64_t) { return rate; };
}

Schedule step_schedule(double rate, std::int64_t every, double factor) {
  require_rate("step_schedule", rate);
  require_steps("step_schedule", every);
  detail::require_factor("step_schedule", "a factor", factor);
  return [=](std::int64_t done) { return rate * std::pow(factor, static_cast<double>(done / every)); };
}

Schedule exponential_schedule(double rate, double factor) {
  require_rate("exponential_schedule", rate);
  detail::require_factor("exponential_schedule", "a factor", factor);
  return [=](std::int64_t done) { return rate * std::pow(factor, static_cast<double>(done)); };
}

Schedule cosine_schedule(double rate, std::int64_t steps, double least) {
  require_rate("cosine_schedule", rate);
  require_steps("cosine_schedule", steps);
  detail::require_not_negative("cosine_schedule", "least rate", least);
  if (least > rate)
    throw ConfigError(
        fmt::format("cosine_schedule: expected a least rate of at most {}, got {}", rate, least));
  return [=](std::int64_t done) {
    const double part = static_cast<double>(std::min(done, steps)) / static_cast<double>(steps);
    return least + (rate - least) * (1 + std::cos(std::numbers::pi * part)) / 2;
  };
}

Schedule warm_up(std::int64_t steps, Schedule then) {
  require_steps("warm_up", steps);
  return [steps, then = std::move(then)](std::int64_t done) {
    if (done >= steps) return then(done - steps);
    return then(0) * static_cast<double>(done + 1) / static_cast<double>(steps + 1);
  };
}

}  // namespace gradtable
