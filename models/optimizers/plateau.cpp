#include "gradtable/models/optimizers/plateau.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/optimizers/detail/step.hpp"

namespace gradtable {
namespace {

void require_count(std::string_view name, std::int64_t value) {
  if (value < 0) throw ConfigError(fmt::format("plateau: expected a {} of at least 0, got {}", name, value));
}

}  // namespace

Plateau::Plateau(double rate, const PlateauOptions& options) : options_(options) {
  detail::require_positive("plateau", "learning rate", rate);
  detail::require_factor("plateau", "a factor", options.factor);
  detail::require_not_negative("plateau", "threshold", options.threshold);
  detail::require_not_negative("plateau", "least rate", options.least);
  require_count("patience", options.patience);
  require_count("cooldown", options.cooldown);
  state_.rate = rate;
}

double Plateau::next(double metric) {
  if (is_better(metric)) {
    state_.best = metric;
    state_.worse = 0;
  } else {
    ++state_.worse;
  }
  if (state_.remaining > 0) {
    --state_.remaining;
    state_.worse = 0;
  }
  if (state_.worse > options_.patience) {
    state_.rate = std::min(state_.rate, std::max(state_.rate * options_.factor, options_.least));
    state_.remaining = options_.cooldown;
    state_.worse = 0;
  }
  return state_.rate;
}

bool Plateau::is_better(double metric) const {
  if (!std::isfinite(state_.best)) return std::isfinite(metric);
  const double by = options_.better == Better::lower ? state_.best - metric : metric - state_.best;
  return by > options_.threshold * std::abs(state_.best);
}

}  // namespace gradtable
