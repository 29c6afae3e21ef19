// Messages about a training that diverged, each with a remedy.
#pragma once

#include <string>
#include <string_view>

#include "gradtable/graph/program.hpp"
#include "gradtable/models/optimizers/optimizer.hpp"

namespace gradtable {

// "inf, first not finite in W1"; "inf" alone where the loss itself is the first number that is not finite.
std::string loss_found(const NotFiniteError& error);

// "the training diverged: loss inf, first not finite in W1; learning rate 10: try a smaller one, or
// clip_norm", for `found` "loss inf, first not finite in W1".
std::string diverged(std::string_view found, const OptimizerOptions& optimizer);

// The same of a loss that was not finite; before the optimizer's first update, "expected a finite loss of the
// first parameters, got inf".
std::string diverged(const NotFiniteError& error, const OptimizerOptions& optimizer, bool has_learned);

}  // namespace gradtable
