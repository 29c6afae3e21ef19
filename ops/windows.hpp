// What convolutions and pooling have in common: numbers for the spatial axes of (N,C,spatial...).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace gradtable {

// A number for each spatial axis, or one for all of them: 2, {2,1}. Padding takes one for each end of each
// axis, too, in ONNX's order: {top, left, bottom, right}.
class PerAxis {
 public:
  PerAxis(std::int64_t value) : values_{value} {}
  PerAxis(std::initializer_list<std::int64_t> values) : values_(values) {}
  PerAxis(std::vector<std::int64_t> values) : values_(std::move(values)) {}
  const std::vector<std::int64_t>& values() const { return values_; }

 private:
  std::vector<std::int64_t> values_;
};

}  // namespace gradtable
