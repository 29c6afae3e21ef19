#include "gradtable/models/io/read_file.hpp"

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::message_of;

TEST(ReadFile, GivesAllBytes) {
  const testing::TemporaryFolder folder;
  for (const std::size_t size : std::vector<std::size_t>{0, 1, 65535, 65536, 65537, 1000000}) {
    std::string bytes(size, 'a');
    for (std::size_t i = 0; i < size; i += 7) bytes[i] = static_cast<char>(i);
    EXPECT_EQ(read_file<DataError>(folder.write("file", std::string_view(bytes))), bytes) << size;
  }
}

// Whose size is not known before.
TEST(ReadFile, TakesAPipe) {
  const testing::TemporaryFolder folder;
  const std::string pipe = folder.path("pipe"), bytes(100000, 'a');
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const auto read_what_is_written = [&](std::size_t most) {
    const std::jthread writer([&] { std::ofstream(pipe) << bytes; });
    return read_file<DataError>(pipe, most);
  };
  EXPECT_EQ(read_what_is_written(bytes.size()), bytes);
  EXPECT_EQ(message_of<DataError>([&] { read_what_is_written(bytes.size() - 1); }),
            pipe + ": more than 99999 bytes; expected a smaller file");
}

TEST(ReadFile, SaysWhatCannotBeRead) {
  const testing::TemporaryFolder folder;
  const std::string file = folder.write("file", std::string_view("12345"));
  EXPECT_EQ(message_of<DataError>([&] { read_file<DataError>(folder.path("fil")); }),
            folder.path("fil") +
                ": No such file or directory; expected a readable file; the nearest name there is \"file\"");
  EXPECT_EQ(message_of<OnnxError>([&] { read_file<OnnxError>(folder.path("")); }),
            folder.path("") + ": Is a directory; expected a readable file");
  EXPECT_EQ(read_file<DataError>(file, 5), "12345");
  EXPECT_EQ(message_of<ConfigError>([&] { read_file<ConfigError>(file, 4); }),
            file + ": more than 4 bytes; expected a smaller file");
}

TEST(ContentOf, IsAllBytesOfAFileThatCanBeRead) {
  const testing::TemporaryFolder folder;
  const std::string bytes("a\0\r\nb", 5);
  EXPECT_EQ(content_of(folder.write("file", std::string_view(bytes))), bytes);
  EXPECT_EQ(content_of(folder.write("empty", std::string_view())), "");
  EXPECT_EQ(content_of(folder.path("none")), std::nullopt);
  EXPECT_EQ(content_of(folder.path("")), std::nullopt) << "a folder";
}

}  // namespace
}  // namespace gradtable
