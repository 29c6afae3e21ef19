// The ranges that more than one list of keys has.
#pragma once

#include <cstdint>

#include <gradtable/models/config/range.hpp>

namespace classifier {

inline constexpr gradtable::Range<std::int64_t> kWidth{1, 1'000'000};

}  // namespace classifier
