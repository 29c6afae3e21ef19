// The ranges that both config formats check.
#pragma once

#include <cstdint>

#include <gradtable/models/config/field.hpp>

namespace mnist_fcnn {

inline constexpr gradtable::Range<std::int64_t> kEpochs{1, 1'000'000'000};
inline constexpr gradtable::Range<std::int64_t> kBatchSize{1, 1'000'000'000};
inline constexpr gradtable::Range<std::int64_t> kWidth{1, 1'000'000};
inline constexpr gradtable::RealRange kLearningRate{.low = 0, .high = 1000, .low_open = true};

}  // namespace mnist_fcnn
