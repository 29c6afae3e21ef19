// The ranges that more than one list of keys has.
#pragma once

#include <cstdint>

#include <gradtable/models/config/field.hpp>

namespace classifier {

inline constexpr gradtable::Range<std::int64_t> kEpochs{1, 1'000'000'000};
inline constexpr gradtable::Range<std::int64_t> kBatchSize{1, 1'000'000'000};
inline constexpr gradtable::Range<std::int64_t> kWidth{1, 1'000'000};
inline constexpr gradtable::RealRange kLearningRate{.low = 0, .high = 1000, .low_open = true};

}  // namespace classifier
