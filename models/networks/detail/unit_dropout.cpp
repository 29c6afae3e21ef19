#include "gradtable/models/networks/detail/unit_dropout.hpp"

#include <fmt/format.h>

#include "gradtable/ops/dropout.hpp"

namespace gradtable::detail {

// Streams of random numbers for masks lie apart from those of first values.
constexpr std::uint32_t kFirstStream = 1U << 16;

UnitDropout::UnitDropout(std::string_view network, double rate, std::uint64_t seed)
    : rate_(rate), seed_(seed) {
  if (!(rate >= 0 && rate < 1))
    throw ConfigError(fmt::format("{}: expected a dropout of at least 0 and below 1, got {}", network, rate));
}

Tensor UnitDropout::operator()(const Tensor& h, const Tensor& step, std::size_t layer, Location at) const {
  if (step.empty() || rate_ == 0) return h;
  return dropout(h, rate_, seed_, step, kFirstStream + static_cast<std::uint32_t>(layer), at);
}

}  // namespace gradtable::detail
