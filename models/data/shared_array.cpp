#include "gradtable/models/data/shared_array.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable {

SharedArray SharedArray::rows(std::int64_t begin, std::int64_t count) const {
  std::vector<std::int64_t> extents(shape().extents().begin(), shape().extents().end());
  extents.front() = count;
  SharedArray part = *this;
  part.view_.type.shape = Shape(extents);
  const std::size_t bytes = part.type().bytes();
  const std::size_t row = count > 0 ? bytes / static_cast<std::size_t>(count) : 0;
  part.view_.data = static_cast<const std::byte*>(view_.data) + static_cast<std::size_t>(begin) * row;
  return part;
}

SharedArray SharedArray::reshaped(const Shape& shape) const {
  if (shape.size() != view_.shape().size())
    throw ShapeError(
        fmt::format("reshaped: expected {} elements, got shape {}", view_.shape().size(), to_string(shape)));
  SharedArray same = *this;
  same.view_.type.shape = shape;
  return same;
}

}  // namespace gradtable
