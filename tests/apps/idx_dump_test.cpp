#include <charconv>
#include <map>
#include <sstream>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::idx_images;
using testing::idx_labels;
using testing::ProcessResult;

class IdxDump : public ::testing::Test {
 protected:
  ProcessResult run(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{GRADTABLE_PROGRAMS "/idx_dump"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return testing::run_process(command);
  }
  // The run fails with this code and one line that holds `part`, and writes no file.
  void expect_failure(const std::vector<std::string>& arguments, int code, const std::string& part) {
    const auto files = folder_.count();
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err << "lacks: " << part;
    EXPECT_EQ(folder_.count(), files);
  }

  testing::TemporaryFolder folder_;
  std::string images_ = folder_.write("images", idx_images(2, 16, 16));
  std::string labels_ = folder_.write("labels.gz", testing::gzip(idx_labels({3, 9, 10})));
  std::string out_ = folder_.path("out");
};

TEST_F(IdxDump, WritesAnImageInTheShortestFormThatReadsBackExactly) {
  const ProcessResult result = run({"images", images_, out_, "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out + result.err, "");
  std::istringstream lines(folder_.read("out"));
  std::string line;
  for (const std::string header : {"2", "16", "16"}) EXPECT_EQ((std::getline(lines, line), line), header);
  const std::map<int, std::string> known{
      {0, "0"}, {1, "0.00392156862745098"}, {3, "0.011764705882352941"}, {51, "0.2"}, {255, "1"}};
  for (int byte = 0; byte < 256; ++byte) {
    ASSERT_TRUE(std::getline(lines, line));
    double value = -1;
    std::from_chars(line.data(), line.data() + line.size(), value);
    EXPECT_EQ(value, byte / 255.0) << line;
    EXPECT_EQ(known.contains(byte) ? known.at(byte) : line, line);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(IdxDump, WritesALabelOneHot) {
  ASSERT_EQ(run({"labels", labels_, out_, "0"}).exit_code, 0);
  EXPECT_EQ(folder_.read("out"), "1\n10\n0\n0\n0\n1\n0\n0\n0\n0\n0\n0\n");
  ASSERT_EQ(run({"labels", labels_, out_, "1"}).exit_code, 0);
  EXPECT_EQ(folder_.read("out"), "1\n10\n0\n0\n0\n0\n0\n0\n0\n0\n0\n1\n");
}

TEST_F(IdxDump, ReadsEveryElementTypeAndSeveralMembers) {
  const testing::Bytes floats = testing::words({0xd03, 1, 1, 2, 0x3dcccccd, 0x437f0000});  // 0.1, 255
  ASSERT_EQ(run({"images", folder_.write("floats", floats), out_, "0"}).exit_code, 0);
  EXPECT_EQ(folder_.read("out"), "2\n1\n2\n0.1\n255\n");
  const testing::Bytes ints = testing::words({0xc03, 1, 1, 2, 51, 0});
  ASSERT_EQ(run({"images", folder_.write("ints", testing::gzip(ints)), out_, "0"}).exit_code, 0);
  EXPECT_EQ(folder_.read("out"), "2\n1\n2\n0.2\n0\n");
  const testing::Bytes first = testing::words({0xc02, 2, 2, 7, 5}), rest = testing::words({10, 8});
  const std::string table =
      folder_.write("table", testing::operator+(testing::gzip(first), testing::gzip(rest)));
  ASSERT_EQ(run({"labels", table, out_, "0"}).exit_code, 0);
  EXPECT_EQ(folder_.read("out"), "1\n10\n0\n0\n0\n0\n0\n0\n0\n1\n0\n0\n");
  expect_failure({"labels", table, out_, "1"}, 3, "@byte 20: label 10 at index 1; expected a label below 10");
}

TEST_F(IdxDump, SaysWhatItIs) {
  for (const std::string flag : {"--help", "-h"})
    EXPECT_TRUE(run({flag}).out.starts_with("usage: idx_dump images|labels FILE OUT INDEX")) << flag;
  EXPECT_EQ(run({"images", images_, "--help"}).out, run({"--help"}).out);
  EXPECT_EQ(run({"--version"}).out, "idx_dump " GRADTABLE_VERSION "\n");
  EXPECT_EQ(run({"--version"}).exit_code, 0);
}

TEST_F(IdxDump, SaysWhenNobodyTakesTheHelp) {
  const ProcessResult result =
      testing::run_process({"sh", "-c", GRADTABLE_PROGRAMS "/idx_dump --help > /dev/full"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_TRUE(result.err.starts_with("error: standard output: No space left on device")) << result.err;
}

TEST_F(IdxDump, RefusesBadArguments) {
  const std::string usage = "expected idx_dump images|labels FILE OUT INDEX";
  expect_failure({}, 2, usage);
  expect_failure({"images", images_, out_}, 2, usage);
  expect_failure({"images", images_, out_, "0", "1"}, 2, usage);
  expect_failure({"pictures", images_, out_, "0"}, 2, usage);
  expect_failure({"--fast", images_, out_, "0"}, 2, "unknown flag '--fast'");
}

TEST_F(IdxDump, RefusesAnIndexThatIsNotThereAndSaysTheRange) {
  for (const std::string index : {"2", "-1", "", "one", "1.5", "1 ", "0x1", "18446744073709551616"})
    expect_failure({"images", images_, out_, index}, 2,
                   "INDEX is '" + index + "'; expected a whole number from 0 to 1");
  expect_failure({"labels", labels_, out_, "3"}, 2, "a whole number from 0 to 2");
}

TEST_F(IdxDump, RefusesABadDataSet) {
  expect_failure({"images", folder_.path("none"), out_, "0"}, 3, "No such file or directory");
  expect_failure({"images", folder_.path(""), out_, "0"}, 3, "Is a directory");
  expect_failure({"images", labels_, out_, "0"}, 3, "an IDX file of labels");
  expect_failure({"labels", images_, out_, "0"}, 3, "an IDX file of images");
  expect_failure({"labels", labels_, out_, "2"}, 3,
                 "@byte 10: label 10 at index 2; expected a label below 10");
}

TEST_F(IdxDump, RefusesAnOutputThatCannotBeWritten) {
  expect_failure({"images", images_, folder_.path("no/out"), "0"}, 6, "No such file or directory");
  expect_failure({"images", images_, folder_.path(""), "0"}, 6, "directory");
}

TEST_F(IdxDump, KeepsTheErrorOnOneLineWhateverTheFileIsCalled) {
  expect_failure({"images", folder_.path("a\nb\xff\x1b"), out_, "0"}, 3, "a\\nb\\xff\\x1b: No such file");
}

}  // namespace
}  // namespace gradtable
