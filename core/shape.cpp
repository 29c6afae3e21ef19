#include "gradtable/core/shape.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

std::string join(std::span<const std::int64_t> extents) {
  return fmt::format("({})", fmt::join(extents, ","));
}

}  // namespace

Shape::Shape(std::initializer_list<std::int64_t> extents)
    : Shape(std::span<const std::int64_t>(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::int64_t> extents) : rank_(static_cast<int>(extents.size())) {
  if (extents.size() > static_cast<std::size_t>(kMaxRank))
    throw ShapeError(fmt::format("shape: expected at most {} axes, got {}", kMaxRank, extents.size()));
  std::int64_t bytes_of_nonzero = 8;  // of the widest type, zeros left out: (2^40, 0, 2^40) is refused too
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] < 0)
      throw ShapeError(fmt::format("shape: expected extents of 0 or more, got {}", join(extents)));
    const auto bytes = checked_multiply(bytes_of_nonzero, std::max<std::int64_t>(extents[i], 1));
    if (!bytes)
      throw ShapeError(fmt::format("shape: expected a size below 2^63 bytes, got {}", join(extents)));
    bytes_of_nonzero = *bytes;
    extents_[i] = extents[i];
    size_ *= extents[i];
  }
}

std::string to_string(const Shape& shape) {
  return join(shape.extents());
}

std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  for (int axis = 1; axis <= rank; ++axis) {
    const std::int64_t m = axis <= a.rank() ? a[-axis] : 1;
    const std::int64_t n = axis <= b.rank() ? b[-axis] : 1;
    if (m != n && m != 1 && n != 1) return std::nullopt;
    extents[static_cast<std::size_t>(rank - axis)] = m == 1 ? n : m;
  }
  return Shape(std::span<const std::int64_t>(extents.data(), static_cast<std::size_t>(rank)));
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  const auto together = broadcast_shapes(from, to);
  return together && *together == to;
}

}  // namespace gradtable
