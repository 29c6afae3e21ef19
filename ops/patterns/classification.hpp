// Predicates by which rewrite passes recognize the ops between scores and a loss.
#pragma once

#include <optional>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// The axis of softmax, counted from the end; none of other ops.
std::optional<std::int64_t> softmax_axis(const Op& op);

// cross_entropy of probabilities.
bool is_cross_entropy(const Op& op);

// The costs that binary_cross_entropy of probabilities is the mean of.
bool is_binary_cross_entropy(const Op& op);

// Over the last axis.
bool is_softmax(const Op& op);
bool is_log_softmax(const Op& op);

// Class indices as rows with a single 1.
bool is_one_hot(const Op& op);

}  // namespace gradtable::detail
