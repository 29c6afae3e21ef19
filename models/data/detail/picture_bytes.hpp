// What the readers of the formats of pictures share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gradtable/models/data/picture_file.hpp"

namespace gradtable::detail {

// The content of a file.
struct PictureBytes {
  const std::string& path;
  std::span<const std::uint8_t> bytes;

  // Throws DataError.
  [[noreturn]] void refuse(std::size_t at, std::string_view found, std::string_view expected) const;
  // Throws DataError for sides that no picture has, or more pixels than kMostPicturePixels. `at` is where
  // they stand.
  void require_size(std::size_t at, std::int64_t rows, std::int64_t columns) const;
};

// The bytes begin as the format does. Throw DataError as read_picture_file does.
GrayPicture read_pgm(const PictureBytes& file);
GrayPicture read_png(const PictureBytes& file);

}  // namespace gradtable::detail
