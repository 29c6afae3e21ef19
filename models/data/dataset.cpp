#include "gradtable/models/data/dataset.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/idx.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kLabelsHeaderBytes = 8;

}  // namespace

Dataset load_idx(const std::string& images_path, const std::string& labels_path, std::int64_t classes) {
  IdxImages images = read_idx_images(images_path);
  std::vector<std::uint8_t> labels = read_idx_labels(labels_path);
  if (images.count != static_cast<std::int64_t>(labels.size()))
    throw DataError(fmt::format("{}: {} labels; expected {}, one for each image of {}", labels_path,
                                labels.size(), images.count, images_path));
  Dataset dataset{images.rows,       images.columns, classes, std::move(images.pixels),
                  std::move(labels), images_path};
  if (classes == 0) dataset.classes = 1 + *std::ranges::max_element(dataset.labels);
  require_labels_below(dataset, dataset.classes, labels_path);
  return dataset;
}

void require_labels_below(const Dataset& dataset, std::int64_t classes, const std::string& labels_path) {
  const auto bad = std::ranges::find_if(dataset.labels, [&](std::uint8_t label) { return label >= classes; });
  if (bad == dataset.labels.end()) return;
  const std::int64_t index = bad - dataset.labels.begin();
  throw DataError(fmt::format("{}@byte {}: label {} at index {}; expected a label below {}", labels_path,
                              kLabelsHeaderBytes + index, *bad, index, classes));
}

void keep_first(Dataset& dataset, std::int64_t count) {
  if (count >= dataset.size()) return;
  dataset.labels.resize(static_cast<std::size_t>(count));
  dataset.pixels.resize(static_cast<std::size_t>(count * dataset.features()));
}

Dataset take_last(Dataset& dataset, std::int64_t count) {
  const std::int64_t left = dataset.size() - count;
  Dataset last{dataset.rows, dataset.columns, dataset.classes, {}, {}, dataset.source};
  last.pixels.assign(dataset.pixels.begin() + left * dataset.features(), dataset.pixels.end());
  last.labels.assign(dataset.labels.begin() + left, dataset.labels.end());
  keep_first(dataset, left);
  return last;
}

std::uint32_t checksum(const Dataset& dataset) {
  const uLong of_pixels = crc32_z(0, dataset.pixels.data(), dataset.pixels.size());
  // Where there are no bytes, zlib takes a null pointer for a new beginning.
  if (dataset.labels.empty()) return static_cast<std::uint32_t>(of_pixels);
  return static_cast<std::uint32_t>(crc32_z(of_pixels, dataset.labels.data(), dataset.labels.size()));
}

}  // namespace gradtable
