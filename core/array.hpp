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

#include "gradtable/core/detail/numbers.hpp"
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

// An index of the first axis, counted from the front. Throws ShapeError(where + "expected ...") for one that
// is not in [-n, n), and for a scalar.
std::int64_t row_index(const Shape& shape, std::int64_t index, const char* where);
// Rows begin, ..., begin + count - 1 of the first axis. Throws ShapeError when they are not there.
void require_rows(const Shape& shape, std::int64_t begin, std::int64_t count);
// The type of one row, without the first axis; of `count` rows.
TensorType row_type(const TensorType& type);
TensorType rows_type(const TensorType& type, std::int64_t count);
// The place of an element. Throws ShapeError when it is not there; negative indices count from the end.
std::size_t element_index(const Shape& shape, std::span<const std::int64_t> indices);
}  // namespace detail

// A view of numbers with another owner, row-major and dense, which must stay where they are while it is used.
// `data` needs the alignment of its type only. If it lacks even that, as among the bytes of a file, copy the
// view into an Array, which is aligned.
struct ConstView {
  TensorType type;
  const void* data = nullptr;

  // No elements.
  ConstView() : type{DType::float32, Shape{0}} {}
  ConstView(TensorType type_of_data, const void* first) : type(type_of_data), data(first) {}
  // Views a std::vector, std::array, std::span, ... of float, double, std::int32_t or std::uint8_t as one
  // axis, and a container of xtensor in its own shape. Throws ShapeError for one that is not row-major.
  template <detail::ranges::Elements R>
  ConstView(const R& values)
      : ConstView({dtype_of<detail::ranges::NumberOf<R>>(), detail::ranges::shape_of(values)},
                  static_cast<const void*>(detail::ranges::first_of(values))) {}
  // Views them as an array of `shape`. Throws ShapeError when their number differs.
  template <detail::ranges::Elements R>
  ConstView(const R& values, const Shape& shape) : ConstView(ConstView(values).reshaped(shape)) {}
  // Other integers, as std::int64_t, are no elements: copy them, Array(values).
  template <detail::ranges::OtherIntegers R>
  ConstView(const R& values) = delete;
  template <detail::ranges::OtherIntegers R>
  ConstView(const R& values, const Shape& shape) = delete;

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

  // Element i of the first axis, with the axes behind it: x[1][2].item(). Negative indices count from the
  // end. Throws ShapeError for others that are not there.
  ConstView operator[](std::int64_t index) const;
  // Elements begin, ..., begin + count - 1 of the first axis. Throws ShapeError when they are not there.
  ConstView rows(std::int64_t begin, std::int64_t count) const;
  // The element at these indices, one for each axis: x.at<float>({1, -1}). Throws ShapeError.
  template <class T>
  const T& at(std::initializer_list<std::int64_t> indices) const {
    return as<T>()[detail::element_index(shape(), {indices.begin(), indices.size()})];
  }
  // The same numbers in another shape. Throws ShapeError when that has not as many.
  ConstView reshaped(const Shape& shape) const;
};

// Throws ShapeError when the view has elements and no address.
void require_address(const ConstView& view);

// The same for numbers that may be changed.
struct View {
  TensorType type;
  void* data = nullptr;

  // A view of other numbers; array[1] = x would not change the array, and does not compile.
  View& operator=(const View&) & = default;

  const Shape& shape() const { return type.shape; }
  DType dtype() const { return type.dtype; }
  template <class T>
  std::span<T> as() const {
    if (type.dtype != dtype_of<T>() || !detail::is_aligned(data, dtype_of<T>())) [[unlikely]]
      detail::refuse_elements(type.dtype, dtype_of<T>(), data);
    return {static_cast<T*>(data), static_cast<std::size_t>(type.shape.size())};
  }
  operator ConstView() const { return {type, data}; }
  double item() const { return ConstView(*this).item(); }
  View operator[](std::int64_t index) const;
  View rows(std::int64_t begin, std::int64_t count) const;
  template <class T>
  T& at(std::initializer_list<std::int64_t> indices) const {
    return as<T>()[detail::element_index(shape(), {indices.begin(), indices.size()})];
  }
  // Writes these numbers, of the view's shape, each converted as cast does. Throws what cast does.
  void assign(const ConstView& values) const;
};

// A buffer aligned to a cache line (64 bytes), with value semantics: a copy is a copy of the numbers.
class Array {
 public:
  Array() : Array(DType::float32, Shape{0}) {}
  // All elements zero.
  Array(DType dtype, const Shape& shape);
  // A copy. Throws ShapeError for a view of elements at no address.
  Array(const ConstView& view);
  Array(const View& view) : Array(ConstView(view)) {}
  // A copy of a std::vector, std::array, std::span, ... of numbers, on one axis, or of a container of xtensor
  // in its own shape. Integers of other types than std::int32_t and std::uint8_t become int32: DataError for
  // one that does not fit. Throws ShapeError where ConstView does.
  template <detail::ranges::Elements R>
  Array(const R& values) : Array(ConstView(values)) {}
  template <detail::ranges::OtherIntegers R>
  Array(const R& values) : Array(DType::int32, detail::ranges::shape_of(values)) {
    detail::ranges::write(values, as<std::int32_t>().data(), 0);
  }
  // The same numbers in this shape. Throws ShapeError when it has not as many.
  template <detail::ranges::Elements R>
  Array(const R& values, const Shape& shape) : Array(ConstView(values, shape)) {}
  template <detail::ranges::OtherIntegers R>
  Array(const R& values, const Shape& shape) : Array(Array(values).reshaped(shape)) {}
  // Rows of numbers, as std::vector<std::vector<double>>. Throws ShapeError for rows of different lengths.
  template <detail::ranges::Rows R>
  Array(const R& rows)
      : Array(dtype_of<typename detail::ranges::InRows<R>::type>(),
              Shape(detail::ranges::extents_of_rows(rows))) {
    detail::ranges::write_rows(rows, as<typename detail::ranges::InRows<R>::type>().data(), 0);
  }
  // Array::of<double>({2, 2}, {1, 2, 3, 4}). Throws ShapeError when the number of values is not the shape's
  // size.
  template <class T>
  static Array of(const Shape& shape, std::initializer_list<T> values) {
    return Array(ConstView(values, shape));
  }
  template <class T>
  static Array of(const Shape& shape, std::span<const T> values) {
    return Array(ConstView(values, shape));
  }
  // One axis: Array::of<float>({1, 2, 3}).
  template <class T>
  static Array of(std::initializer_list<T> values) {
    return Array(ConstView(values));
  }
  // Two axes: Array::of_rows<float>({{1, 2}, {3, 4}}). Throws ShapeError for rows of different lengths.
  template <class T>
  static Array of_rows(std::initializer_list<std::initializer_list<T>> rows) {
    return Array(rows);
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

  // As those of views. Of temporaries they are copies, so that nothing outlives its numbers.
  ConstView operator[](std::int64_t index) const& { return view()[index]; }
  View operator[](std::int64_t index) & { return view()[index]; }
  Array operator[](std::int64_t index) && { return ConstView(view()[index]); }
  ConstView rows(std::int64_t begin, std::int64_t count) const& { return view().rows(begin, count); }
  View rows(std::int64_t begin, std::int64_t count) & { return view().rows(begin, count); }
  Array rows(std::int64_t begin, std::int64_t count) && { return ConstView(view().rows(begin, count)); }
  template <class T>
  const T& at(std::initializer_list<std::int64_t> indices) const& {
    return view().at<T>(indices);
  }
  template <class T>
  T& at(std::initializer_list<std::int64_t> indices) & {
    return view().at<T>(indices);
  }
  template <class T>
  T at(std::initializer_list<std::int64_t> indices) const&& {
    return view().at<T>(indices);
  }
  // The same numbers in another shape. Throws ShapeError when that has not as many.
  Array reshaped(const Shape& shape) const { return view().reshaped(shape); }

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

// The numbers as NumPy prints them: in rows and columns, with at most 8 digits behind the point, lines of at
// most 75 characters; of more than 1000 numbers the first and last three along each axis. docs/numbers.md
std::string to_string(const ConstView& values);
std::ostream& operator<<(std::ostream& out, const ConstView& values);

// Whether every element, or each of [begin, end) in row-major order, is finite; integers always are.
bool all_finite(const ConstView& values);
bool all_finite(const ConstView& values, std::int64_t begin, std::int64_t end);

}  // namespace gradtable
