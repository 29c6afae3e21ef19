#include "gradtable/models/data/dataset.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/idx.hpp"

namespace gradtable {
namespace {

// All labels of a file whose first class is missing may be shifted.
std::string describe_shift(std::span<const std::uint8_t> labels, const IdxOptions& options) {
  const auto [least, most] = std::ranges::minmax(labels);
  if (least == 0 || most - least >= options.classes) return "";
  return fmt::format("; the labels there begin at {}: {} says where", least + options.labels_begin_at,
                     options.labels_begin_at_name);
}

// In the words of the file: with the label that is class 0 added.
std::string describe_limit(const IdxOptions& options) {
  const std::int64_t first = options.labels_begin_at, last = first + options.classes - 1;
  const std::string range = first == 0 ? fmt::format("a label below {}", options.classes)
                                       : fmt::format("a label from {} to {}", first, last);
  return options.classes_source.empty() ? range : fmt::format("{}, {}", range, options.classes_source);
}

// place: of the label at an index, behind the file's name.
template <class Place>
void require_below(std::span<const std::uint8_t> labels, const std::string& path, const IdxOptions& options,
                   const Place& place) {
  const auto bad = std::ranges::find_if(labels, [&](auto label) { return label >= options.classes; });
  if (bad == labels.end()) return;
  const std::int64_t index = bad - labels.begin();
  throw DataError(fmt::format("{}{}: label {} at index {}; expected {}{}", path, place(index),
                              *bad + options.labels_begin_at, index, describe_limit(options),
                              describe_shift(labels, options)));
}

template <class T>
std::vector<T> rows_of(const std::vector<T>& all, std::int64_t begin, std::int64_t count, std::int64_t size) {
  if (all.empty()) return {};
  return {all.begin() + begin * size, all.begin() + (begin + count) * size};
}

}  // namespace

std::int64_t Dataset::bytes() const {
  return static_cast<std::int64_t>(pixels.size() + numbers.size() * sizeof(float));
}

std::vector<std::uint8_t> Dataset::picture(std::int64_t image) const {
  std::vector<std::uint8_t> bytes = rows_of(pixels, image, 1, features());
  for (const float number : rows_of(numbers, image, 1, features()))
    bytes.push_back(static_cast<std::uint8_t>(std::clamp(number, 0.0F, 1.0F) * 255 + 0.5F));
  return bytes;
}

Dataset load_idx(const std::string& images_path, const std::string& labels_path, const IdxOptions& options) {
  IdxLabelFile labels_file(labels_path);
  IdxImageFile file(images_path);
  if (file.count() != labels_file.count())
    throw DataError(fmt::format("{}: {} labels; expected {}, one for each image of {}", labels_path,
                                labels_file.count(), file.count(), images_path));
  IdxLabels labels = labels_file.read(options);
  if (options.classes > 0)
    require_below(labels.classes, labels_path, options, [&](std::int64_t index) {
      return fmt::format("@byte {}", labels.first_byte + index * labels.stride);
    });
  const std::int64_t classes =
      options.classes > 0 ? options.classes : 1 + *std::ranges::max_element(labels.classes);
  IdxImages images = file.read(options);
  return {images.rows, images.columns,           classes, std::move(images.pixels), std::move(labels.classes),
          images_path, std::move(images.numbers)};
}

void require_labels_below(const Dataset& dataset, const std::string& labels_path, const IdxOptions& options) {
  require_below(dataset.labels, labels_path, options, [](std::int64_t) { return std::string(); });
}

void keep_first(Dataset& dataset, std::int64_t count) {
  if (count >= dataset.size()) return;
  dataset.labels.resize(static_cast<std::size_t>(count));
  const auto size = static_cast<std::size_t>(count * dataset.features());
  if (dataset.is_bytes())
    dataset.pixels.resize(size);
  else
    dataset.numbers.resize(size);
}

Dataset part_of(const Dataset& dataset, std::int64_t begin, std::int64_t count) {
  const std::int64_t size = dataset.features();
  return {dataset.rows,
          dataset.columns,
          dataset.classes,
          rows_of(dataset.pixels, begin, count, size),
          rows_of(dataset.labels, begin, count, 1),
          dataset.source,
          rows_of(dataset.numbers, begin, count, size)};
}

Dataset take_last(Dataset& dataset, std::int64_t count) {
  const std::int64_t left = dataset.size() - count;
  Dataset last = part_of(dataset, left, count);
  keep_first(dataset, left);
  return last;
}

std::uint32_t checksum(const Dataset& dataset) {
  uLong sum = 0;
  const auto add = [&sum](const auto& numbers) {
    // Where there are no bytes, zlib takes a null pointer for a new beginning.
    if (!numbers.empty())
      sum = crc32_z(sum, reinterpret_cast<const Bytef*>(numbers.data()), numbers.size() * sizeof(numbers[0]));
  };
  add(dataset.pixels);
  add(dataset.numbers);
  add(dataset.labels);
  return static_cast<std::uint32_t>(sum);
}

std::string fingerprint(const Dataset& dataset) {
  constexpr std::int64_t kBytes = 256;  // labels beyond the classes are not counted, but may be there
  std::vector<std::int64_t> counts(static_cast<std::size_t>(std::max(dataset.classes, kBytes)), 0);
  for (const std::uint8_t label : dataset.labels) ++counts[label];
  counts.resize(static_cast<std::size_t>(dataset.classes));
  return fmt::format("{} images of {}x{}, CRC-32 {:08x}, by class {}", dataset.size(), dataset.rows,
                     dataset.columns, checksum(dataset), fmt::join(counts, " "));
}

}  // namespace gradtable
