#include "gradtable/models/data/formats/idx_dataset.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

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

}  // namespace

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
  const Shape count{images.count};
  return {.inputs = inputs_of(std::move(images)),
          .targets = {std::move(labels.classes), count},
          .classes = classes,
          .source = images_path};
}

SharedArray inputs_of(IdxImages images) {
  const Shape shape{images.count, images.rows, images.columns};
  if (images.numbers.empty()) return {std::move(images.pixels), shape};
  return {std::move(images.numbers), shape};
}

void require_labels_below(const Dataset& dataset, const std::string& labels_path, const IdxOptions& options) {
  require_below(dataset.targets.as<std::uint8_t>(), labels_path, options,
                [](std::int64_t) { return std::string(); });
}

}  // namespace gradtable
