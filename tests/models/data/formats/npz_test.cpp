#include "gradtable/models/data/formats/npz.hpp"

#include "tests/models/data/formats/npy_bytes.hpp"
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
using testing::zip_file;
using testing::ZipItem;

const std::string kX = npy_file(npy_dictionary("<f4", "(2,)"), bytes_of<float>({1, 2}));
const std::string kY = npy_file(npy_dictionary("<i8", "(2,)"), bytes_of<std::int64_t>({0, 1}));

class Npz : public ::testing::Test {
 protected:
  std::string error(const std::string& bytes, const std::string& name = "X", const NpyOptions& options = {}) {
    const std::string path = folder_.write("x.npz", bytes);
    const std::string message = testing::message_of<DataError>([&] { read_npz(path, name, options); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Npz, ReadsStoredAndDeflatedAndWideEntriesByName) {
  const std::string path = folder_.write(
      "x.npz",
      zip_file({{"X.npy", kX, true}, {"y.npy", kY, false, true}, {"a/b.npy", kX}, {"note.txt", "text"}},
               "comment"));
  const NpzFile file(path);
  EXPECT_EQ(file.names(), (std::vector<std::string>{"X", "y", "a/b"}));
  EXPECT_TRUE(file.has("y"));
  EXPECT_FALSE(file.has("note.txt"));
  EXPECT_EQ(file.read("X").as<float>()[1], 2);
  EXPECT_EQ(file.read("y").as<std::int32_t>()[1], 1);
  EXPECT_EQ(file.read("a/b").as<float>()[0], 1);
  EXPECT_EQ(folder_.count(), 1);
}

TEST_F(Npz, NamesItsArraysWhereOneIsMissingOrNoneIsAskedFor) {
  const std::string two = zip_file({{"X.npy", kX}, {"y.npy", kY}});
  EXPECT_EQ(error(two, "Z"), ": no array \"Z\"; expected one of its arrays: \"X\", \"y\"");
  EXPECT_EQ(error(two, ""), ": 2 arrays; expected the name of one of them: \"X\", \"y\"");
  EXPECT_EQ(read_npz(folder_.write("one.npz", zip_file({{"arr_0.npy", kX}}))).as<float>()[1], 2);
  EXPECT_TRUE(contains(error(zip_file({{"note.txt", "text"}})),
                       ": 1 entries, no array; expected names that end in .npy"));
}

TEST_F(Npz, RefusesWhatIsNoArchive) {
  EXPECT_EQ(error(""), "@byte 0: a file of 0 bytes; expected a ZIP archive, as numpy.savez writes it");
  EXPECT_TRUE(contains(error(kX), "@byte 0: not a ZIP archive"));
  EXPECT_TRUE(
      contains(testing::message_of<DataError>([&] { read_npz(folder_.path("")); }), "Is a directory"));
  folder_.write("near.npz", zip_file({{"X.npy", kX}}));
  EXPECT_TRUE(
      contains(testing::message_of<DataError>([&] { read_npz(folder_.path("naer.npz")); }), "\"near.npz\""));
}

TEST_F(Npz, RefusesEveryPrefix) {
  for (const bool deflated : {false, true}) {
    const std::string file = zip_file({{"X.npy", kX, deflated}});
    for (std::size_t count = 0; count < file.size(); ++count)
      EXPECT_TRUE(contains(error(file.substr(0, count)), "; expected ")) << count;
  }
}

TEST_F(Npz, RefusesContentThatItsChecksumOrSizesDoNotFit) {
  EXPECT_TRUE(
      contains(error(zip_file({{.name = "X.npy", .content = kX, .checksum = 7}})), "; expected 0x00000007"));
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = kX, .deflated = true, .checksum = 7}})),
                       ", \"X.npy\"@byte 0: content with the checksum"));
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = kX, .claimed_bytes = kX.size() + 1}})),
                       "expected sizes that belong together"));
  EXPECT_TRUE(contains(
      error(zip_file({{.name = "X.npy", .content = kX, .deflated = true, .claimed_bytes = kX.size() + 1}})),
      "; expected"));
  EXPECT_TRUE(contains(
      error(zip_file(
          {{.name = "X.npy", .content = kX + "more", .deflated = true, .claimed_bytes = kX.size()}})),
      "more packed data"));
  EXPECT_TRUE(
      contains(error(zip_file({{.name = "X.npy", .content = kX + "more", .deflated = true}})), "more data"));
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = kX, .packed = "garbage", .method = 8}})),
                       "; expected"));
}

TEST_F(Npz, RefusesEncryptionOtherMethodsAndNamesTwice) {
  EXPECT_TRUE(
      contains(error(zip_file({{.name = "X.npy", .content = kX, .flags = 1}})), "encrypted; expected"));
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = kX, .method = 12}})),
                       "packed by method 12; expected 0 (stored) or 8 (deflate)"));
  EXPECT_TRUE(contains(error(zip_file({{"X.npy", kX}, {"X.npy", kX}})), "the name \"X.npy\" twice"));
}

// 200 MB of zeros packed in 200 KB, behind a header that says so.
TEST_F(Npz, TakesNoMoreMemoryThanTheLimitForABomb) {
  const std::string zeros(std::size_t{1} << 20, '\0');
  const std::string bomb = npy_file(npy_dictionary("<f4", "(50000000,)"), zeros);
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = bomb, .deflated = true}}), "X",
                             {.memory_limit = 1 << 20, .memory_limit_name = "data.memory_limit"}),
                       "200000000 bytes in memory; expected at most 1048576 bytes, data.memory_limit"));
  EXPECT_TRUE(contains(error(zip_file({{.name = "X.npy", .content = bomb, .deflated = true}})),
                       "as the file is not longer"));
  const std::string small = npy_file(npy_dictionary("<f4", "(1,)"), zeros);
  EXPECT_TRUE(
      contains(error(zip_file({{.name = "X.npy", .content = small, .deflated = true}})), "more data"));
}

TEST_F(Npz, ReadsOrRefusesThousandsOfMutations) {
  const std::string file = zip_file({{"X.npy", kX, true}, {"y.npy", kY, false, true}});
  Random random(11);
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = file;
    for (int flips = 0; flips < 2; ++flips)
      mutated[static_cast<std::size_t>(random.uniform(0, static_cast<double>(file.size())))] =
          static_cast<char>(random.uniform(0, 256));
    for (const char* const name : {"X", "y"}) {
      const std::string text = error(mutated, name);
      EXPECT_TRUE(text == "nothing thrown" || text.find("; expected ") != std::string::npos) << text;
    }
  }
}

TEST_F(Npz, WritesWhatItReads) {
  const std::string path = folder_.path("written.npz");
  write_npz(path, {{"X", Array::of<float>({2, 2}, {1, 2, 3, 4})},
                   {"y", Array::of<std::int32_t>({2}, {0, 1})},
                   {"none", Array()}});
  const NpzFile file(path);
  EXPECT_EQ(file.names(), (std::vector<std::string>{"X", "none", "y"}));
  EXPECT_EQ(file.read("X").type(), (TensorType{DType::float32, {2, 2}}));
  EXPECT_EQ(file.read("X").as<float>()[3], 4);
  EXPECT_EQ(file.read("y").as<std::int32_t>()[1], 1);
  EXPECT_EQ(file.read("none").shape(), (Shape{0}));
}

}  // namespace
}  // namespace gradtable
