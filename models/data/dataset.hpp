// Labelled images in memory. Bytes stay bytes: programs are fed all of them where they lie and make numbers
// of the rows of a batch, cast(gather(pixels, indices), DType::float32) / 255. Pixels that are no bytes are
// numbers, which programs are fed as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"
#include "gradtable/models/data/idx.hpp"

namespace gradtable {

struct Dataset {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t classes = 0;          // labels are 0, ..., classes - 1
  std::vector<std::uint8_t> pixels;  // size() x rows x columns, row-major; 0 is 0.0 and 255 is 1.0
  std::vector<std::uint8_t> labels;
  std::string source = {};          // the file of the images, or whatever they come from: for messages
  std::vector<float> numbers = {};  // in place of pixels, of images that are no bytes

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t features() const { return rows * columns; }
  bool is_bytes() const { return numbers.empty(); }
  // uint8 or float32 (size(),features()) and uint8 (size()), to feed; valid until the vectors change.
  ConstView pixel_view() const {
    const Shape shape{size(), features()};
    return is_bytes() ? ConstView(std::span(pixels), shape) : ConstView(std::span(numbers), shape);
  }
  ConstView label_view() const { return {std::span(labels), {size()}}; }
  // Those of all pixels.
  std::int64_t bytes() const;
  // An image as bytes to look at: numbers from 0 to 1 as 0 to 255, those beyond as the nearest byte.
  std::vector<std::uint8_t> picture(std::int64_t image) const;
};

// A data set from two IDX files, plain or gzip. Both headers are read first, then the labels: nothing more
// unless there are as many images. Throws DataError when a file is damaged or takes more than the limit, when
// the counts differ, and for a label that is not below the number of classes.
Dataset load_idx(const std::string& images_path, const std::string& labels_path,
                 const IdxOptions& options = {});

// Throws DataError with index and value of the first label that is not below options.classes; labels_path is
// for the message.
void require_labels_below(const Dataset& dataset, const std::string& labels_path, const IdxOptions& options);

// Keeps the first `count` images; all when there are no more. The number of classes stays.
void keep_first(Dataset& dataset, std::int64_t count);

// `count` images from number `begin` on, with as many classes. The range is not checked.
Dataset part_of(const Dataset& dataset, std::int64_t begin, std::int64_t count);

// Takes the last `count` images, from 0 to all, out of a data set, as one of their own with as many classes.
// The count is not checked.
Dataset take_last(Dataset& dataset, std::int64_t count);

// CRC-32 (that of gzip) of the pixels and then the labels: what tells data sets of the same size apart.
std::uint32_t checksum(const Dataset& dataset);

// "60000 images of 28x28, CRC-32 0a1b2c3d, by class 5923 6742 ...": for files that belong to a data set.
std::string fingerprint(const Dataset& dataset);

}  // namespace gradtable
