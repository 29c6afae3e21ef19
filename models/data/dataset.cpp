#include "gradtable/models/data/dataset.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

// Labels beyond the classes are not counted, but may be there.
std::vector<std::int64_t> counts_by_class(const Dataset& dataset) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.classes), 0);
  for (std::int64_t i = 0; i < dataset.size(); ++i)
    if (const std::int64_t label = dataset.label(i); label >= 0 && label < dataset.classes)
      ++counts[static_cast<std::size_t>(label)];
  return counts;
}

std::string describe_targets(const Dataset& dataset) {
  return dataset.has_classes() ? "labels, uint8 or int32 (n)" : "targets, float32 or float64 (n,...)";
}

bool are_targets(const Dataset& dataset) {
  const TensorType& type = dataset.targets.type();
  if (!dataset.has_classes()) return is_floating(type.dtype);
  return !is_floating(type.dtype) && type.shape.rank() == 1;
}

void require_names(const Dataset& dataset, std::string_view what, std::size_t found, std::int64_t expected) {
  if (found != 0 && static_cast<std::int64_t>(found) != expected)
    throw DataError(
        fmt::format("{}: expected {} names of {}, or none, got {}", dataset.name(), expected, what, found));
}

}  // namespace

std::string_view to_string(Targets targets) {
  return targets == Targets::classes ? "classes" : "real numbers";
}

Shape Dataset::example() const {
  return inputs.shape().last(inputs.shape().rank() - 1);
}

std::int64_t Dataset::features() const {
  return example().size();
}

std::int64_t Dataset::rows() const {
  const Shape shape = example();
  return shape.rank() < 2 ? 1 : shape[-2];
}

std::int64_t Dataset::columns() const {
  const Shape shape = example();
  return shape.rank() == 0 ? 1 : shape[-1];
}

std::int64_t Dataset::label(std::int64_t i) const {
  const auto at = static_cast<std::size_t>(i);
  return targets.dtype() == DType::uint8 ? targets.as<std::uint8_t>()[at] : targets.as<std::int32_t>()[at];
}

ConstView Dataset::input_rows() const {
  return {{inputs.dtype(), {size(), features()}}, inputs.view().data};
}

std::int64_t Dataset::bytes() const {
  return static_cast<std::int64_t>(inputs.type().bytes());
}

std::vector<std::uint8_t> Dataset::picture(std::int64_t image) const {
  const SharedArray one = inputs.rows(image, 1);
  if (one.dtype() == DType::uint8) return {one.as<std::uint8_t>().begin(), one.as<std::uint8_t>().end()};
  const Array numbers = cast(one.view(), DType::float64);
  std::vector<std::uint8_t> bytes;
  for (const double number : numbers.as<double>())
    bytes.push_back(static_cast<std::uint8_t>(std::clamp(number, 0.0, 1.0) * 255 + 0.5));
  return bytes;
}

void require_valid(const Dataset& dataset) {
  const auto refuse = [&](const std::string& expected, const std::string& found) {
    throw DataError(fmt::format("{}: expected {}, got {}", dataset.name(), expected, found));
  };
  if (dataset.inputs.shape().rank() == 0) refuse("inputs (n,...)", to_string(dataset.inputs.type()));
  if (!are_targets(dataset)) refuse(describe_targets(dataset), to_string(dataset.targets.type()));
  if (dataset.targets.shape().rank() == 0 || dataset.targets.shape()[0] != dataset.size())
    refuse(fmt::format("as many targets as inputs, {}", dataset.size()), to_string(dataset.targets.type()));
  require_names(dataset, "classes", dataset.class_names.size(), dataset.classes);
  require_names(dataset, "the numbers of an example", dataset.input_names.size(), dataset.features());
}

Dataset part_of(const Dataset& dataset, std::int64_t begin, std::int64_t count) {
  Dataset part = dataset;
  part.inputs = dataset.inputs.rows(begin, count);
  part.targets = dataset.targets.rows(begin, count);
  return part;
}

void keep_first(Dataset& dataset, std::int64_t count) {
  if (count < dataset.size()) dataset = part_of(dataset, 0, count);
}

Dataset take_last(Dataset& dataset, std::int64_t count) {
  const std::int64_t left = dataset.size() - count;
  Dataset last = part_of(dataset, left, count);
  keep_first(dataset, left);
  return last;
}

std::uint32_t checksum(const Dataset& dataset) {
  uLong sum = 0;
  for (const SharedArray* const numbers : {&dataset.inputs, &dataset.targets}) {
    // Where there are no bytes, zlib takes a null pointer for a new beginning.
    const std::size_t bytes = numbers->type().bytes();
    if (bytes > 0) sum = crc32_z(sum, static_cast<const Bytef*>(numbers->view().data), bytes);
  }
  return static_cast<std::uint32_t>(sum);
}

std::string fingerprint(const Dataset& dataset) {
  if (dataset.size() == 0) return "0 images of 0x0, CRC-32 00000000, by class ";  // as it always was
  const bool is_image = dataset.has_classes() && dataset.example().rank() == 2;
  const std::string extent = is_image ? fmt::format("images of {}x{}", dataset.rows(), dataset.columns())
                                      : fmt::format("examples of {}", to_string(dataset.example()));
  std::string text = fmt::format("{} {}, CRC-32 {:08x}", dataset.size(), extent, checksum(dataset));
  if (dataset.has_classes()) text += fmt::format(", by class {}", fmt::join(counts_by_class(dataset), " "));
  return text;
}

}  // namespace gradtable
