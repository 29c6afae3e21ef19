// What passes that rewrite graphs ask of the ops between scores and a loss.
#pragma once

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// Over the last axis.
bool is_softmax(const Op& op);
bool is_log_softmax(const Op& op);

// Class indices as rows with a single 1.
bool is_one_hot(const Op& op);

}  // namespace gradtable::detail
