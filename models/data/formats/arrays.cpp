#include "gradtable/models/data/formats/arrays.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/formats/npz.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kLeastMostLabel = 256;  // so many classes are believed, however few examples there are

[[noreturn]] void refuse(const std::string& source, std::string_view found, std::string_view expected) {
  throw DataError(fmt::format("{}: {}; expected {}", source, found, expected));
}

// "row 3" of a vector, "row 3, column 0" of a table.
std::string describe_place(const Shape& shape, std::size_t index) {
  const auto each = static_cast<std::size_t>(shape.size() / shape[0]);
  const std::size_t row = index / each;
  return shape.rank() == 1 ? fmt::format("row {}", row) : fmt::format("row {}, column {}", row, index % each);
}

void require_finite(const SharedArray& numbers, const std::string& source, std::string_view advice) {
  if (!is_floating(numbers.dtype())) return;
  dispatch_floating(numbers.dtype(), [&]<class T>() {
    const auto values = numbers.as<T>();
    const auto bad = std::ranges::find_if(values, [](T value) { return !std::isfinite(value); });
    if (bad != values.end())
      refuse(fmt::format("{}@{}", source,
                         describe_place(numbers.shape(), static_cast<std::size_t>(bad - values.begin()))),
             fmt::format("{}", *bad), fmt::format("a finite number{}", advice));
  });
}

SharedArray as_real_numbers(const SharedArray& integers) {
  constexpr std::int32_t kMostExact = 1 << 24;  // of float32
  const bool exact = std::ranges::all_of(integers.as<std::int32_t>(), [](std::int32_t value) {
    return value >= -kMostExact && value <= kMostExact;
  });
  return cast(integers.view(), exact ? DType::float32 : DType::float64);
}

// Labels (n) that come as int32, bytes, or whole real numbers, of (n) or (n,1).
std::vector<std::int32_t> labels_of(const SharedArray& targets, const std::string& source) {
  const Shape& shape = targets.shape();
  if (shape.size() != shape[0])
    refuse(source, "targets " + to_string(targets.type()), "labels (n) or (n,1), one for each example");
  std::vector<std::int32_t> labels;
  labels.reserve(static_cast<std::size_t>(shape.size()));
  dispatch(targets.dtype(), [&]<class T>() {
    for (const T value : targets.as<T>()) {
      const auto number = static_cast<double>(value);
      if (!(number >= 0 && number <= INT32_MAX && number == std::floor(number)))
        refuse(fmt::format("{}@row {}", source, labels.size()), fmt::format("label {}", number),
               "a whole number from 0, the number of a class");
      labels.push_back(static_cast<std::int32_t>(value));
    }
  });
  return labels;
}

void require_classes(const std::vector<std::int32_t>& labels, const std::string& source) {
  const auto [least, most] = std::ranges::minmax_element(labels);
  if (*least == *most)
    refuse(source, fmt::format("{} labels of one class, {}", labels.size(), *least), "two classes at least");
  if (*most >= std::max(std::ssize(labels), static_cast<std::ptrdiff_t>(kLeastMostLabel)))
    refuse(fmt::format("{}@row {}", source, most - labels.begin()), fmt::format("label {}", *most),
           fmt::format("labels below {}, as there are {} examples",
                       std::max(std::ssize(labels), static_cast<std::ptrdiff_t>(kLeastMostLabel)),
                       labels.size()));
}

SharedArray as_inputs(const SharedArray& inputs, const ArrayDataOptions& options) {
  const bool are_numbers = inputs.dtype() == DType::int32 && !options.inputs_are_indices;
  return are_numbers ? as_real_numbers(inputs) : inputs;
}

SharedArray as_numbers(const SharedArray& targets) {
  if (targets.dtype() == DType::int32) return as_real_numbers(targets);
  return targets.dtype() == DType::uint8 ? SharedArray(cast(targets.view(), DType::float32)) : targets;
}

void set_classes(Dataset& data, const SharedArray& targets, const std::string& source) {
  std::vector<std::int32_t> labels = labels_of(targets, source);
  require_classes(labels, source);
  data.classes = 1 + *std::ranges::max_element(labels);
  const Shape count{std::ssize(labels)};
  data.targets = SharedArray(std::move(labels), count);
}

}  // namespace

Dataset dataset_of(const SharedArray& inputs, const SharedArray& targets, const ArrayDataOptions& options,
                   const std::string& source, const std::string& targets_source) {
  for (const auto& [array, name] : {std::pair(&inputs, &source), std::pair(&targets, &targets_source)})
    if (array->shape().rank() == 0 || array->shape().size() == 0)
      refuse(*name, to_string(array->type()), "an array (n,...) of at least one example");
  if (inputs.shape()[0] != targets.shape()[0])
    refuse(targets_source, fmt::format("{} targets", targets.shape()[0]),
           fmt::format("{}, one for each example of {}", inputs.shape()[0], source));
  if (!options.allow_missing) require_finite(inputs, source, ", or allow_missing");
  require_finite(targets, targets_source, "");
  Dataset data{.inputs = as_inputs(inputs, options), .source = source};
  const Targets unless_told = is_floating(targets.dtype()) ? Targets::numbers : Targets::classes;
  if (options.targets.value_or(unless_told) == Targets::classes)
    set_classes(data, targets, targets_source);
  else
    data.targets = as_numbers(targets);
  return data;
}

Dataset load_npy(const std::string& inputs_path, const std::string& targets_path,
                 const ArrayDataOptions& options) {
  const SharedArray targets = read_npy(targets_path, options.npy);
  return dataset_of(read_npy(inputs_path, options.npy), targets, options, inputs_path, targets_path);
}

Dataset load_npz(const std::string& path, const std::string& inputs_name, const std::string& targets_name,
                 const ArrayDataOptions& options) {
  const NpzFile file(path);
  const auto source = [&](const std::string& name) { return fmt::format("{}, {}", path, in_quotes(name)); };
  const SharedArray inputs = file.read(inputs_name, options.npy),
                    targets = file.read(targets_name, options.npy);
  return dataset_of(inputs, targets, options, source(inputs_name), source(targets_name));
}

}  // namespace gradtable
