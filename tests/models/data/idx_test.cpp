#include "gradtable/models/data/idx.hpp"

#include <cstdlib>
#include <functional>
#include <string>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/temporary_folder.hpp"
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
  EXPECT_EQ(read_idx_labels(folder.write("labels.gz", idx_labels(labels))), labels);
  EXPECT_EQ(read_idx_labels(folder.write("labels", gzip(idx_labels(labels)))), labels);
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

struct BadFile {
  std::string name;
  Bytes bytes;
  std::string message;
};

std::vector<BadFile> bad_gzip_files() {
  const Bytes good = gzip(idx_images(2, 3, 4));
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
      {"garbage.gz", good + Bytes{0}, "trailing garbage"},
      {"two_members.gz", good + good, "a second gzip member"},
      {"empty_second_member.gz", good + gzip({}), "a second gzip member"},
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
      {"int8", words({0x903, 1, 1, 1}), "element type 0x09"},
      {"float32", words({0xd03, 1, 1, 1}), "element type 0x0d"},
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
  for (std::ptrdiff_t at = 0; at < 16; ++at)
    for (unsigned bit = 0; bit < 8; ++bit)
      EXPECT_NE(images_error(folder.write("flip", flipped(whole, at, bit))), "") << at << " " << bit;
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
  const Bytes originals[] = {idx_images(2, 3, 4), gzip(idx_images(2, 3, 4)), idx_labels({1, 2, 3}),
                             gzip(idx_labels({1, 2, 3}))};
  int refused = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    Random random(1, i);
    const std::string path = folder.write("mutation", mutated(originals[i % 4], random));
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
  const auto labels = read_idx_labels(start + "train-labels-idx1-ubyte.gz");
  ASSERT_EQ(labels.size(), 60000U);
  EXPECT_EQ(Bytes(labels.begin(), labels.begin() + 4), (Bytes{5, 0, 4, 1}));
  EXPECT_EQ(read_idx_images(start + "t10k-images-idx3-ubyte.gz").count, 10000);
  EXPECT_EQ(read_idx_labels(start + "t10k-labels-idx1-ubyte.gz").size(), 10000U);
}

}  // namespace
}  // namespace gradtable
