#include "gradtable/models/io/safetensors.hpp"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/models/io/system_calls.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

TEST(Safetensors, ReadsBackEveryTypeAndShape) {
  const testing::TemporaryFolder folder;
  TensorFile file;
  file.tensors["layers.0.weight"] =
      Array::of<float>({2, 2}, {std::numeric_limits<float>::quiet_NaN(), -0.0F, 1e-45F, 3});
  file.tensors["scalar"] = Array::of<double>({}, {0.1});
  file.tensors["labels"] = Array::of<std::int32_t>({1, 2, 1}, {std::numeric_limits<std::int32_t>::min(), 9});
  file.tensors["bytes"] = Array::of<std::uint8_t>({3}, {0, 128, 255});
  file.tensors["none"] = Array(DType::float64, {4, 0, 3});
  file.tensors["eight axes"] = Array(DType::float32, {1, 2, 1, 1, 1, 1, 1, 3});
  file.tensors[std::string("\"quotes\", \\, \n, \0 and \xc3\xa9", 24)] = Array::of<float>({1}, {1});
  file.metadata = {{"", "empty key"}, {"format", "pt"}, {"text", "{\"a\": [1,\n2]}"}};
  write_safetensors(folder.path("file"), file);
  expect_equal(read_safetensors(folder.path("file")), file);
}

TEST(Safetensors, ReadsBackAFileOfNothing) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), {});
  expect_equal(read_safetensors(folder.path("file")), {});
  expect_equal(read_safetensors(folder.write("bare", file_of("{}"))), {});
}

// The checksums are those that Python's zlib.crc32 gives.
TEST(Safetensors, WritesThePublishedLayout) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), tiny());
  const std::string header = R"({"__metadata__":{"epoch":"5","gradtable.crc32:__metadata__":"6ad20cd5",)"
                             R"("gradtable.crc32:n":"4abca8f7","gradtable.crc32:w":"a747c85d"},)"
                             R"("w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                             R"("n":{"dtype":"U8","shape":[3],"data_offsets":[24,27]}})";
  const auto values = tiny().tensors.at("w");
  const std::string data = std::string(static_cast<const char*>(values.view().data), 24) + "\x07\x08\x09";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(folder.read("file"), file_of(padded, data));
}

TEST(Safetensors, WritesTheSameBytesAgain) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("a"), tiny());
  write_safetensors(folder.path("b"), read_safetensors(folder.path("a")));
  EXPECT_EQ(folder.read("a"), folder.read("b"));
}

TEST(Safetensors, ReadsFilesOfOtherPrograms) {
  const testing::TemporaryFolder folder;
  TensorFile expected;
  expected.tensors["n"] = Array::of<std::int32_t>({2}, {7, -8});
  expected.tensors["w"] = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  expected.metadata.emplace("format", "pt");
  expect_equal(read_safetensors(folder.write("file", kOfAnotherProgram)), expected);
}

TEST(Safetensors, ReadsTensorsInWhateverOrderTheHeaderNamesThem) {
  const testing::TemporaryFolder folder;
  const std::string file = file_of(
      R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"c":{"data_offsets":[1,1],"shape":[0],"dtype":"U8"},)"
      R"("a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})",
      "xyz");
  TensorFile expected;
  expected.tensors["a"] = Array::of<std::uint8_t>({}, {'x'});
  expected.tensors["b"] = Array::of<std::uint8_t>({2}, {'y', 'z'});
  expected.tensors["c"] = Array(DType::uint8, {0});
  expect_equal(read_safetensors(folder.write("file", file)), expected);
}

TEST(ReadSafetensors, RefusesPathsThatCannotBeRead) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(
      error_of(folder.path("none")),
      folder.path("none") + ": No such file or directory; expected a readable file; its folder is empty");
  EXPECT_EQ(error_of(folder.path("")), folder.path("") + ": a directory; expected a readable file");
  mkfifo(folder.path("pipe").c_str(), 0600);
  EXPECT_EQ(error_of(folder.path("pipe")),
            folder.path("pipe") + ": not a regular file; expected a readable file");
}

TEST(ReadSafetensors, SaysWhatAFileOfAnotherFormatIs) {
  const testing::TemporaryFolder folder;
  const std::string more(100, 'x');
  for (const auto& [begin, found] : std::initializer_list<std::pair<std::string, std::string>>{
           {"PK\3\4", "a zip file, as PyTorch's own format is; expected a safetensors file"},
           {"\x80\2\x8a\nl\xfc", "a pickle, as PyTorch's old format is; expected a safetensors file"},
           {"\x89HDF\r\n\x1a\n", "an HDF5 file; expected a safetensors file"},
           {"\x93NUMPY\1", "a NumPy array; expected a safetensors file"},
           {"\x1f\x8b\x08\x08", "a gzip file; expected a safetensors file"},
           {"<!DOCTYPE html>", "HTML or XML text; expected a safetensors file"},
           {"{\"model\": 1}", "JSON text; expected a safetensors file"},
           {length_of(~std::uint64_t{0}),
            "a header of 18446744073709551615 bytes; expected at most 25000000: it "
            "is no safetensors file"}}) {
    const std::string path = folder.write("file", begin + more);
    EXPECT_EQ(error_of(path).find(path + ": " + found), 0U) << error_of(path);
  }
  EXPECT_TRUE(
      contains(error_of(folder.write("zip", "PK\3\4" + more)),
               "PyTorch's own format is not read, save the state_dict with safetensors.torch.save_file"));
  EXPECT_TRUE(
      contains(error_of(folder.write("cut", length_of(500) + "{")), "a header of 500 bytes; expected at"));
}

TEST(ReadSafetensors, GoesOnAfterInterruptionsAndShortReads) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", kOfAnotherProgram);
  int made = 0;
  const testing::Misbehaviour slow({.read = [&](int descriptor, void* bytes, std::size_t count) -> ssize_t {
    if (++made % 2 == 0) return testing::kSystem.read(descriptor, bytes, count < 3 ? count : 3);
    errno = EINTR;
    return -1;
  }});
  EXPECT_EQ(read_safetensors(path).tensors.size(), 2U);
}

TEST(ReadSafetensors, SaysWhyReadingFails) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", kOfAnotherProgram);
  {
    const testing::Misbehaviour fault({.read = testing::failing(EIO)});
    EXPECT_EQ(error_of(path), path + ": Input/output error; expected a readable file");
  }
  const testing::Misbehaviour shrunk({.read = [](auto...) { return 0; }});
  EXPECT_EQ(error_of(path), path + ": the end of the file; expected 8 bytes more");
}

// By IEEE 754 and by the upper half of a float32: ends of the ranges, and the smallest number of each.
TEST(ReadSafetensors, WidensNumbersOfTwoBytes) {
  const testing::TemporaryFolder folder;
  const std::vector<std::uint16_t> half = {0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x8000, 0xfc00};
  const std::vector<std::uint16_t> brain = {0x3f80, 0xc000, 0x7f7f, 0x0080, 0x0001, 0x8000, 0xff80};
  const std::string path = folder.write("file", file_with({{"half", "F16", "[2,4]", bytes_of(half)},
                                                           {"brain", "BF16", "[7]", bytes_of(brain)}}));
  const TensorFile file = read_safetensors(path);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(
      content(file.tensors.at("half")),
      content(Array::of<float>({2, 4}, {1, -2, 65504, 0x1p-14F, 0x1.ff8p-15F, 0x1p-24F, -0.0F, -kInfinity})));
  EXPECT_EQ(content(file.tensors.at("brain")),
            content(Array::of<float>({7}, {1, -2, 0x1.fep127F, 0x1p-126F, 0x1p-133F, -0.0F, -kInfinity})));
  const std::vector<std::uint16_t> not_numbers = {0x7e00, 0xfc01};
  folder.write("file", file_with({{"a", "F16", "[2]", bytes_of(not_numbers)}}));
  const TensorFile strange = read_safetensors(path);
  for (const float number : strange.tensors.at("a").as<float>()) EXPECT_TRUE(std::isnan(number));
}

TEST(ReadSafetensors, NamesTensorsOfTypesThatArraysDoNotHave) {
  const testing::TemporaryFolder folder;
  const std::vector<float> numbers = {1, 2};
  const std::string path = folder.write("file", file_with({{"a", "I64", "[]", std::string(8, 'x')},
                                                           {"w", "F32", "[2]", bytes_of(numbers)},
                                                           {"b", "BOOL", "[3]", "xyz"},
                                                           {"c", "C64", "[0,5]", ""},
                                                           {"d", "F8_E4M3", "[2,2]", "1234"}}));
  const TensorFile file = read_safetensors(path);
  ASSERT_EQ(file.tensors.size(), 1U);
  EXPECT_EQ(content(file.tensors.at("w")), content(Array::of<float>({2}, {1, 2})));
  std::string others;
  for (const auto& [name, other] : file.others)
    others += name + " " + other.dtype + " " + to_string(other.shape) + ";";
  EXPECT_EQ(others, "a I64 ();b BOOL (3);c C64 (0,5);d F8_E4M3 (2,2);");
  EXPECT_EQ(message_of<CheckpointError>([&] { write_safetensors(path, file); }),
            path + ": the tensor of type I64 \"a\"; expected one whose numbers were read");
}

TEST(WriteSafetensors, RefusesWhatTheFormatCannotHold) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  const auto error = [&](const std::string& name, const std::string& key = "",
                         const std::string& value = "") {
    TensorFile file;
    file.tensors[name] = Array(DType::float32, {1});
    file.metadata[key] = value;
    return message_of<CheckpointError>([&] { write_safetensors(path, file); });
  };
  EXPECT_EQ(error(""), path + ": the tensor name \"\"; expected another one");
  EXPECT_EQ(error("__metadata__"), path + ": the tensor name \"__metadata__\"; expected another one");
  EXPECT_EQ(error("\xff"), path + ": the tensor name \"\\xff\"; expected UTF-8");
  EXPECT_TRUE(contains(error("w", "gradtable.crc32:w"), "expected another one: it is a checksum's"));
  EXPECT_EQ(error("w", "\xff"), path + ": the metadata key \"\\xff\"; expected UTF-8");
  EXPECT_EQ(error("w", "key", "\xff"), path + ": the metadata \"\\xff\"; expected UTF-8");
  EXPECT_TRUE(contains(error("w", "key", std::string(25'000'000, 'x')), "expected at most 25000000"));
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.count(), 1);
}

TEST(WriteSafetensors, KeepsTheOldFileWhenTheDiskIsFull) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path("file");
  write_safetensors(path, tiny());
  TensorFile changed = tiny();
  changed.tensors.erase("n");
  int left = 2;  // the length, the header
  {
    const testing::Misbehaviour full({.write = [&](int descriptor, const void* bytes, std::size_t count) {
      return --left < 0 ? testing::failing(ENOSPC)() : testing::kSystem.write(descriptor, bytes, count);
    }});
    const std::string message = message_of<OutputError>([&] { write_safetensors(path, changed); });
    EXPECT_EQ(message, path + ": No space left on device; expected a file that can be written");
  }
  expect_equal(read_safetensors(path), tiny());
  EXPECT_EQ(folder.count(), 1);
}

[[noreturn]] void write_without_end(const std::string& path, const TensorFile& a, const TensorFile& b) {
  for (;;) {
    write_safetensors(path, a);
    write_safetensors(path, b);
  }
}

TEST(WriteSafetensors, LeavesOneOfTheTwoFilesWhenKilled) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path("file");
  TensorFile other = tiny();
  other.tensors["w"] = Array(DType::float64, {1000, 100});
  write_safetensors(path, tiny());
  for (std::uint64_t round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) write_without_end(path, tiny(), other);
    usleep(500 + Random(1, round).below(5000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const TensorFile found = read_safetensors(path);
    expect_equal(found, found.tensors.at("w").dtype() == DType::float64 ? other : tiny());
  }
}

TEST(RequireTensors, ListsAllDifferences) {
  const TensorFile file = tiny();
  EXPECT_NO_THROW(require_tensors(file.tensors, "a.file",
                                  {{"w", file.tensors.at("w").type()}, {"n", file.tensors.at("n").type()}}));
  const std::string message = message_of<CheckpointError>([&] {
    require_tensors(file.tensors, "a.file", {{"w", {DType::float64, {2, 3}}}, {"b", {DType::float32, {3}}}});
  });
  EXPECT_EQ(message,
            "a.file: no \"b\", expected float32 (3); \"w\" is float32 (2,3), expected float64 (2,3); "
            "\"n\" uint8 (3), expected no such tensor");
}

TEST(Transposed, SwapsTheAxesOfAMatrix) {
  EXPECT_EQ(content(transposed(Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}))),
            content(Array::of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(content(transposed(Array(DType::float64, {0, 3}))), content(Array(DType::float64, {3, 0})));
  EXPECT_EQ(message_of<ShapeError>([] { transposed(Array(DType::float32, {3})); }),
            "transposed: expected a matrix, got shape (3)");
}

}  // namespace
}  // namespace gradtable
