#include "gradtable/models/io/atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

#include "tests/models/io/system_calls.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/interrupt.hpp"

namespace gradtable {
namespace {

std::string write_error_of(const std::string& path, std::string_view text = "text") {
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

TEST(WriteFileAtomically, WritesPartsOneAfterTheOther) {
  const testing::TemporaryFolder folder;
  const std::string large(100000, 'x');
  const std::vector<std::string_view> parts = {"one", "", large, "two"};
  write_file_atomically(folder.path("file"), parts);
  EXPECT_EQ(folder.read("file"), "one" + large + "two");
  write_file_atomically(folder.path("file"), std::vector<std::string_view>{});
  EXPECT_EQ(folder.read("file"), "");
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

TEST(WriteFileAtomically, MakesTheFileBehindALinkThatDangles) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("below"));
  std::filesystem::create_symlink("below/second", folder.path("first"));
  std::filesystem::create_symlink("../file", folder.path("below/second"));
  write_file_atomically(folder.path("first"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("first")));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("below/second")));
  EXPECT_EQ(folder.read("file"), "new");
  EXPECT_EQ(folder.count(), 3);
}

TEST(WriteFileAtomically, RefusesLinksThatLeadNowhere) {
  const testing::TemporaryFolder folder;
  const auto link = [&](const std::string& target) {
    std::filesystem::remove(folder.path("link"));
    std::filesystem::create_symlink(target, folder.path("link"));
    return folder.path("link");
  };
  EXPECT_NE(write_error_of(link("link")).find("link: Too many levels of symbolic links"), std::string::npos);
  EXPECT_NE(write_error_of(link("no/file")).find("no/file: No such file or directory"), std::string::npos);
  EXPECT_NE(write_error_of(link(".")).find("a directory"), std::string::npos);
  EXPECT_NE(write_error_of(link("/dev/null")).find("not a regular file"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.count(), 1);
}

TEST(RequireCanBeWritten, ThrowsWhatWritingWouldAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  const std::string old = folder.write("file", "old");
  EXPECT_NO_THROW(require_can_be_written(old));
  EXPECT_NO_THROW(require_can_be_written(folder.path(std::string(255, 'n'))));
  EXPECT_THROW(require_can_be_written(folder.path(std::string(256, 'n'))), OutputError);
  EXPECT_THROW(require_can_be_written(folder.path("no/file")), OutputError);
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.count(), 1);
}

// The temporary has a longer name than a file of one letter.
// The signal comes when the temporary is there.
TEST(RequireCanBeWrittenDeathTest, LeavesNothingWhereASignalEndsTheProcess) {
  const testing::TemporaryFolder folder;
  const auto interrupted = [&] {
    std::signal(SIGTERM, SIG_DFL);
    const InterruptExit at_signals(130);
    const testing::Misbehaviour misbehaviour({.close = [](int descriptor) {
      raise(SIGTERM);
      return testing::kSystem.close(descriptor);
    }});
    require_can_be_written(folder.path("file"));
    std::_Exit(1);
  };
  EXPECT_EXIT(interrupted(), ::testing::ExitedWithCode(130), "");
  EXPECT_EQ(folder.count(), 0);
}

TEST(RequireCanBeWritten, RefusesAFolderWhosePathIsTooLongForTheTemporary) {
  const testing::TemporaryFolder folder;
  std::string path = folder.path("");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(path);
  while (path.size() < 4080) {
    const std::string name(std::min<std::size_t>(200, 4090 - path.size()), 'd');
    ASSERT_TRUE(std::filesystem::create_directory(name));
    std::filesystem::current_path(name);
    path += name + "/";
  }
  std::filesystem::current_path(before);
  EXPECT_THROW(require_can_be_written(path + "f"), OutputError);
}

TEST(WriteFileAtomically, RefusesPathsThatCannotBeWritten) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(write_error_of(folder.path("no/file")),
            folder.path("no/file") + ": No such file or directory; expected a file that can be written");
  std::filesystem::create_directory(folder.path("folder"));
  EXPECT_EQ(write_error_of(folder.path("folder")),
            folder.path("folder") + ": a directory; expected a file that can be written");
  folder.write("file", "old");
  EXPECT_NE(write_error_of(folder.path("file/below")).find("Not a directory"), std::string::npos);
  EXPECT_NE(write_error_of("/dev/null").find("not a regular file"), std::string::npos);
  EXPECT_NE(write_error_of(folder.path(std::string(256, 'n'))).find("File name too long"), std::string::npos);
  EXPECT_EQ(folder.count(), 2);
}

TEST(WriteFileAtomically, RefusesAReadOnlyFile) {
  if (geteuid() == 0) GTEST_SKIP() << "nothing is read-only for root";
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  chmod(path.c_str(), 0444);
  EXPECT_NE(write_error_of(path).find("Permission denied"), std::string::npos);
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
  const std::string message = write_error_of(path, std::string(10000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, path + ": File too large; expected a file that can be written");
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.count(), 1);
}

struct Fault {
  testing::SystemCalls calls;
  std::string message;
};

std::vector<Fault> faults_before_the_rename() {
  using testing::failing;
  const auto garbled = [](int descriptor, void* bytes, std::size_t count) {
    const ssize_t done = testing::kSystem.read(descriptor, bytes, count);
    if (done > 0) static_cast<char*>(bytes)[done / 2] ^= 1;
    return done;
  };
  return {{{.write = failing(ENOSPC)}, "No space left on device"},
          {{.write = failing(EDQUOT)}, "Disk quota exceeded"},
          {{.write = failing(EIO)}, "Input/output error"},
          {{.fsync = failing(EIO)}, "Input/output error"},
          {{.read = failing(EIO)}, "Input/output error"},
          {{.read = [](auto...) { return 0; }}, "what is read back is not what was written"},
          {{.read = garbled}, "what is read back is not what was written"},
          {{.rename = failing(EIO)}, "Input/output error"}};
}

TEST(WriteFileAtomically, KeepsTheOldFileAndNothingElseWhateverFails) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  for (auto& [calls, message] : faults_before_the_rename()) {
    std::string found;
    {
      const testing::Misbehaviour fault(calls);
      found = write_error_of(path, "new");
    }
    EXPECT_EQ(found, path + ": " + message + "; expected a file that can be written");
    EXPECT_EQ(folder.read("file"), "old") << message;
    EXPECT_EQ(folder.count(), 1) << message;
  }
}

TEST(WriteFileAtomically, GoesOnAfterInterruptionsAndShortWritesAndReads) {
  const testing::TemporaryFolder folder;
  int made = 0;
  const auto interrupted = [&](const auto& call) {
    if (++made % 2 == 0) return call();
    errno = EINTR;
    return decltype(call()){-1};
  };
  testing::SystemCalls calls;
  calls.write = [&](int descriptor, const void* bytes, std::size_t count) {
    return interrupted(
        [&] { return testing::kSystem.write(descriptor, bytes, std::min<std::size_t>(count, 3)); });
  };
  calls.read = [&](int descriptor, void* bytes, std::size_t count) {
    return interrupted(
        [&] { return testing::kSystem.read(descriptor, bytes, std::min<std::size_t>(count, 5)); });
  };
  calls.fsync = [&](int descriptor) {
    return interrupted([&] { return testing::kSystem.fsync(descriptor); });
  };
  {
    const testing::Misbehaviour fault(calls);
    write_file_atomically(folder.path("file"), "a text of some length");
  }
  EXPECT_EQ(folder.read("file"), "a text of some length");
}

TEST(WriteFileAtomically, FlushesTheFileBeforeItsRenameAndTheFolderAfterIt) {
  const testing::TemporaryFolder folder;
  std::vector<std::string> order;
  testing::SystemCalls calls;
  calls.fsync = [&](int descriptor) {
    struct stat status {};
    fstat(descriptor, &status);
    order.push_back(S_ISDIR(status.st_mode) ? "flush folder" : "flush file");
    return testing::kSystem.fsync(descriptor);
  };
  calls.rename = [&](const char* from, const char* to) {
    order.push_back("rename");
    return testing::kSystem.rename(from, to);
  };
  {
    const testing::Misbehaviour watch(calls);
    write_file_atomically(folder.path("file"), "x");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"flush file", "rename", "flush folder"}));
}

// Fails for folders only.
auto folder_flush_failing(int error) {
  return [error](int descriptor) {
    struct stat status {};
    fstat(descriptor, &status);
    return S_ISDIR(status.st_mode) ? testing::failing(error)() : testing::kSystem.fsync(descriptor);
  };
}

TEST(WriteFileAtomically, SaysWhenTheFolderCannotBeFlushed) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path("file");
  const auto error_with = [&](int error) {
    const testing::Misbehaviour fault({.fsync = folder_flush_failing(error)});
    return write_error_of(path);
  };
  EXPECT_EQ(error_with(EINVAL), "");  // of file systems that have no such thing
  EXPECT_NE(error_with(EIO).find("its folder cannot be flushed: Input/output error"), std::string::npos);
  EXPECT_EQ(folder.read("file"), "text");
}

}  // namespace
}  // namespace gradtable
