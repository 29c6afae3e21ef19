// The extents of a tensor, outermost first. Rank 0 is a scalar; an extent may be 0.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>

namespace gradtable {

class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  // Throws ShapeError for a negative extent, a rank above kMaxRank, or a size in bytes beyond 2^63.
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::span<const std::int64_t> extents);

  int rank() const { return rank_; }
  // Number of elements: the product of the extents, 1 for a scalar.
  std::int64_t size() const { return size_; }
  // The extent along an axis in [-rank, rank); negative axes count from the end. Not checked: see axis_index.
  std::int64_t operator[](int axis) const {
    return extents_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)];
  }
  std::span<const std::int64_t> extents() const { return {extents_.data(), static_cast<std::size_t>(rank_)}; }

  // The first `rank` extents; the last `rank` extents.
  Shape first(int rank) const { return Shape(extents().first(static_cast<std::size_t>(rank))); }
  Shape last(int rank) const { return Shape(extents().last(static_cast<std::size_t>(rank))); }

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<std::int64_t, kMaxRank> extents_{};
  std::int64_t size_ = 1;
  int rank_ = 0;
};

// "(64,784)"; "()" for a scalar.
std::string to_string(const Shape& shape);

// The shape that a and b have together by NumPy's rule (axes aligned at the end, equal or 1), or nothing.
std::optional<Shape> broadcast_shapes(const Shape& a, const Shape& b);

// Whether `from` can be repeated to give `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace gradtable
