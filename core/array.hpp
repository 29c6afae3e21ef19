// Numbers: an Array owns a row-major buffer, a View looks at one. Symbols are Tensors (tensor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "gradtable/core/dtype.hpp"
#include "gradtable/core/shape.hpp"

namespace gradtable {

// The type of a tensor: everything but its values.
struct TensorType {
  DType dtype = DType::float32;
  Shape shape;

  std::size_t bytes() const { return static_cast<std::size_t>(shape.size()) * size_of(dtype); }
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

// "float32 (64,784)"
std::string to_string(const TensorType& type);

namespace detail {
// Of numbers that cannot be read as `asked`: another element type, or an address that it may not have.
[[noreturn]] void refuse_elements(DType found, DType asked, const void* data);

// Whether `data` is an address for elements of this type.
inline bool is_aligned(const void* data, DType dtype) {
  return reinterpret_cast<std::uintptr_t>(data) % size_of(dtype) == 0;
}
}  // namespace detail

// A view of numbers with another owner, row-major and dense. `data` needs the alignment of its type only. If
// it lacks even that, as among the bytes of a file, copy the view into an Array, which is aligned.
struct ConstView {
  TensorType type;
  const void* data = nullptr;

  // No elements.
  ConstView() : type{DType::float32, Shape{0}} {}
  ConstView(TensorType type_of_data, const void* first) : type(type_of_data), data(first) {}
  // Views `values` as an array of `shape`. Throws ShapeError when their number differs.
  template <class T>
  ConstView(std::span<const T> values, const Shape& shape)
      : ConstView(checked(dtype_of<T>(), shape, values.size()), values.data()) {}

  const Shape& shape() const { return type.shape; }
  DType dtype() const { return type.dtype; }
  // The elements. Throws ShapeError when T is not the element type, or `data` not aligned for it.
  template <class T>
  std::span<const T> as() const {
    if (type.dtype != dtype_of<T>() || !detail::is_aligned(data, dtype_of<T>())) [[unlikely]]
      detail::refuse_elements(type.dtype, dtype_of<T>(), data);
    return {static_cast<const T*>(data), static_cast<std::size_t>(type.shape.size())};
  }
  // The only element, of whichever type, as a double. Throws ShapeError when there is not exactly one.
  double item() const;

 private:
  static TensorType checked(DType dtype, const Shape& shape, std::size_t count);
};

// Throws ShapeError when the view has elements and no address.
void require_address(const ConstView& view);

struct View {
  TensorType type;
  void* data = nullptr;

  const Shape& shape() const { return type.shape; }
  DType dtype() const { return type.dtype; }
  template <class T>
  std::span<T> as() const {
    if (type.dtype != dtype_of<T>() || !detail::is_aligned(data, dtype_of<T>())) [[unlikely]]
      detail::refuse_elements(type.dtype, dtype_of<T>(), data);
    return {static_cast<T*>(data), static_cast<std::size_t>(type.shape.size())};
  }
  operator ConstView() const { return {type, data}; }
};

// A buffer aligned to a cache line (64 bytes), with value semantics: a copy is a copy of the numbers.
class Array {
 public:
  Array() : Array(DType::float32, Shape{0}) {}
  // All elements zero.
  Array(DType dtype, const Shape& shape);
  // A copy. Throws ShapeError for a view of elements at no address.
  explicit Array(const ConstView& view);
  // Array::of<double>({2, 2}, {1, 2, 3, 4}). Throws ShapeError when the number of values is not the shape's
  // size.
  template <class T>
  static Array of(const Shape& shape, std::initializer_list<T> values) {
    return Array(ConstView(std::span<const T>(values.begin(), values.size()), shape));
  }
  template <class T>
  static Array of(const Shape& shape, std::span<const T> values) {
    return Array(ConstView(values, shape));
  }

  Array(const Array& other) : Array(other.view()) {}
  // A moved-from array has no elements.
  Array(Array&& other) noexcept
      : type_(std::exchange(other.type_, {other.dtype(), Shape{0}})), data_(std::move(other.data_)) {}
  Array& operator=(const Array& other) { return *this = Array(other); }
  Array& operator=(Array&& other) noexcept {
    Array taken(std::move(other));
    std::swap(type_, taken.type_);
    data_.swap(taken.data_);
    return *this;
  }

  const TensorType& type() const { return type_; }
  const Shape& shape() const { return type_.shape; }
  DType dtype() const { return type_.dtype; }
  ConstView view() const { return {type_, data_.get()}; }
  View view() { return {type_, data_.get()}; }
  operator ConstView() const { return view(); }
  template <class T>
  std::span<T> as() & {
    return view().as<T>();
  }
  template <class T>
  std::span<const T> as() const& {
    return view().as<T>();
  }
  // Deleted for temporaries: the elements would be destroyed with them.
  template <class T>
  std::span<const T> as() const&& = delete;
  double item() const { return view().item(); }

 private:
  struct Free {
    void operator()(void* data) const;
  };

  TensorType type_;
  std::unique_ptr<void, Free> data_;
};

// Arrays of one value; float32 unless told. Throws NumericError for a value that an integer type cannot hold.
Array zeros(const Shape& shape, DType dtype = DType::float32);
Array full(const Shape& shape, double value, DType dtype = DType::float32);

// The same numbers, each rounded to the nearest value of the other type; to integers towards zero. Throws
// NumericError for NaN and other numbers that an integer type cannot hold.
Array cast(const ConstView& values, DType dtype);
// The same into memory that is there, which must not overlap. Throws ShapeError when the shapes differ.
void cast(const ConstView& values, const View& result);

// The numbers as nested lists, rounded to 6 digits: [[1, 0.5], [2, 3]]. Of an axis of more than 8 elements
// the first and last three.
std::ostream& operator<<(std::ostream& out, const ConstView& values);

// Whether every element, or each of [begin, end) in row-major order, is finite; integers always are.
bool all_finite(const ConstView& values);
bool all_finite(const ConstView& values, std::int64_t begin, std::int64_t end);

}  // namespace gradtable
