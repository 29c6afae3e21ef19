#include "gradtable/models/io/atomic_file.hpp"

#include <csignal>

#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

std::string error_of(const std::string& path, std::string_view text = "text") {
  try {
    write_file_atomically(path, text);
  } catch (const OutputError& error) {
    return error.what();
  }
  return "";
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

TEST(WriteFileAtomically, WritesTheTextAndLeavesNothingElse) {
  const testing::TemporaryFolder folder;
  const std::string text = "one\n" + std::string(1, '\0') + std::string(1000000, 'x');
  write_file_atomically(folder.path("file"), text);
  EXPECT_EQ(folder.read("file"), text);
  write_file_atomically(folder.path("file"), "two");
  EXPECT_EQ(folder.read("file"), "two");
  EXPECT_EQ(folder.count(), 1);
}

TEST(WriteFileAtomically, WritesFilesWithTheLongestNames) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder.path(std::string(255, 'n')), "x");
  EXPECT_EQ(folder.read(std::string(255, 'n')), "x");
}

TEST(WriteFileAtomically, FollowsTheUmaskAndKeepsTheModeOfAnExistingFile) {
  const testing::TemporaryFolder folder;
  const mode_t before = umask(027);
  write_file_atomically(folder.path("new"), "x");
  umask(before);
  EXPECT_EQ(mode_of(folder.path("new")), 0640U);
  chmod(folder.path("new").c_str(), 0604);
  write_file_atomically(folder.path("new"), "y");
  EXPECT_EQ(mode_of(folder.path("new")), 0604U);
}

TEST(WriteFileAtomically, ReplacesTheFileBehindASymbolicLink) {
  const testing::TemporaryFolder folder;
  folder.write("file", "old");
  std::filesystem::create_symlink("file", folder.path("link"));
  write_file_atomically(folder.path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("file"), "new");
}

TEST(WriteFileAtomically, RefusesPathsThatCannotBeWritten) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(error_of(folder.path("no/file")),
            folder.path("no/file") + ": No such file or directory; expected a file that can be written");
  std::filesystem::create_directory(folder.path("folder"));
  EXPECT_EQ(error_of(folder.path("folder")),
            folder.path("folder") + ": a directory; expected a file that can be written");
  folder.write("file", "old");
  EXPECT_NE(error_of(folder.path("file/below")).find("Not a directory"), std::string::npos);
  EXPECT_NE(error_of("/dev/null").find("not a regular file"), std::string::npos);
  EXPECT_NE(error_of(folder.path(std::string(256, 'n'))).find("File name too long"), std::string::npos);
  EXPECT_EQ(folder.count(), 2);
}

TEST(WriteFileAtomically, RefusesAReadOnlyFile) {
  if (geteuid() == 0) GTEST_SKIP() << "nothing is read-only for root";
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  chmod(path.c_str(), 0444);
  EXPECT_NE(error_of(path).find("Permission denied"), std::string::npos);
  EXPECT_EQ(folder.read("file"), "old");
}

TEST(WriteFileAtomically, KeepsTheOldFileWhenTheNewOneDoesNotFit) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 4096;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  const std::string message = error_of(path, std::string(10000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, path + ": File too large; expected a file that can be written");
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.count(), 1);
}

}  // namespace
}  // namespace gradtable
