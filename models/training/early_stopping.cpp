#include "gradtable/models/training/early_stopping.hpp"

#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable {

EarlyStopping::EarlyStopping(Better better, std::int64_t patience) : better_(better), patience_(patience) {
  if (patience < 0)
    throw ConfigError(fmt::format("early stopping: expected a patience of at least 0, got {}", patience));
}

bool EarlyStopping::is_best(std::int64_t epoch, double metric) {
  const bool first = std::isnan(state_.best) && !std::isnan(metric);
  const bool better = better_ == Better::lower ? metric < state_.best : metric > state_.best;
  if (first || better)
    state_ = {metric, epoch, 0};
  else
    ++state_.waited;
  return state_.waited == 0;
}

}  // namespace gradtable
