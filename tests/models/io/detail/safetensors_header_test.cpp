#include "gradtable/models/io/detail/safetensors_header.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::contains;

struct BadHeader {
  std::string bytes;
  std::string message;  // behind the path
};

void expect_messages(const std::vector<BadHeader>& files) {
  const testing::TemporaryFolder folder;
  for (const auto& [bytes, message] : files) {
    const std::string path = folder.write("bad", bytes);
    EXPECT_TRUE(contains(error_of(path), path + message)) << error_of(path);
  }
}

// A header with one tensor of these properties, for 4 bytes of data.
std::string with_tensor(const std::string& properties, const std::string& name = "w") {
  return file_of(fmt::format("{{\"{}\":{}}}", name, properties), "1234");
}

std::string with_shape(const std::string& shape) {
  return with_tensor(fmt::format(R"({{"dtype":"U8","shape":{},"data_offsets":[0,4]}})", shape));
}

std::string with_offsets(const std::string& offsets) {
  return with_tensor(fmt::format(R"({{"dtype":"U8","shape":[4],"data_offsets":{}}})", offsets));
}

// A header with two tensors of bytes, which lie there.
std::string with_two(int begin_a, int end_a, int begin_b, int end_b) {
  constexpr auto kEntry = R"("{}":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})";
  const std::string a = fmt::format(kEntry, "a", end_a - begin_a, begin_a, end_a);
  const std::string b = fmt::format(kEntry, "b", end_b - begin_b, begin_b, end_b);
  return file_of(fmt::format("{{{},{}}}", a, b), "1234");
}

TEST(ReadSafetensors, SaysWhatIsWrongWithTheLengthOfTheHeader) {
  expect_messages({
      {"", ": 0 bytes; expected a safetensors file, of 8 bytes at least"},
      {"1234567", ": 7 bytes; expected a safetensors file"},
      {length_of(0), "@byte 8: \"\"; expected a header that begins with {"},
      {length_of(3) + "{}", ": a header of 3 bytes; expected at most the 2 that the file has"},
      {length_of(std::uint64_t{1} << 63) + "{}", ": a header of 9223372036854775808 bytes; expected at most"},
      {length_of(~std::uint64_t{0} - 7) + "{}", ": a header of 18446744073709551608 bytes; expected at most"},
      {length_of(~std::uint64_t{0}) + "{}", ": a header of 18446744073709551615 bytes; expected at most"},
      {file_of(fmt::format("{{}}{:25000000}", "")),
       ": a header of 25000002 bytes; expected at most 25000000"},
  });
}

TEST(ReadSafetensors, SaysWhatIsWrongWithAHeaderThatIsNoJsonObject) {
  const std::string deep = fmt::format("{{\"w\":{:[>100000}", "");
  expect_messages({
      {file_of(" {}"), "@byte 8: \" \"; expected a header that begins with {"},
      {file_of("[]"), "@byte 8: \"[\"; expected a header that begins with {"},
      {file_of("{\"w\""), ", header:1:5: unexpected end of input"},
      {file_of("{} {}"), ", header:1:4: "},
      {file_of("{\"\xff\":{}}"), ", header:1:3: "},
      {file_of(std::string("{}\0", 3)), ", header:1:3: a zero byte"},
      {file_of("{\"w\":1e999}"), ", header:1:6: the number 1e999"},
      {file_of(deep), ", header: nested more than 64 deep"},
      {file_of(R"({"w":{},"w":{}})"), ", header at /w: this key stands twice"},
      {with_tensor(R"({"dtype":"U8","dtype":"U8"})"), ", header at /w/dtype: this key stands twice"},
  });
}

TEST(ReadSafetensors, SaysWhatIsWrongWithTheMetadata) {
  expect_messages({
      {file_of(R"({"__metadata__":[]})"), ": __metadata__: an empty list; expected an object of strings"},
      {file_of(R"({"__metadata__":{"epoch":5}})"),
       ": __metadata__: 5 for \"epoch\"; expected an object of strings"},
      {file_of(R"({"__metadata__":{"a":{"b":"c"}}})"), ": __metadata__: an object for \"a\""},
      {file_of(R"({"__metadata__":{"a":"1","a":"2"}})"),
       ", header at /__metadata__/a: this key stands twice"},
  });
}

TEST(ReadSafetensors, SaysWhatIsWrongWithTheDescriptionOfATensor) {
  constexpr auto kGood = R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  expect_messages({
      {with_tensor(kGood, ""), ": tensor \"\": an empty name; expected a name"},
      {with_tensor("7"), ": tensor \"w\": 7; expected an object with the keys dtype, shape and data_offsets"},
      {with_tensor(R"({"shape":[4],"data_offsets":[0,4]})"), ": tensor \"w\": no dtype; expected the keys"},
      {with_tensor(R"({"dtype":"U8","data_offsets":[0,4]})"), ": tensor \"w\": no shape; expected the keys"},
      {with_tensor(R"({"dtype":"U8","shape":[4]})"), ": tensor \"w\": no data_offsets; expected the keys"},
      {with_tensor(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"strides":[1]})"),
       ": tensor \"w\": the key \"strides\"; expected only the keys"},
      {with_tensor(R"({"dtype":"F128","shape":[2],"data_offsets":[0,4]})"),
       ": tensor \"w\": dtype \"F128\"; expected one of F32, F64, I32, U8, F16, BF16, I64, BOOL, I8, "},
      {with_tensor(R"({"dtype":"f32","shape":[1],"data_offsets":[0,4]})"), ": tensor \"w\": dtype \"f32\""},
      {with_tensor(R"({"dtype":"I64","shape":[],"data_offsets":[0,4]})"),
       ": tensor \"w\": 4 bytes by data_offsets [0,4]; expected 8 bytes for I64 []"},
      {with_tensor(R"({"dtype":"BF16","shape":[4],"data_offsets":[0,4]})"),
       ": tensor \"w\": 4 bytes by data_offsets [0,4]; expected 8 bytes for BF16 [4]"},
      {with_tensor(R"({"dtype":null,"shape":[4],"data_offsets":[0,4]})"), ": tensor \"w\": dtype null"},
  });
}

TEST(ReadSafetensors, SaysWhatIsWrongWithAShape) {
  expect_messages({
      {with_shape("4"), ": tensor \"w\": shape 4; expected a list of integers from 0 to 2^63 - 1"},
      {with_shape("[-4]"), ": tensor \"w\": shape with -4; expected a list of integers"},
      {with_shape("[4.0]"), ": tensor \"w\": shape with 4.0"},
      {with_shape("[\"4\"]"), ": tensor \"w\": shape with \"4\""},
      {with_shape("[true]"), ": tensor \"w\": shape with true"},
      {with_shape("[[4]]"), ": tensor \"w\": shape with a list of 1"},
      {with_shape("[9223372036854775808]"), ": tensor \"w\": shape with 9223372036854775808"},
      {with_shape("[18446744073709551616]"), ": tensor \"w\": shape with 1.8446744073709552e+19"},
      {with_shape("[4294967296,4294967296]"),
       ": tensor \"w\": shape [4294967296,4294967296]; expected a size"},
      {with_shape("[2305843009213693952]"), ": tensor \"w\": shape [2305843009213693952]; expected a size"},
      {with_shape("[0,9223372036854775807]"),
       ": tensor \"w\": shape [0,9223372036854775807]; expected a size"},
      {with_shape("[1,1,1,1,1,1,1,1,4]"), ": tensor \"w\": 9 axes; expected at most 8"},
  });
}

TEST(ReadSafetensors, SaysWhatIsWrongWithTheOffsets) {
  expect_messages({
      {with_offsets("4"), ": tensor \"w\": data_offsets 4; expected a list of integers"},
      {with_offsets("[4]"), ": tensor \"w\": 1 data_offsets; expected 2"},
      {with_offsets("[0,4,4]"), ": tensor \"w\": 3 data_offsets; expected 2"},
      {with_offsets("[-1,3]"), ": tensor \"w\": data_offsets with -1; expected a list of integers"},
      {with_offsets("[0,4e0]"), ": tensor \"w\": data_offsets with 4.0"},
      {with_offsets("[4,0]"), ": tensor \"w\": data_offsets [4,0]; expected the first not above the second"},
      {with_offsets("[1,5]"), ": tensor \"w\": data_offsets [1,5]; expected none above the 4 bytes of data"},
      {with_offsets("[0,9223372036854775807]"),
       ": tensor \"w\": data_offsets [0,9223372036854775807]; expected none"},
      {with_offsets("[0,3]"), ": tensor \"w\": 3 bytes by data_offsets [0,3]; expected 4 bytes for U8 [4]"},
      {with_two(0, 3, 2, 4),
       ": tensor \"b\": begins at byte 2 of the data; expected byte 3, where the tensor"},
      {with_two(2, 4, 0, 1),
       ": tensor \"a\": begins at byte 2 of the data; expected byte 1, where the tensor"},
      {with_two(1, 2, 2, 4), ": tensor \"a\": begins at byte 1 of the data; expected byte 0"},
      {with_two(0, 4, 0, 4), ": tensor \"b\": begins at byte 0 of the data; expected byte 4"},
      {with_two(0, 1, 1, 3), ": 1 bytes behind the last tensor; expected the end of the file"},
      {file_of("{}", "1"), ": 1 bytes behind the last tensor; expected the end of the file"},
  });
}

TEST(ReadSafetensors, RefusesAMillionTensors) {
  std::string header = "{";
  for (int i = 0; i < 1000000; ++i)
    header +=
        fmt::format(R"({}"{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", i == 0 ? "" : ",", i);
  expect_messages({{file_of(header + "}"), ": a header of "}});
}

}  // namespace
}  // namespace gradtable
