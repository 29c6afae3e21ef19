#include "gradtable/models/data/formats/npy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/models/data/formats/npy_bytes.hpp"
#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

using testing::bytes_of;
using testing::contains;
using testing::npy_dictionary;
using testing::npy_file;

class Npy : public ::testing::Test {
 protected:
  SharedArray read(const std::string& bytes) { return read_npy(folder_.write("x.npy", bytes)); }
  template <class T>
  std::vector<T> read_as(const std::string& bytes) {
    const SharedArray array = read(bytes);
    return {array.as<T>().begin(), array.as<T>().end()};
  }
  std::string error(const std::string& bytes, const NpyOptions& options = {}) {
    const std::string path = folder_.write("x.npy", bytes);
    const std::string message = testing::message_of<DataError>([&] { read_npy(path, options); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }

  testing::TemporaryFolder folder_;
};

template <class T>
std::string big_endian(std::vector<T> values) {
  std::string bytes = bytes_of(values);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(T))
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + sizeof(T)));
  return bytes;
}

TEST_F(Npy, ReadsRealNumbersOfBothByteOrders) {
  const std::vector<float> singles = {1.5F, -2, 3e30F};
  const std::vector<double> doubles = {1.5, -2, 1e300};
  EXPECT_EQ(read_as<float>(npy_file(npy_dictionary("<f4", "(3,)"), bytes_of(singles))), singles);
  EXPECT_EQ(read_as<float>(npy_file(npy_dictionary(">f4", "(3,)"), big_endian(singles))), singles);
  EXPECT_EQ(read_as<double>(npy_file(npy_dictionary("<f8", "(3,)"), bytes_of(doubles))), doubles);
  EXPECT_EQ(read_as<double>(npy_file(npy_dictionary(">f8", "(3,)"), big_endian(doubles))), doubles);
}

TEST_F(Npy, WidensHalfNumbersExactly) {
  const std::vector<std::uint16_t> bits = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555};
  const std::vector<float> expected = {
      1, -2, 5.9604644775390625e-8F, 65504, std::numeric_limits<float>::infinity(), 0.333251953125F};
  EXPECT_EQ(read_as<float>(npy_file(npy_dictionary("<f2", "(6,)"), bytes_of(bits))), expected);
  EXPECT_EQ(read_as<float>(npy_file(npy_dictionary(">f2", "(6,)"), big_endian(bits))), expected);
}

template <class T>
void expect_integers(const std::string& code, const std::vector<T>& values) {
  const testing::TemporaryFolder folder;
  const std::string shape = "(" + std::to_string(values.size()) + ",)";
  const std::vector<std::int32_t> expected(values.begin(), values.end());
  for (const auto& [order, bytes] :
       {std::pair("<", bytes_of(values)), {"=", bytes_of(values)}, {">", big_endian(values)}}) {
    const SharedArray array =
        read_npy(folder.write("x.npy", npy_file(npy_dictionary(order + code, shape), bytes)));
    ASSERT_EQ(array.dtype(), DType::int32) << code;
    EXPECT_TRUE(std::ranges::equal(array.as<std::int32_t>(), expected)) << order << code;
  }
}

TEST_F(Npy, TakesIntegersOfEveryTypeAsTheyAre) {
  expect_integers<std::int8_t>("i1", {-128, 0, 127});
  expect_integers<std::int16_t>("i2", {-32768, 0, 32767});
  expect_integers<std::int32_t>("i4", {INT32_MIN, 0, INT32_MAX});
  expect_integers<std::int64_t>("i8", {INT32_MIN, 0, INT32_MAX});
  expect_integers<std::uint16_t>("u2", {0, 65535});
  expect_integers<std::uint32_t>("u4", {0, INT32_MAX});
  expect_integers<std::uint64_t>("u8", {0, INT32_MAX});
}

TEST_F(Npy, KeepsBytesAsBytesAndBoolsAsTheNumbers0And1) {
  EXPECT_EQ(
      read_as<std::uint8_t>(npy_file(npy_dictionary("|u1", "(2, 2)"), std::string("\x00\x01\x80\xff", 4))),
      (std::vector<std::uint8_t>{0, 1, 128, 255}));
  EXPECT_EQ(read_as<std::int32_t>(npy_file(npy_dictionary("|b1", "(3,)"), std::string("\x00\x01\x01", 3))),
            (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(error(npy_file(npy_dictionary("|b1", "(3,)"), std::string("\x00\x01\x07", 3))),
            "@byte 70: byte 7 as a bool at index 2; expected 0 or 1");
}

TEST_F(Npy, RefusesAnIntegerBeyondInt32WithItsIndex) {
  const std::vector<std::int64_t> values = {1, 2, 3, 4, std::int64_t{1} << 31, 6};
  EXPECT_TRUE(contains(error(npy_file(npy_dictionary("<i8", "(2, 3)"), bytes_of(values))),
                       ": 2147483648 at index (1,1); expected integers of 32 bits"));
  EXPECT_TRUE(contains(error(npy_file(npy_dictionary("<i8", "(2, 3)", "True"), bytes_of(values))),
                       ": 2147483648 at index (0,2); expected integers of 32 bits"));
  EXPECT_TRUE(contains(error(npy_file(npy_dictionary("<u8", "(1,)"), bytes_of<std::uint64_t>({UINT64_MAX}))),
                       ": 18446744073709551615 at index 0; expected"));
}

TEST_F(Npy, PutsFortranOrderInCOrder) {
  // a[i,j,k] = 100 i + 10 j + k of shape (2,3,2), the first index fastest.
  std::vector<float> fortran, c;
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) fortran.push_back(static_cast<float>(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k) c.push_back(static_cast<float>(100 * i + 10 * j + k));
  EXPECT_EQ(read_as<float>(npy_file(npy_dictionary("<f4", "(2, 3, 2)", "True"), bytes_of(fortran))), c);
}

TEST_F(Npy, ReadsScalarsAndEmptyArraysAndEveryVersion) {
  for (const char* const order : {"False", "True"}) {
    const SharedArray scalar = read(npy_file(npy_dictionary("<f8", "()", order), bytes_of<double>({2.5})));
    EXPECT_EQ(scalar.type(), (TensorType{DType::float64, {}}));
    EXPECT_EQ(scalar.view().item(), 2.5);
    EXPECT_EQ(read(npy_file(npy_dictionary("<f4", "(0, 4)", order), "")).shape(), (Shape{0, 4}));
  }
  for (const int version : {1, 2, 3})
    EXPECT_EQ(read_as<float>(npy_file(npy_dictionary("<f4", "(1,)"), bytes_of<float>({7}), version)),
              std::vector<float>{7});
}

TEST_F(Npy, ReadsGzipAndArraysLargerThanItsBlocks) {
  std::vector<float> many(100'003);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<float>(i);
  const std::string file = npy_file(npy_dictionary("<f4", "(100003,)"), bytes_of(many));
  EXPECT_EQ(read_as<float>(file), many);
  const testing::Bytes packed = testing::gzip({file.begin(), file.end()});
  EXPECT_EQ(read_as<float>({packed.begin(), packed.end()}), many);
}

TEST_F(Npy, TakesTheDictionaryInOtherSpellings) {
  const std::string one = bytes_of<float>({1});
  EXPECT_EQ(read_as<float>(npy_file("{\"shape\":(1L,),\"descr\":\"<f4\",\"fortran_order\":False}", one)),
            std::vector<float>{1});
  EXPECT_EQ(
      read_as<float>(npy_file(" { 'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 1 , ) } \n", one)),
      std::vector<float>{1});
}

TEST_F(Npy, NeverExecutesPickledObjectsAndNamesOtherTypes) {
  const auto refused = [&](const char* descr) {
    return error(npy_file(npy_dictionary(descr, "(1,)"), "01234567"));
  };
  EXPECT_EQ(
      refused("|O"),
      "@byte 20: elements of type \"|O\" (pickled objects, which are never executed); expected bool, int8 to "
      "int64, uint8 to uint64, or float16 to float64");
  EXPECT_TRUE(contains(refused("<c16"), "(complex numbers)"));
  EXPECT_TRUE(contains(refused("<U5"), "(text)"));
  EXPECT_TRUE(contains(refused("|S8"), "(text)"));
  EXPECT_TRUE(contains(refused("<M8[ns]"), "(times)"));
  EXPECT_TRUE(contains(refused("|V2"), "(records or raw bytes)"));
  EXPECT_TRUE(contains(refused("<f16"), "(another type)"));
  EXPECT_TRUE(contains(refused("|f8"), "(another type)"));
  EXPECT_TRUE(contains(refused(""), "(another type)"));
  EXPECT_TRUE(
      contains(error(npy_file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "0123")),
               ": elements of a structured type; expected bool"));
}

TEST_F(Npy, RefusesADamagedHeader) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"", "the end of the header"},
      {"{}", "a header without 'descr'"},
      {"{'descr': '<f4', 'fortran_order': False}", "a header without 'shape'"},
      {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "the key \"descr\" twice"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", "the key \"more\""},
      {"{'descr': '<f4', 'fortran_order': false, 'shape': ()}", "expected True or False"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "expected an extent"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
       "expected a comma or the closing parenthesis"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "expected a tuple"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "expected a shape in parentheses"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
       "expected spaces and the end of the header"},
      {"{'descr': '<f4, 'fortran_order': False, 'shape': ()}", "expected"},
      {"{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", "expected text in quotes"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
       "9 axes; expected at most 8"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
       "an extent of 2^63 or more"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
       "2^60 elements or more"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807)}",
       "2^60 elements or more"},
  };
  for (const auto& [header, message] : cases) {
    const std::string text = error(npy_file(header, "0000"));
    EXPECT_TRUE(text.starts_with("@byte ")) << header << ": " << text;
    EXPECT_TRUE(contains(text, "; expected ")) << header;
    EXPECT_TRUE(contains(text, message)) << header;
  }
}

TEST_F(Npy, RefusesWhatIsNoNpyFile) {
  EXPECT_EQ(error(""), ": an empty file, not a gzip file; expected an NPY file, plain or gzip");
  EXPECT_TRUE(contains(error("PK\x03\x04 an archive"), "@byte 0: not an NPY file"));
  std::string other = npy_file(npy_dictionary("<f4", "()"), "0123");
  other[6] = 4;
  EXPECT_EQ(error(other), "@byte 6: version 4.0 of the format; expected version 1.0, 2.0 or 3.0");
  std::string long_header = npy_file(npy_dictionary("<f4", "()"), "0123", 2);
  long_header[11] = '\x7f';
  EXPECT_TRUE(contains(error(long_header), "a header of 2130706"));
}

TEST_F(Npy, RefusesMoreAndFewerElementsThanTheShapeSays) {
  const std::string header = npy_dictionary("<f4", "(3,)");
  EXPECT_TRUE(
      contains(error(npy_file(header, std::string(11, '0'))),
               "shape (3), 12 bytes of elements; expected at most 11 bytes, as the file is not longer"));
  EXPECT_TRUE(
      contains(error(npy_file(header, std::string(13, '0'))), ": more data; expected the end of the file"));
}

TEST_F(Npy, TakesNoMemoryForAHeaderThatLies) {
  EXPECT_TRUE(contains(error(npy_file(npy_dictionary("<f4", "(1000000000000,)"), "0123")),
                       "4000000000000 bytes in memory; expected at most 1073741824 bytes, the memory limit"));
  EXPECT_TRUE(
      contains(error(npy_file(npy_dictionary("<f4", "(100000000,)"), "0123")), "as the file is not longer"));
  EXPECT_TRUE(contains(error(npy_file(npy_dictionary("<f4", "(3,)"), std::string(12, '0')),
                             {.memory_limit = 8, .memory_limit_name = "data.memory_limit"}),
                       "12 bytes in memory; expected at most 8 bytes, data.memory_limit"));
}

TEST_F(Npy, RefusesEveryPrefix) {
  const std::string file = npy_file(npy_dictionary("<i8", "(2, 2)"), bytes_of<std::int64_t>({1, 2, 3, 4}));
  for (std::size_t count = 0; count < file.size(); ++count)
    EXPECT_TRUE(contains(error(file.substr(0, count)), "; expected ")) << count;
}

TEST_F(Npy, ReadsOrRefusesThousandsOfMutations) {
  const std::string file =
      npy_file(npy_dictionary("<i2", "(2, 3)", "True"), bytes_of<std::int16_t>({1, 2, 3, 4, 5, 6}));
  Random random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = file;
    for (int flips = 0; flips < 3; ++flips)
      mutated[static_cast<std::size_t>(random.uniform(0, static_cast<double>(file.size())))] =
          static_cast<char>(random.uniform(0, 256));
    const std::string text = error(mutated);
    EXPECT_TRUE(text == "nothing thrown" || text.find("; expected ") != std::string::npos) << text;
  }
}

TEST_F(Npy, WritesWhatItReads) {
  const std::string path = folder_.path("written.npy");
  for (const Array& array : {Array::of<float>({2, 2}, {1, 2, 3, 4.5F}),
                             Array::of<double>({3}, {1e300, 0, -1}), Array::of<std::int32_t>({}, {7}),
                             Array::of<std::uint8_t>({1, 3}, {0, 1, 255}), Array(DType::float32, {0, 2})}) {
    write_npy(path, array);
    const SharedArray read = read_npy(path);
    EXPECT_EQ(read.type(), array.type());
    EXPECT_EQ(std::string(static_cast<const char*>(read.view().data), read.type().bytes()),
              std::string(static_cast<const char*>(array.view().data), array.type().bytes()));
  }
  EXPECT_THROW(write_npy(folder_.path("no/such/folder.npy"), zeros({2})), OutputError);
}

TEST(NpyHeader, IsAsNumpyWritesIt) {
  const std::string header = npy_header({DType::float64, {3, 4}});
  EXPECT_EQ(header.size(), 128U);
  EXPECT_EQ(header.substr(10, 61), "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  ");
  EXPECT_EQ(header.back(), '\n');
  EXPECT_TRUE(
      contains(npy_header({DType::uint8, {5}}), "'descr': '|u1', 'fortran_order': False, 'shape': (5,), }"));
  EXPECT_TRUE(contains(npy_header({DType::int32, {}}), "'shape': (), }"));
}

}  // namespace
}  // namespace gradtable
