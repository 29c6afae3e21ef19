// The element types of tensors. Numbers that are differentiated are float32 or float64; int32 holds labels
// and indices; uint8 stores images and labels, which ops gather and convert but do not compute with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gradtable {

enum class DType : std::uint8_t { float32, float64, int32, uint8 };

constexpr std::size_t size_of(DType type) {
  constexpr std::size_t kBytes[] = {4, 8, 4, 1};
  return kBytes[static_cast<std::size_t>(type)];
}

constexpr bool is_floating(DType type) {
  return type == DType::float32 || type == DType::float64;
}

constexpr std::string_view to_string(DType type) {
  constexpr std::string_view kNames[] = {"float32", "float64", "int32", "uint8"};
  return kNames[static_cast<std::size_t>(type)];
}

template <class T>
constexpr DType dtype_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t> ||
                std::is_same_v<T, std::uint8_t>);
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  if constexpr (std::is_same_v<T, double>) return DType::float64;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::int32;
  return DType::uint8;
}

// Calls f.template operator()<T>() with the C++ type of `type`: one kernel template serves every element
// type.
template <class F>
decltype(auto) dispatch(DType type, F&& f) {
  switch (type) {
    case DType::float32:
      return std::forward<F>(f).template operator()<float>();
    case DType::float64:
      return std::forward<F>(f).template operator()<double>();
    case DType::int32:
      return std::forward<F>(f).template operator()<std::int32_t>();
    case DType::uint8:
      break;
  }
  return std::forward<F>(f).template operator()<std::uint8_t>();
}

// The same for kernels of real numbers, whose ops have refused integers when the node was made.
template <class F>
decltype(auto) dispatch_floating(DType type, F&& f) {
  return type == DType::float64 ? std::forward<F>(f).template operator()<double>()
                                : std::forward<F>(f).template operator()<float>();
}

}  // namespace gradtable
