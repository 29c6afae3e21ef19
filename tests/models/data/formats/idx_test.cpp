#include "gradtable/models/data/formats/idx.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

using testing::Bytes;
using testing::gzip;
using testing::idx_images;
using testing::idx_labels;
using testing::operator+;
using testing::words;

// What reading throws as DataError; empty when the file loads.
std::string error_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

std::string images_error(const std::string& path) {
  return error_of([&] { read_idx_images(path); });
}

std::string labels_error(const std::string& path) {
  return error_of([&] { read_idx_labels(path); });
}

void expect_message(const std::string& message, const std::string& path, const std::string& part) {
  EXPECT_TRUE(message.starts_with(path)) << message;
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
  EXPECT_NE(message.find("; expected "), std::string::npos) << message;
}

// The content with one bit of byte `at` (from the end when negative) flipped.
Bytes flipped(Bytes bytes, std::ptrdiff_t at, unsigned bit = 0) {
  bytes[static_cast<std::size_t>(at < 0 ? at + std::ssize(bytes) : at)] ^=
      static_cast<std::uint8_t>(1U << bit);
  return bytes;
}

// Lowers the memory that this process may still take; the old limit comes back at the end.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t more_bytes) {
    getrlimit(RLIMIT_DATA, &before_);
    rlimit limit = before_;
    limit.rlim_cur = data_bytes() + more_bytes;
    setrlimit(RLIMIT_DATA, &limit);
  }
  ~MemoryLimit() { setrlimit(RLIMIT_DATA, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  static std::size_t data_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t pages[6]{};
    for (std::size_t& value : pages) file >> value;
    return pages[5] * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }
  rlimit before_{};
};

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kSpare = std::size_t{1} << 40;  // the sanitizer's own tables are data, too
#else
constexpr std::size_t kSpare = std::size_t{16} << 20;
#endif

TEST(ReadIdx, ReadsPlainAndGzipImagesOfAnySize) {
  const testing::TemporaryFolder folder;
  for (const Bytes& bytes : {idx_images(3, 2, 5), gzip(idx_images(3, 2, 5))}) {
    const IdxImages images = read_idx_images(folder.write("images", bytes));
    EXPECT_EQ(images.count, 3);
    EXPECT_EQ(images.rows, 2);
    EXPECT_EQ(images.columns, 5);
    ASSERT_EQ(images.pixels.size(), 30U);
    for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(images.pixels[i], i);
  }
}

TEST(ReadIdx, ReadsPlainAndGzipLabelsWhateverTheFileIsCalled) {
  const testing::TemporaryFolder folder;
  const Bytes labels{7, 2, 1, 0};
  EXPECT_EQ(read_idx_labels(folder.write("labels.gz", idx_labels(labels))).classes, labels);
  EXPECT_EQ(read_idx_labels(folder.write("labels", gzip(idx_labels(labels)))).classes, labels);
}

// As tapes and disks fill their last block.
TEST(ReadIdx, TakesZerosBehindTheLastGzipMember) {
  const testing::TemporaryFolder folder;
  const Bytes labels{7, 2, 1, 0}, content = idx_labels(labels);
  for (const std::size_t zeros : {1U, 8U, 512U, 200'000U})
    for (const Bytes& file : {gzip(content), gzip(content) + gzip({})})
      EXPECT_EQ(read_idx_labels(folder.write("labels", file + Bytes(zeros))).classes, labels) << zeros;
}

TEST(ReadIdx, ReadsFilesLargerThanItsBuffersAndItsFirstStep) {
  const testing::TemporaryFolder folder;
  const Bytes blank = words({0x803, 100, 100, 100}) + Bytes(1000000, 9);
  for (const Bytes& bytes : {blank, gzip(blank)})
    EXPECT_EQ(read_idx_images(folder.write("images", bytes)).pixels, Bytes(1000000, 9));
}

TEST(ReadIdx, RefusesPathsThatCannotBeRead) {
  const testing::TemporaryFolder folder;
  expect_message(images_error(folder.path("none")), folder.path("none"), "No such file or directory");
  expect_message(images_error(folder.path("")), folder.path(""), "Is a directory");
  const std::string secret = folder.write("secret", idx_labels({1}));
  std::filesystem::permissions(secret, std::filesystem::perms::none);
  if (geteuid() != 0) expect_message(labels_error(secret), secret, "Permission denied");
}

TEST(ReadIdx, NamesTheNearestFilesInPlaceOfAMissingOne) {
  const testing::TemporaryFolder folder;
  const std::string missing = folder.path("train-images-idx3-ubyte.gz");
  expect_message(images_error(missing), missing, "expected a readable file; its folder is empty");
  for (const char* name : {"train-images.idx3-ubyte", "t10k-images-idx3-ubyte.gz", "a", "something else"})
    folder.write(name, Bytes{1});
  const std::string message = images_error(missing);
  expect_message(message, missing,
                 "; the nearest names there are \"t10k-images-idx3-ubyte.gz\", "
                 "\"train-images.idx3-ubyte\"");
  EXPECT_FALSE(testing::contains(message, "something else"));
  const std::string nowhere = folder.path("no folder/images");
  expect_message(images_error(nowhere), nowhere, "no folder\" is not there");
}

// The content cut at `at` into two members.
Bytes in_two_members(const Bytes& content, std::ptrdiff_t at) {
  return gzip(Bytes(content.begin(), content.begin() + at)) +
         gzip(Bytes(content.begin() + at, content.end()));
}

TEST(ReadIdx, ReadsSeveralGzipMembersAsOne) {
  const testing::TemporaryFolder folder;
  const Bytes whole = idx_images(2, 3, 4);
  for (std::ptrdiff_t at = 0; at <= std::ssize(whole); ++at) {
    const Bytes pixels = read_idx_images(folder.write("two", in_two_members(whole, at))).pixels;
    EXPECT_EQ(pixels, Bytes(whole.begin() + 16, whole.end())) << at;
  }
  const Bytes many = gzip({}) + gzip({}) + in_two_members(idx_labels({3, 1, 2}), 9) + gzip({});
  EXPECT_EQ(read_idx_labels(folder.write("many", many)).classes, (Bytes{3, 1, 2}));
  const Bytes more = gzip(whole) + gzip({7});
  expect_message(images_error(folder.write("more", more)), folder.path("more"), "@byte 40: more data");
}

TEST(ReadIdx, RefusesEveryPrefixOfTwoMembersAndNeverUsesWhatAFlipHasChanged) {
  const testing::TemporaryFolder folder;
  const Bytes content = idx_images(2, 3, 4), pixels(content.begin() + 16, content.end());
  const Bytes whole = in_two_members(content, 21);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(images_error(folder.write("prefix", std::span(whole).first(length))), "") << length;
  for (std::ptrdiff_t at = 0; at < std::ssize(whole); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      try {
        EXPECT_EQ(read_idx_images(folder.write("flip", flipped(whole, at, bit))).pixels, pixels)
            << at << " " << bit;
      } catch (const DataError&) {
        continue;
      }
    }
  }
}

// An IDX file of this type: a header and the big-endian numbers.
template <class T>
Bytes idx_of(std::uint32_t code, const std::vector<std::uint32_t>& extents, const std::vector<T>& numbers) {
  Bytes bytes = words({code << 8 | static_cast<std::uint32_t>(extents.size())}) + words(extents);
  for (const T& number : numbers) {
    Bytes one(sizeof(T));
    std::memcpy(one.data(), &number, sizeof(T));
    bytes.insert(bytes.end(), one.rbegin(), one.rend());
  }
  return bytes;
}

template <class T>
void expect_bytes(std::uint32_t code, T divisor) {
  const testing::TemporaryFolder folder;
  std::vector<T> numbers;
  const int most = sizeof(T) == 1 ? 127 : 255;
  Bytes bytes;
  for (int i = 0; i <= most; ++i) {
    numbers.push_back(static_cast<T>(static_cast<T>(i) / divisor));
    bytes.push_back(static_cast<std::uint8_t>(i));
  }
  const auto count = static_cast<std::uint32_t>(numbers.size());
  for (const bool packed : {false, true}) {
    const Bytes file = idx_of(code, {1, count, 1}, numbers);
    const IdxImages images = read_idx_images(folder.write("images", packed ? gzip(file) : file));
    EXPECT_EQ(images.pixels, bytes) << code;
    EXPECT_TRUE(images.numbers.empty());
    EXPECT_EQ(images.rows, count);
  }
}

TEST(ReadIdx, KeepsPixelsOfEveryTypeThatAreBytesAsBytes) {
  expect_bytes<std::uint8_t>(0x08, 1);
  expect_bytes<std::int8_t>(0x09, 1);
  expect_bytes<std::int16_t>(0x0b, 1);
  expect_bytes<std::int32_t>(0x0c, 1);
  expect_bytes<float>(0x0d, 255);
  expect_bytes<double>(0x0e, 255);
}

TEST(ReadIdx, KeepsOtherPixelsAsNumbers) {
  const testing::TemporaryFolder folder;
  const auto numbers = [&](const Bytes& file) {
    const IdxImages images = read_idx_images(folder.write("images", file));
    EXPECT_TRUE(images.pixels.empty());
    return images.numbers;
  };
  const std::vector<float> scaled = {0, 1, -1 / 255.0F, 1000 / 255.0F};
  EXPECT_EQ(numbers(idx_of<std::int16_t>(0x0b, {2, 2, 1}, {0, 255, -1, 1000})), scaled);
  EXPECT_EQ(numbers(idx_of<std::int32_t>(0x0c, {2, 2, 1}, {0, 255, -1, 1000})), scaled);
  EXPECT_EQ(numbers(idx_of<std::int8_t>(0x09, {1, 2, 1}, {127, -128})),
            (std::vector<float>{127 / 255.0F, -128 / 255.0F}));
  EXPECT_EQ(numbers(idx_of<float>(0x0d, {1, 2, 2}, {1, 0.1307F, -0.4242F, 2.8215F})),
            (std::vector<float>{1, 0.1307F, -0.4242F, 2.8215F}));
  EXPECT_EQ(numbers(idx_of<double>(0x0e, {1, 1, 1}, {0.3})), (std::vector<float>{0.3F}));
}

TEST(ReadIdx, RefusesPixelsThatWereMeantToBeScaledOtherwise) {
  const testing::TemporaryFolder folder;
  const auto refused = [&](const Bytes& file, const std::string& message) {
    const std::string path = folder.write("images", file);
    expect_message(images_error(path), path, message);
  };
  refused(idx_of<float>(0x0d, {1, 1, 3}, {0, 1, 255}),
          "@byte 24: float32 pixel 255; expected at most 16, as pixels of floating-point numbers are taken "
          "as they are");
  refused(
      idx_of<std::int32_t>(0x0c, {1, 1, 2}, {0, -2147483648}),
      "@byte 20: int32 pixel -2147483648; expected at most 4080, as pixels of integers are divided by 255");
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    refused(idx_of<double>(0x0e, {1, 1, 2}, {0, bad}), "expected a finite number");
  const std::string larger = folder.write("images", idx_of<float>(0x0d, {1, 1, 1}, {18}));
  expect_message(error_of([&] { read_idx_images(larger, {.larger_pixels_advice = "the key scales them"}); }),
                 larger, "numbers are taken as they are; the key scales them");
  const IdxOptions any{.largest_pixel = HUGE_VAL};
  const std::string beyond = folder.write("images", idx_of<double>(0x0e, {1, 1, 2}, {3e38, -1e300}));
  expect_message(error_of([&] { read_idx_images(beyond, any); }), beyond,
                 "@byte 24: float64 pixel -1e+300; expected a number that float32 has");
  const std::string path = folder.write("images", idx_of<float>(0x0d, {1, 1, 2}, {0, 255}));
  EXPECT_EQ(read_idx_images(path, {.largest_pixel = 1e9}).numbers, (std::vector<float>{0, 255}));
}

TEST(ReadIdx, ReadsLabelsOfEveryTypeAndTheFirstColumnOfATable) {
  const testing::TemporaryFolder folder;
  const auto labels = [&](const Bytes& file, const IdxOptions& options = {}) {
    return read_idx_labels(folder.write("labels", file), options).classes;
  };
  const Bytes expected{3, 0, 9};
  EXPECT_EQ(labels(idx_of<std::int8_t>(0x09, {3}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(idx_of<std::int16_t>(0x0b, {3}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(idx_of<std::int32_t>(0x0c, {3}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(idx_of<float>(0x0d, {3}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(idx_of<double>(0x0e, {3}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(gzip(idx_of<std::int32_t>(0x0c, {3, 2}, {3, -7, 0, 99, 9, 1 << 30}))), expected);
  EXPECT_EQ(labels(idx_of<std::uint8_t>(0x08, {3, 1}, {3, 0, 9})), expected);
  EXPECT_EQ(labels(idx_of<std::int32_t>(0x0c, {3}, {4, 1, 10}), {.labels_begin_at = 1}), expected);
  EXPECT_EQ(labels(idx_of<std::int32_t>(0x0c, {2}, {-1, 1}), {.labels_begin_at = -1}), (Bytes{0, 2}));
}

TEST(ReadIdx, RefusesLabelsThatAreNoClasses) {
  const testing::TemporaryFolder folder;
  const auto refused = [&](const Bytes& file, const std::string& message, const IdxOptions& options = {}) {
    const std::string path = folder.write("labels", file);
    expect_message(error_of([&] { read_idx_labels(path, options); }), path, message);
  };
  refused(idx_of<std::int8_t>(0x09, {2}, {1, -1}),
          "@byte 9: label -1 at index 1; expected a label from 0 to 255, as labels_begin_at is 0");
  refused(idx_of<std::int32_t>(0x0c, {2}, {1, 256}), "@byte 12: label 256 at index 1");
  refused(idx_of<std::int32_t>(0x0c, {2, 2}, {1, 0, 300, 0}), "@byte 20: label 300 at index 1");
  refused(idx_of<float>(0x0d, {2}, {1, 1.5F}), "label 1.5 at index 1; expected a whole number");
  refused(idx_of<double>(0x0e, {2}, {std::nan(""), 1}), "label nan at index 0; expected a whole number");
  refused(idx_of<double>(0x0e, {2}, {1e300, 1}), "label 1e+300 at index 0");
  refused(idx_of<std::int16_t>(0x0b, {1}, {1005}),
          "label 1005 at index 0; expected a label from 0 to 255, as the key is 0",
          {.labels_begin_at_name = "the key"});
  refused(idx_labels({1, 0}), "label 0 at index 1; expected a label from 1 to 256, as labels_begin_at is 1",
          {.labels_begin_at = 1});
  refused(idx_of<std::uint8_t>(0x08, {2, 3}, {0, 1, 0, 1, 0, 0}), "2 one-hot rows; expected labels");
}

TEST(ReadIdx, TransposesImages) {
  const testing::TemporaryFolder folder;
  const IdxImages images = read_idx_images(folder.write("images", idx_images(2, 2, 3)), {.transpose = true});
  EXPECT_EQ(images.rows, 3);
  EXPECT_EQ(images.columns, 2);
  EXPECT_EQ(images.pixels, (Bytes{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}));
  const std::string wide = folder.write("wide", idx_of<float>(0x0d, {1, 2, 2}, {0.1F, 0.2F, 0.3F, 0.4F}));
  EXPECT_EQ(read_idx_images(wide, {.transpose = true}).numbers, (std::vector<float>{0.1F, 0.3F, 0.2F, 0.4F}));
}

TEST(ReadIdx, RefusesWhatTakesMoreThanTheMemoryLimit) {
  const testing::TemporaryFolder folder;
  const IdxOptions options{.memory_limit = 100, .memory_limit_name = "data.memory_limit"};
  const auto error = [&](const Bytes& file) {
    return error_of([&] { read_idx_images(folder.write("images", file), options); });
  };
  const std::string path = folder.path("images");
  expect_message(error(idx_images(3, 5, 7)), path,
                 "@byte 4: extents 3 x 5 x 7, 105 bytes in memory; expected at most 100 bytes, "
                 "data.memory_limit");
  EXPECT_EQ(error(idx_images(4, 5, 5)), "");
  expect_message(error(gzip(words({0x803, 1, 1000, 1000}) + Bytes(1000000))), path,
                 "1000000 bytes in memory");
  expect_message(error(idx_of<std::int16_t>(0x0b, {1, 26, 1}, std::vector<std::int16_t>(26))), path,
                 "104 bytes in memory");
  const std::string labels = folder.write("labels", idx_labels(Bytes(101)));
  expect_message(error_of([&] { read_idx_labels(labels, options); }), labels, "101 bytes in memory");
}

#if !defined(__SANITIZE_ADDRESS__)
// The room for a whole file is taken once.
TEST(ReadIdx, TakesTheMemoryOfAFileOnce) {
  const testing::TemporaryFolder folder;
  constexpr std::size_t kMany = std::size_t{60} << 20;
  const std::string path =
      folder.write("images", gzip(words({0x803, 60, 1024, 1024}) + Bytes(kMany), Z_BEST_SPEED));
  const MemoryLimit limit(kMany + (std::size_t{8} << 20));
  EXPECT_EQ(read_idx_images(path).pixels.size(), kMany);
}
#endif

struct BadFile {
  std::string name;
  Bytes bytes;
  std::string message;
};

std::vector<BadFile> bad_gzip_files() {
  const Bytes plain = idx_images(2, 3, 4), good = gzip(plain);
  Bytes other_method = good;
  other_method[2] = 7;
  return {
      {"empty", {}, "an empty file, not a gzip file"},
      {"first_byte.gz", {0x1f}, "@byte 1: a truncated gzip header"},
      {"two_bytes.gz", {0x1f, 0x8b}, "@byte 2: a truncated gzip header"},
      {"cut.gz", Bytes(good.begin(), good.end() - 1), "a truncated gzip file"},
      {"other_method.gz", other_method, "unknown compression method"},
      {"text.gz", words({0x68656c6c, 0x6f0a0a0a}), "@byte 0: not a gzip file, and not an IDX file"},
      {"crc.gz", flipped(good, -8), "checksum"},
      {"length.gz", flipped(good, -1), "checksum and length"},
      {"pixel.gz", flipped(gzip(idx_images(2, 3, 4), 0), 35), "checksum"},
      {"garbage.gz", good + Bytes{9}, "trailing garbage"},
      {"two_members.gz", good + good, "@byte 40: more data"},
      {"behind_zeros.gz", good + Bytes(100'000) + Bytes{9},
       fmt::format("@byte {}: trailing garbage", good.size() + 100'000)},
      {"member_behind_zeros.gz", good + Bytes(8) + gzip({}), "trailing garbage"},
      {"zeros_in_the_middle.gz", gzip(Bytes(plain.begin(), plain.end() - 1)) + Bytes(8),
       "@byte 39: the end of the data"},
      {"cut_second.gz", good + Bytes{0x1f}, "a truncated gzip header"},
      {"no_second.gz", good + Bytes{0x1f, 0x8c, 8, 0, 0, 0, 0, 0, 0, 3}, "incorrect header check"},
      {"second_crc.gz", good + flipped(gzip({}), -8), "checksum"},
      {"empty_content.gz", gzip({}), "@byte 0: the end of the data"},
      {"twice.gz", gzip(good), "not an IDX file (magic 0x1f8b"},
  };
}

std::vector<BadFile> bad_idx_files() {
  const Bytes good = idx_images(2, 3, 4);
  return {
      {"labels", idx_labels({1, 2}),
       "an IDX file of labels (magic 0x00000801); expected an IDX file of images"},
      {"swapped", words({0x03080000, 2, 3, 4}), "a byte-swapped magic number 0x03080000"},
      {"type_0a", words({0xa03, 1, 1, 1}), "element type 0x0a"},
      {"type_00", words({0x003, 1, 1, 1}), "element type 0x00"},
      {"type_ff", words({0xff03, 1, 1, 1}), "element type 0xff"},
      {"float32", words({0xd03, 1, 1, 1}) + Bytes(3, 0),
       "@byte 19: the end of the data; expected 4 bytes from byte 16 on"},
      {"float64_overflow", words({0xe03, 0x7fffffff, 0x7fffffff, 2}), "expected a product below 2^63"},
      {"swapped_float32", words({0x030d0000, 2, 3, 4}), "a byte-swapped magic number 0x030d0000"},
      {"rank_0", words({0x800}), "rank 0"},
      {"rank_2", words({0x802, 1, 1}), "rank 2"},
      {"rank_255", words({0x8ff}), "rank 255"},
      {"no_idx", words({0x89504e47}), "not an IDX file (magic 0x89504e47)"},
      {"overflow", words({0x803, 0xffffffff, 0xffffffff, 0xffffffff}),
       "@byte 4: extents 4294967295 x 4294967295 x 4294967295; expected a product below 2^63"},
      {"huge", words({0x803, 0xffffffff, 0x7fff, 0xffff}) + Bytes(100, 1), "@byte 116: the end of the data"},
      {"no_images", words({0x803, 0, 28, 28}), "extents 0 x 28 x 28; expected extents of 1 or more"},
      {"no_rows", words({0x803, 5, 0, 28}), "extents 5 x 0 x 28"},
      {"no_columns", words({0x803, 5, 28, 0}), "extents 5 x 28 x 0"},
      {"short_magic", {0, 0}, "@byte 2: the end of the data; expected the 4 header bytes from 0"},
      {"short_extents", words({0x803, 2}), "@byte 8: the end of the data"},
      {"fewer", Bytes(good.begin(), good.end() - 1),
       "@byte 39: the end of the data; expected 24 bytes from byte 16 on"},
      {"more", good + Bytes{0}, "@byte 40: more data"},
      {"inflates_to_more", gzip(good + Bytes{0}), "@byte 40: more data"},
      {"inflates_to_fewer", gzip(Bytes(good.begin(), good.end() - 1)), "@byte 39: the end of the data"},
  };
}

TEST(ReadIdx, SaysWhatIsWrongWithABadGzipFile) {
  const testing::TemporaryFolder folder;
  for (const auto& [name, bytes, message] : bad_gzip_files()) {
    const std::string path = folder.write(name, bytes);
    expect_message(images_error(path), path, message);
  }
}

TEST(ReadIdx, SaysWhatIsWrongWithABadIdxFile) {
  const testing::TemporaryFolder folder;
  for (const auto& [name, bytes, message] : bad_idx_files()) {
    const std::string path = folder.write(name, bytes);
    expect_message(images_error(path), path, message);
  }
}

TEST(ReadIdx, SaysWhatIsWrongWithABadLabelsFile) {
  const testing::TemporaryFolder folder;
  const std::string images = folder.write("images", idx_images(1, 1, 1));
  expect_message(labels_error(images), images, "an IDX file of images (magic 0x00000803)");
  const std::string none = folder.write("none", words({0x801, 0}));
  expect_message(labels_error(none), none, "extents 0; expected extents of 1 or more");
  const std::string swapped = folder.write("swapped", words({0x01080000, 0x01000000}));
  expect_message(labels_error(swapped), swapped, "byte-swapped");
}

TEST(ReadIdx, StopsABombAtTheSizeThatItsHeaderSays) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("bomb.gz", gzip(idx_images(1, 2, 2) + Bytes(std::size_t{64} << 20)));
  const MemoryLimit limit(kSpare);
  expect_message(images_error(path), path, "@byte 20: more data");
}

TEST(ReadIdx, TakesNoMemoryOnTheWordOfAHeader) {
  const testing::TemporaryFolder folder;
  const Bytes liar = words({0x803, 60000, 1000, 1000}) + Bytes(1000, 1);
  const std::string plain = folder.write("plain", liar);
  const std::string packed = folder.write("packed", gzip(liar));
  const MemoryLimit limit(kSpare);
  expect_message(images_error(plain), plain, "@byte 1016: the end of the data");
  EXPECT_GT(read_idx_images(folder.write("whole", gzip(idx_images(2, 3, 4)))).count, 0);
  expect_message(images_error(packed), packed, "@byte 1016: the end of the data");
}

TEST(ReadIdx, RefusesEveryPrefixOfAFile) {
  const testing::TemporaryFolder folder;
  for (const Bytes& whole : {idx_images(2, 3, 4), gzip(idx_images(2, 3, 4))}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string path = folder.write("prefix.gz", std::span(whole).first(length));
      EXPECT_NE(images_error(path), "") << length << " of " << whole.size() << " bytes";
    }
  }
}

TEST(ReadIdx, RefusesEveryByteFlipInAHeader) {
  const testing::TemporaryFolder folder;
  const Bytes whole = idx_images(2, 3, 4);
  for (std::ptrdiff_t at = 0; at < 16; ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const std::string path = folder.write("flip", flipped(whole, at, bit));
      if (at == 2 && bit == 0)  // int8, of the same size
        EXPECT_EQ(read_idx_images(path).pixels, Bytes(whole.begin() + 16, whole.end()));
      else
        EXPECT_NE(images_error(path), "") << at << " " << bit;
    }
  }
}

TEST(ReadIdx, NeverUsesDataThatAFlipInAGzipFileHasChanged) {
  const testing::TemporaryFolder folder;
  const Bytes whole = gzip(idx_images(2, 3, 4));
  const Bytes pixels = read_idx_images(folder.write("whole", whole)).pixels;
  int refused = 0;
  for (std::ptrdiff_t at = 0; at < std::ssize(whole); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      try {
        EXPECT_EQ(read_idx_images(folder.write("flip", flipped(whole, at, bit))).pixels, pixels)
            << at << " " << bit;
      } catch (const DataError&) {
        ++refused;
      }
    }
  }
  // The rest are in the time, the file system and the flags of the header, and in the last byte's padding.
  EXPECT_GE(refused, 8 * (std::ssize(whole) - 8));
}

// A few changes at random places: bytes replaced, cut out, or doubled.
Bytes mutated(Bytes bytes, Random& random) {
  for (std::uint32_t left = 1 + random.below(4); left > 0 && !bytes.empty(); --left) {
    const auto at = bytes.begin() + random.below(static_cast<std::uint32_t>(bytes.size()));
    const std::uint32_t kind = random.below(4);
    if (kind == 0) {
      bytes.erase(at);
    } else if (kind == 1) {
      bytes.insert(at, *at);
    } else {
      *at = static_cast<std::uint8_t>(random());
    }
  }
  return bytes;
}

TEST(ReadIdx, LoadsOrRefusesTenThousandMutations) {
  const testing::TemporaryFolder folder;
  const Bytes originals[] = {idx_images(2, 3, 4),
                             gzip(idx_images(2, 3, 4)),
                             idx_labels({1, 2, 3}),
                             in_two_members(idx_labels({1, 2, 3}), 5),
                             idx_of<float>(0x0d, {1, 2, 2}, {0, 0.3F, 1, 2}),
                             idx_of<std::int16_t>(0x0b, {1, 2, 2}, {0, 3, 255, 1000}),
                             idx_of<std::int32_t>(0x0c, {2, 3}, {1, 7, 7, 2, 8, 8}),
                             gzip(idx_of<double>(0x0e, {3}, {1, 2, 3}))};
  int refused = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    Random random(1, i);
    const std::string path = folder.write("mutation", mutated(originals[i % 8], random));
    refused += (i % 4 < 2 ? images_error(path) : labels_error(path)) != "";
  }
  EXPECT_GT(refused, 5000);
  EXPECT_LT(refused, 10000);
}

TEST(ReadIdx, ReadsTheRealMnist) {
  const char* folder = std::getenv("MNIST_DIR");
  if (folder == nullptr) GTEST_SKIP() << "MNIST_DIR is not set";
  const std::string start = std::string(folder) + "/";
  const IdxImages images = read_idx_images(start + "train-images-idx3-ubyte.gz");
  EXPECT_EQ(images.count, 60000);
  EXPECT_EQ(images.rows, 28);
  EXPECT_EQ(images.columns, 28);
  EXPECT_EQ(images.pixels.size(), 47040000U);
  const auto labels = read_idx_labels(start + "train-labels-idx1-ubyte.gz").classes;
  ASSERT_EQ(labels.size(), 60000U);
  EXPECT_EQ(Bytes(labels.begin(), labels.begin() + 4), (Bytes{5, 0, 4, 1}));
  EXPECT_EQ(read_idx_images(start + "t10k-images-idx3-ubyte.gz").count, 10000);
  EXPECT_EQ(read_idx_labels(start + "t10k-labels-idx1-ubyte.gz").classes.size(), 10000U);
}

TEST(ReadIdx, GivesBlankImagesFromTheHeaderAlone) {
  const testing::TemporaryFolder folder;
  const auto blank = [&](const Bytes& bytes, const IdxOptions& options = {}) {
    return IdxImageFile(folder.write("images", bytes)).blank(options);
  };
  const IdxImages images = blank(words({0x803, 2, 3, 4}));
  EXPECT_EQ(images.count, 2);
  EXPECT_EQ(images.rows, 3);
  EXPECT_EQ(images.columns, 4);
  EXPECT_EQ(images.pixels, Bytes(24, 0));
  EXPECT_EQ(blank(words({0x803, 2, 3, 4}), {.transpose = true}).rows, 4);
  EXPECT_EQ(blank(words({0xc03, 2, 3, 4})).pixels.size(), 24U);
  EXPECT_EQ(blank(words({0xd03, 2, 3, 4})).numbers, std::vector<float>(24, 0));
  EXPECT_EQ(blank(gzip(words({0x803, 2, 3, 4}))).pixels.size(), 24U);
  const auto refused = [&](const Bytes& bytes, const std::string& part) {
    expect_message(error_of([&] { blank(bytes); }), folder.path("images"), part);
  };
  refused(words({0x803, 2000, 1000, 1000}),
          "@byte 4: extents 2000 x 1000 x 1000, 2000000000 bytes in memory");
  refused(words({0x803, 0xffffffff, 0xffffffff, 0xffffffff}), "expected a product below 2^63");
}

}  // namespace
}  // namespace gradtable
