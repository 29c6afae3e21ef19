#include "gradtable/models/optimizers/divergence.hpp"

#include <cmath>

#include <fmt/format.h>

namespace gradtable {

std::string loss_found(const NotFiniteError& error) {
  const bool elsewhere = !error.first.empty() && !error.first.ends_with("loss");  // a network's has a prefix
  const std::string found = std::isnan(error.found) ? "nan" : fmt::format("{}", error.found);  // not "-nan"
  return elsewhere ? fmt::format("{}, first not finite in {}", found, error.first) : found;
}

std::string diverged(std::string_view found, const OptimizerOptions& optimizer) {
  return fmt::format("the training diverged: {}; learning rate {}: try a smaller one, or {}clip_norm", found,
                     optimizer.learning_rate, optimizer.clip_norm ? "a smaller " : "");
}

std::string diverged(const NotFiniteError& error, const OptimizerOptions& optimizer, bool has_learned) {
  const std::string loss = loss_found(error);
  return has_learned ? diverged(fmt::format("loss {}", loss), optimizer)
                     : fmt::format("expected a finite loss of the first parameters, got {}", loss);
}

}  // namespace gradtable
