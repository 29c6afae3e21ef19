// Numbers that never change, shared by all copies and parts of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "gradtable/core/array.hpp"

namespace gradtable {

// The memory is freed with the last part that shows some of it: a view holds as long as one of them.
class SharedArray {
 public:
  // No elements.
  SharedArray() = default;
  SharedArray(Array values) : SharedArray(std::make_shared<const Array>(std::move(values))) {}
  // The elements in the order of their indices. Throws ShapeError when their number is not the shape's size.
  template <class T>
  SharedArray(std::vector<T> values, const Shape& shape)
      : SharedArray(std::make_shared<const std::vector<T>>(std::move(values)), shape) {}

  const ConstView& view() const { return view_; }
  operator const ConstView&() const { return view_; }
  const TensorType& type() const { return view_.type; }
  const Shape& shape() const { return view_.shape(); }
  DType dtype() const { return view_.dtype(); }
  template <class T>
  std::span<const T> as() const {
    return view_.as<T>();
  }

  // Elements begin, ..., begin + count - 1 of the first axis, where they lie. The range is not checked.
  SharedArray rows(std::int64_t begin, std::int64_t count) const;
  // The same elements in another shape. Throws ShapeError when their number differs.
  SharedArray reshaped(const Shape& shape) const;

 private:
  explicit SharedArray(std::shared_ptr<const Array> values)
      : view_(values->view()), owner_(std::move(values)) {}
  template <class T>
  SharedArray(std::shared_ptr<const std::vector<T>> values, const Shape& shape)
      : view_(std::span(*values), shape), owner_(std::move(values)) {}

  ConstView view_;
  std::shared_ptr<const void> owner_;
};

}  // namespace gradtable
