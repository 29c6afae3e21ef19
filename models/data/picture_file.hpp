// Pictures in files, as shades of gray: PNG, and PGM (P2 and P5).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradtable {

struct GrayPicture {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> shades;  // rows x columns, row-major, from 0, black, to 1, white
  std::string source = {};    // the file, for messages
};

inline constexpr std::int64_t kMostPicturePixels = std::int64_t{1} << 25;

// Whether the file begins as one of a picture, of a format that is read here or another. False for what
// cannot be read, and for what is no regular file.
bool is_picture_file(const std::string& path);

// Colours become their luminance, as sRGB has it; what is transparent shows white behind it; 16 bits of PNG
// become 8. A PGM has a largest value from 1 to 65535, and may be packed by gzip. Throws DataError,
// "FILE@byte N: found; expected what", unless the whole file is as its format says: one picture, of 1 to
// kMostPicturePixels pixels.
GrayPicture read_picture_file(const std::string& path);

}  // namespace gradtable
