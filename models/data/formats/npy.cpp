#include "gradtable/models/data/formats/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/formats/detail/npy_header.hpp"
#include "gradtable/models/io/atomic_file.hpp"
#include "gradtable/models/io/detail/half.hpp"

namespace gradtable {
namespace {

using detail::NpyHeader;
using detail::NpyType;

static_assert(std::endian::native == std::endian::little, "elements are written little-endian, as they lie");

constexpr std::size_t kNpyStep = 1 << 16;

struct Half {
  std::uint16_t bits;
};
struct Boolean {
  std::uint8_t byte;
};

template <std::size_t bytes>
using Unsigned =
    std::conditional_t<bytes == 1, std::uint8_t,
                       std::conditional_t<bytes == 2, std::uint16_t,
                                          std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

template <class Bits>
Bits swapped(Bits bits) {
  if constexpr (sizeof(Bits) == 2) return __builtin_bswap16(bits);
  if constexpr (sizeof(Bits) == 4) return __builtin_bswap32(bits);
  if constexpr (sizeof(Bits) == 8) return __builtin_bswap64(bits);
  return bits;
}

template <class From>
From element_at(const std::uint8_t* bytes, bool big_endian) {
  Unsigned<sizeof(From)> bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return std::bit_cast<From>(big_endian ? swapped(bits) : bits);
}

// Types with numbers that theirs among ours does not have.
template <class From>
constexpr bool kMayNotFit = std::is_same_v<From, Boolean> ||
                            (std::is_integral_v<From> && sizeof(From) >= sizeof(std::int32_t));

template <class From>
bool fits(From number) {
  if constexpr (std::is_same_v<From, Boolean>)
    return number.byte <= 1;
  else
    return std::in_range<std::int32_t>(number);
}

template <class T, class From>
T converted(From number) {
  if constexpr (std::is_same_v<From, Half>)
    return detail::from_half(number.bits);
  else if constexpr (std::is_same_v<From, Boolean>)
    return number.byte;
  else
    return static_cast<T>(number);
}

// "7", "(2,3)": of the element that stands at a place in the file.
std::string describe_index(const NpyHeader& header, std::int64_t place) {
  const auto rank = static_cast<std::size_t>(header.shape.rank());
  std::vector<std::int64_t> index(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t axis = header.fortran_order ? i : rank - 1 - i;
    const std::int64_t extent = header.shape.extents()[axis];
    index[axis] = place % extent;
    place /= extent;
  }
  return rank == 1 ? fmt::format("{}", index[0]) : fmt::format("({})", fmt::join(index, ","));
}

class NpyReader {
 public:
  NpyReader(ByteReader& content, const NpyOptions& options)
      : content_(content), options_(options), header_(detail::read_npy_header(content)) {}

  SharedArray read() {
    switch (header_.type) {
      case NpyType::boolean:
        return elements<std::int32_t, Boolean>();
      case NpyType::int8:
        return elements<std::int32_t, std::int8_t>();
      case NpyType::int16:
        return elements<std::int32_t, std::int16_t>();
      case NpyType::int32:
        return elements<std::int32_t, std::int32_t>();
      case NpyType::int64:
        return elements<std::int32_t, std::int64_t>();
      case NpyType::uint8:
        return elements<std::uint8_t, std::uint8_t>();
      case NpyType::uint16:
        return elements<std::int32_t, std::uint16_t>();
      case NpyType::uint32:
        return elements<std::int32_t, std::uint32_t>();
      case NpyType::uint64:
        return elements<std::int32_t, std::uint64_t>();
      case NpyType::float16:
        return elements<float, Half>();
      case NpyType::float32:
        return elements<float, float>();
      case NpyType::float64:
        break;
    }
    return elements<double, double>();
  }

 private:
  std::int64_t count() const { return header_.shape.size(); }

  // Before memory is taken.
  void require_room(std::int64_t bytes_of_each) const {
    const std::string shape = "shape " + to_string(header_.shape);
    if (count() > options_.memory_limit / bytes_of_each)
      content_.refuse(header_.shape_at, fmt::format("{}, {} bytes in memory", shape, count() * bytes_of_each),
                      fmt::format("at most {} bytes, {}", options_.memory_limit, options_.memory_limit_name));
    const std::int64_t bound = content_.size_bound(),
                       left = std::max(bound - content_.position(), INT64_C(0));
    const std::int64_t bytes = count() * header_.element_bytes;
    if (bound > 0 && bytes > left)
      content_.refuse(header_.shape_at, fmt::format("{}, {} bytes of elements", shape, bytes),
                      fmt::format("at most {} bytes, as the file is not longer", left));
  }

  template <class T, class From>
  SharedArray elements() {
    require_room(sizeof(T));
    std::vector<T> numbers;
    if (content_.size_bound() > 0) numbers.reserve(static_cast<std::size_t>(count()));
    std::vector<std::uint8_t> block(kNpyStep);
    while (std::ssize(numbers) < count()) {
      const std::int64_t left = count() - std::ssize(numbers);
      const auto bytes = static_cast<std::size_t>(
          std::min<std::int64_t>(left * header_.element_bytes, static_cast<std::int64_t>(kNpyStep)));
      const std::int64_t at = content_.position();
      if (content_.read(std::span(block).first(bytes)) < bytes)
        content_.refuse(content_.position(), "the end of the data",
                        fmt::format("{} elements of {} bytes", count(), header_.element_bytes));
      append<T, From>(std::span(block).first(bytes), at, numbers);
    }
    content_.finish();
    return {header_.fortran_order ? in_c_order(numbers) : std::move(numbers), header_.shape};
  }

  template <class T, class From>
  void append(std::span<const std::uint8_t> bytes, std::int64_t at, std::vector<T>& numbers) const {
    const std::size_t first = numbers.size(), more = bytes.size() / sizeof(From);
    numbers.resize(first + more);
    for (std::size_t i = 0; i < more; ++i) {
      const From number = element_at<From>(&bytes[i * sizeof(From)], header_.big_endian);
      if constexpr (kMayNotFit<From>)
        if (!fits(number))
          refuse_number(number, at + static_cast<std::int64_t>(i * sizeof(From)),
                        static_cast<std::int64_t>(first + i));
      numbers[first + i] = converted<T>(number);
    }
  }

  template <class From>
  [[noreturn]] void refuse_number(From number, std::int64_t at, std::int64_t place) const {
    const std::string index = describe_index(header_, place);
    if constexpr (std::is_same_v<From, Boolean>)
      content_.refuse(at, fmt::format("byte {} as a bool at index {}", number.byte, index), "0 or 1");
    else
      content_.refuse(at, fmt::format("{} at index {}", number, index),
                      "integers of 32 bits, from -2147483648 to 2147483647");
  }

  // Of numbers whose first index runs fastest.
  template <class T>
  std::vector<T> in_c_order(const std::vector<T>& numbers) const {
    const std::span<const std::int64_t> extents = header_.shape.extents();
    std::vector<std::int64_t> strides(extents.size(), 1), index(extents.size(), 0);
    for (std::size_t i = 1; i < extents.size(); ++i) strides[i] = strides[i - 1] * extents[i - 1];
    std::vector<T> result;
    result.reserve(numbers.size());
    for (std::int64_t from = 0; result.size() < numbers.size();) {
      result.push_back(numbers[static_cast<std::size_t>(from)]);
      for (std::size_t axis = extents.size(); axis-- > 0;) {
        from += strides[axis];
        if (++index[axis] < extents[axis]) break;
        from -= strides[axis] * extents[axis];
        index[axis] = 0;
      }
    }
    return result;
  }

  ByteReader& content_;
  const NpyOptions& options_;
  NpyHeader header_;
};

std::string_view descr_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "<f4";
    case DType::float64:
      return "<f8";
    case DType::int32:
      return "<i4";
    case DType::uint8:
      break;
  }
  return "|u1";
}

}  // namespace

SharedArray read_npy(const std::string& path, const NpyOptions& options) {
  ByteSource source(path, "an NPY file");
  return read_npy(source, options);
}

SharedArray read_npy(ByteReader& content, const NpyOptions& options) {
  return NpyReader(content, options).read();
}

std::string npy_header(const TensorType& type) {
  constexpr std::size_t kBefore = 10, kMultiple = 64;  // as numpy aligns the elements
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(type.dtype),
                  fmt::join(type.shape.extents(), ", "), type.shape.rank() == 1 ? "," : "");
  text.append(kMultiple - 1 - (kBefore + text.size()) % kMultiple, ' ').push_back('\n');
  const auto length = static_cast<std::uint16_t>(text.size());
  std::string header = "\x93NUMPY";
  for (const int byte : {1, 0, length & 0xff, length >> 8}) header.push_back(static_cast<char>(byte));
  return header + text;
}

void write_npy(const std::string& path, const ConstView& array) {
  require_address(array);
  const std::string header = npy_header(array.type);
  const std::array<std::string_view, 2> parts = {
      header, std::string_view(static_cast<const char*>(array.data), array.type.bytes())};
  write_file_atomically(path, parts);
}

}  // namespace gradtable
