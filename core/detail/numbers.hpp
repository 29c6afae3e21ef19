// Which C++ objects are numbers for an Array or a view, and of which shape.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtable/core/dtype.hpp"
#include "gradtable/core/shape.hpp"

namespace gradtable::detail::ranges {

template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);

// The C++ types of elements.
template <class T>
concept Element = OneOf<T, float, double, std::int32_t, std::uint8_t>;

// Integers that are stored as int32 where each of them fits. Characters and bool are no numbers.
template <class T>
concept OtherInteger = OneOf<T, signed char, short, unsigned short, unsigned int, long, unsigned long,
                             long long, unsigned long long>;

template <class T>
concept Number = Element<T> || OtherInteger<T>;

// A container or view of xtensor, or one that is used alike: its elements lie from data() + data_offset() on.
template <class R>
concept Strided = requires(const R& r) {
  r.data() + r.data_offset();
  r.shape().begin();
  r.strides().begin();
};

// Numbers side by side on one axis: std::vector, std::array, std::span, an array of C, ...
template <class R>
concept Contiguous = !Strided<R> && requires(const R& r) {
  std::span(r);
};

// What a range of the numbers of one memory has as elements; void for others.
template <class R>
struct Numbers {
  using type = void;
};
template <Contiguous R>
struct Numbers<R> {
  using type = typename decltype(std::span(std::declval<const R&>()))::value_type;
};
template <Strided R>
struct Numbers<R> {
  using type = std::remove_cvref_t<decltype(*std::declval<const R&>().data())>;
};
template <class R>
using NumberOf = typename Numbers<R>::type;

template <class R>
concept Elements = Element<NumberOf<R>>;
template <class R>
concept OtherIntegers = OtherInteger<NumberOf<R>>;

// Rows of numbers, or of rows of them, as std::vector<std::vector<double>>.
template <class R>
struct IsRows : std::false_type {};
template <class R>
requires requires(const R& r) {
  *std::begin(r);
  std::size(r);
}
struct IsRows<R> {
  using Row = std::remove_cvref_t<decltype(*std::begin(std::declval<const R&>()))>;
  static constexpr bool value = Number<NumberOf<Row>> || IsRows<Row>::value;
};
template <class R>
concept Rows = IsRows<R>::value;

// Throws ShapeError unless the numbers of this shape lie row-major, without holes.
Shape dense_shape(std::span<const std::int64_t> extents, std::span<const std::int64_t> strides);

// Throws ShapeError unless the extents are equal: of a row and of the first one.
void require_same_row(std::span<const std::int64_t> first, std::span<const std::int64_t> row);
// Throws DataError("array: expected integers that int32 has, got 4294967296 at 3").
[[noreturn]] void refuse_integer(std::int64_t found, std::size_t index);
[[noreturn]] void refuse_integer(std::uint64_t found, std::size_t index);

// The first of the numbers.
template <class R>
auto* first_of(const R& numbers) {
  if constexpr (Strided<R>) {
    return numbers.data() + numbers.data_offset();
  } else {
    return std::span(numbers).data();
  }
}

// The shape of the numbers, one axis for a range.
template <class R>
Shape shape_of(const R& numbers) {
  if constexpr (Strided<R>) {
    const auto& extents = numbers.shape();
    const auto& strides = numbers.strides();
    return dense_shape(std::vector<std::int64_t>(extents.begin(), extents.end()),
                       std::vector<std::int64_t>(strides.begin(), strides.end()));
  } else {
    return Shape{static_cast<std::int64_t>(std::size(numbers))};
  }
}

// Writes the numbers from `to` on as elements of T; returns the end. `index`: of the first one, for errors.
template <class T, class R>
T* write(const R& numbers, T* to, std::size_t index) {
  const auto* from = first_of(numbers);
  const auto count = static_cast<std::size_t>(shape_of(numbers).size());
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (OtherInteger<NumberOf<R>>) {
      if (!std::in_range<T>(from[i])) {
        using Widest = std::conditional_t<std::is_signed_v<NumberOf<R>>, std::int64_t, std::uint64_t>;
        refuse_integer(static_cast<Widest>(from[i]), index + i);
      }
    }
    to[i] = static_cast<T>(from[i]);
  }
  return to + count;
}

// The element type in which numbers are stored.
template <class N>
using Stored = std::conditional_t<OtherInteger<N>, std::int32_t, N>;

template <class R>
struct InRows {
  using type = Stored<NumberOf<R>>;
};
template <Rows R>
struct InRows<R> : InRows<typename IsRows<R>::Row> {};

// The extents of rows, all of which are like the first. Throws ShapeError for others.
template <class R>
std::vector<std::int64_t> extents_of_rows(const R& rows) {
  if constexpr (!Rows<R>) {
    const Shape shape = shape_of(rows);
    return {shape.extents().begin(), shape.extents().end()};
  } else {
    std::vector<std::int64_t> first;
    std::int64_t count = 0;
    for (const auto& row : rows) {
      std::vector<std::int64_t> extents = extents_of_rows(row);
      if (count++ == 0) first = extents;
      require_same_row(first, extents);
    }
    first.insert(first.begin(), count);
    return first;
  }
}

template <class T, class R>
T* write_rows(const R& rows, T* to, std::size_t index) {
  if constexpr (!Rows<R>) {
    return write(rows, to, index);
  } else {
    T* next = to;
    for (const auto& row : rows) next = write_rows(row, next, index + static_cast<std::size_t>(next - to));
    return next;
  }
}

}  // namespace gradtable::detail::ranges
