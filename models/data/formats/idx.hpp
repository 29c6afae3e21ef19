// Reads IDX files, the format of MNIST: a big-endian header (two zero bytes, element type, number of extents,
// the extents as 32-bit numbers), then the elements. Files are plain or gzip; elements are uint8, int8,
// int16, int32, float32 or float64.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/models/data/byte_source.hpp"

namespace gradtable {

// How IDX files are taken as images and labels.
struct IdxOptions {
  std::int64_t classes = 0;          // labels are below it; 0: one more than the largest label
  std::string classes_source = "";   // where the number of classes comes from, for messages
  std::int64_t labels_begin_at = 0;  // this label is class 0, the next one class 1
  std::string labels_begin_at_name = "labels_begin_at";  // for messages
  bool transpose = false;  // whether the files hold each image column by column, as EMNIST's do
  double largest_pixel =
      16;  // a pixel of larger magnitude, once scaled, is refused: it was scaled in another way
  std::string larger_pixels_advice = "";               // how those are read, for messages
  std::int64_t memory_limit = std::int64_t{1} << 30;   // bytes that the elements of one file may take
  std::string memory_limit_name = "the memory limit";  // for messages
};

// Pixels as numbers are those of integers over 255, and of floating-point elements as they are. Images whose
// numbers are all k / 255, k from 0 to 255, are bytes k; those of other ones are float32.
struct IdxImages {
  std::int64_t count = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::uint8_t> pixels;  // count x rows x columns, row-major; empty where there are numbers
  std::vector<float> numbers = {};   // the same of images that are no bytes
};

// Labels as classes: what the file says, less labels_begin_at.
struct IdxLabels {
  std::vector<std::uint8_t> classes;
  std::int64_t first_byte = 0;  // where the first label stands in the content of the file
  std::int64_t stride = 1;      // bytes from one label to the next
};

namespace detail {

struct IdxElement;

struct IdxHeader {
  const IdxElement* element = nullptr;
  std::vector<std::int64_t> extents;
  std::int64_t count = 0;  // the product of the extents
  std::int64_t start = 0;  // of the elements in the content
  std::int64_t bytes = 0;  // that they take there
};

}  // namespace detail

// A file of images or of labels whose header has been read: so their number is known before the rest. All
// functions throw DataError unless the whole file is as its header says; memory grows with the data that
// arrives, whatever the header claims, and no file is read that takes more than the limit.
class IdxImageFile {
 public:
  explicit IdxImageFile(const std::string& path);

  std::int64_t count() const { return header_.extents[0]; }
  std::int64_t rows() const { return header_.extents[1]; }
  std::int64_t columns() const { return header_.extents[2]; }
  // Once. Throws DataError for pixels that are not finite, too large, or beyond float32, too.
  IdxImages read(const IdxOptions& options = {});
  // As many images of that size, all pixels 0: for what needs no more of them. Reads nothing behind the
  // header. Floating-point elements give numbers.
  IdxImages blank(const IdxOptions& options = {}) const;

 private:
  ByteSource source_;
  detail::IdxHeader header_;
};

IdxImages read_idx_images(const std::string& path, const IdxOptions& options = {});

// Labels from a list or, as QMNIST's are, from the first column of a table.
class IdxLabelFile {
 public:
  explicit IdxLabelFile(const std::string& path);

  std::int64_t count() const { return header_.extents[0]; }
  // Once. Throws DataError for labels that are no whole numbers, or below labels_begin_at or 256 or more
  // above it, and for a table of one-hot rows, too.
  IdxLabels read(const IdxOptions& options = {});

 private:
  ByteSource source_;
  detail::IdxHeader header_;
};

IdxLabels read_idx_labels(const std::string& path, const IdxOptions& options = {});

}  // namespace gradtable
