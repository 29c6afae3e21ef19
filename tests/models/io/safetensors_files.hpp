// Small safetensors files, and what reading them gives.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/safetensors.hpp"

namespace gradtable {

// What reading throws; "nothing thrown" when the file loads.
inline std::string error_of(const std::string& path) {
  return testing::message_of<CheckpointError>([&] { read_safetensors(path); });
}

inline std::string length_of(std::uint64_t length) {
  const auto bytes = std::bit_cast<std::array<char, 8>>(length);
  return {bytes.begin(), bytes.end()};
}

// A file with this header, whatever it says.
inline std::string file_of(const std::string& header, const std::string& data = "") {
  return length_of(header.size()) + header + data;
}

// A tensor of any type of the format.
struct RawTensor {
  std::string name, dtype, shape;  // the shape as JSON: "[2,3]"
  std::string bytes;
};

inline std::string file_with(const std::vector<RawTensor>& tensors) {
  std::string header, data;
  for (const auto& [name, dtype, shape, bytes] : tensors) {
    header +=
        fmt::format(R"({}"{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})",
                    header.empty() ? "{" : ",", name, dtype, shape, data.size(), data.size() + bytes.size());
    data += bytes;
  }
  return file_of(header + "}", data);
}

// The numbers as the bytes of T.
template <class T>
std::string bytes_of(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

// The type and the bytes: equal for NaNs of equal bits.
inline std::string content(const Array& array) {
  return to_string(array.type()) +
         std::string(static_cast<const char*>(array.view().data), array.type().bytes());
}

inline void expect_equal(const TensorFile& found, const TensorFile& expected, const std::string& where = "") {
  EXPECT_EQ(found.metadata, expected.metadata) << where;
  ASSERT_EQ(found.tensors.size(), expected.tensors.size()) << where;
  for (const auto& [name, tensor] : expected.tensors) {
    ASSERT_TRUE(found.tensors.contains(name)) << where << " " << name;
    EXPECT_EQ(content(found.tensors.at(name)), content(tensor)) << where << " " << name;
  }
}

inline TensorFile tiny() {
  TensorFile file;
  file.tensors["w"] = Array::of<float>({2, 3}, {1, -2, 3.5F, 4, 5, 6});
  file.tensors["n"] = Array::of<std::uint8_t>({3}, {7, 8, 9});
  file.metadata.emplace("epoch", "5");
  return file;
}

// As the format's own Python library writes it.
inline const std::string kOfAnotherProgram =
    file_of(R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
            R"("n":{"dtype":"I32","shape":[2],"data_offsets":[24,32]}} )",
            std::string("\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@\0\0\xc0@\x07\0\0\0\xf8\xff\xff\xff", 32));

}  // namespace gradtable
