// Labelled images in memory. Pixels stay bytes: programs are fed all of them where they lie and make numbers
// of the rows of a batch, cast(gather(pixels, indices), DType::float32) / 255.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

struct Dataset {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t classes = 0;          // labels are 0, ..., classes - 1
  std::vector<std::uint8_t> pixels;  // size() x rows x columns, row-major; 0 is 0.0 and 255 is 1.0
  std::vector<std::uint8_t> labels;
  std::string source = {};  // the file of the images, or whatever they come from: for messages

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t features() const { return rows * columns; }
  // uint8 (size(),features()) and uint8 (size()), to feed; valid until the vectors change.
  ConstView pixel_view() const { return {std::span(pixels), {size(), features()}}; }
  ConstView label_view() const { return {std::span(labels), {size()}}; }
};

// A data set from two IDX files, plain or gzip. `classes` is 0 for one more than the largest label. Throws
// DataError when a file is damaged, when the counts differ, and for a label that is not below `classes`.
Dataset load_idx(const std::string& images_path, const std::string& labels_path, std::int64_t classes = 0);

// Throws DataError with index and value of the first label that is not below `classes`; labels_path is for
// the message.
void require_labels_below(const Dataset& dataset, std::int64_t classes, const std::string& labels_path);

// Keeps the first `count` images; all when there are no more. The number of classes stays.
void keep_first(Dataset& dataset, std::int64_t count);

// Takes the last `count` images, from 0 to all, out of a data set, as one of their own with as many classes.
// The count is not checked.
Dataset take_last(Dataset& dataset, std::int64_t count);

// CRC-32 (that of gzip) of the pixels and then the labels: what tells data sets of the same size apart.
std::uint32_t checksum(const Dataset& dataset);

}  // namespace gradtable
