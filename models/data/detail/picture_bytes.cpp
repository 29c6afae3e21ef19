#include "gradtable/models/data/detail/picture_bytes.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {

void PictureBytes::refuse(std::size_t at, std::string_view found, std::string_view expected) const {
  throw DataError(fmt::format("{}@byte {}: {}; expected {}", path, at, found, expected));
}

void PictureBytes::require_size(std::size_t at, std::int64_t rows, std::int64_t columns) const {
  if (rows < 1 || columns < 1 || rows > kMostPicturePixels / columns)
    refuse(at, fmt::format("{} rows and {} columns", rows, columns),
           fmt::format("at least one of each, and at most {} pixels", kMostPicturePixels));
}

}  // namespace gradtable::detail
