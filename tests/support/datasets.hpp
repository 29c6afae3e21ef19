// Small data sets by their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradtable/models/data/dataset.hpp"

namespace gradtable::testing {

// Pictures of rows x columns pixels, and a label for each.
template <class Pixel = std::uint8_t>
Dataset images(std::int64_t rows, std::int64_t columns, std::int64_t classes, std::vector<Pixel> pixels,
               std::vector<std::uint8_t> labels, const std::string& source = "") {
  const auto count = static_cast<std::int64_t>(labels.size());
  return {.inputs = {std::move(pixels), {count, rows, columns}},
          .targets = {std::move(labels), {count}},
          .classes = classes,
          .source = source};
}

// Real numbers to be told from real numbers, an example a row of both.
inline Dataset numbers(const Shape& inputs, std::vector<float> x, const Shape& targets,
                       std::vector<float> t) {
  return {.inputs = {std::move(x), inputs}, .targets = {std::move(t), targets}, .source = "numbers"};
}

inline std::vector<std::uint8_t> bytes_of(const ConstView& view) {
  const auto bytes = view.as<std::uint8_t>();
  return {bytes.begin(), bytes.end()};
}

inline std::vector<std::uint8_t> pixels_of(const Dataset& data) {
  return bytes_of(data.inputs);
}

inline std::vector<std::uint8_t> labels_of(const Dataset& data) {
  return bytes_of(data.targets);
}

}  // namespace gradtable::testing
