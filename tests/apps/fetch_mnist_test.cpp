#include <cstdlib>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

testing::ProcessResult fetch(const std::string& mirror, const std::string& folder) {
  return testing::run_process({GRADTABLE_TEST_FOLDER "/../scripts/fetch_mnist.sh", folder},
                              {"MNIST_MIRROR=file://" + mirror});
}

// wget, which serves where there is no curl, does not read file:// URLs.
bool has_curl() {
  return testing::run_process({"sh", "-c", "command -v curl"}).exit_code == 0;
}

TEST(FetchMnist, LeavesNoFileWhoseSumIsWrong) {
  if (!has_curl()) GTEST_SKIP() << "curl is not installed";
  const testing::TemporaryFolder mirror, target;
  mirror.write("train-images-idx3-ubyte.gz", "not MNIST");
  const auto result = fetch(mirror.path(""), target.path(""));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("expected f68b3c2dcbeaaa9fbdd348bbdeb94873"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("train-images-idx3-ubyte.gz: no mirror has it whole"), std::string::npos);
  EXPECT_EQ(target.count(), 0);
}

TEST(FetchMnist, SaysThatADownloadFailed) {
  if (!has_curl()) GTEST_SKIP() << "curl is not installed";
  const testing::TemporaryFolder mirror, target;
  const auto result = fetch(mirror.path(""), target.path(""));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("the download failed"), std::string::npos) << result.err;
  EXPECT_EQ(target.count(), 0);
}

TEST(FetchMnist, BringsTheFourFiles) {
  const char* mnist = std::getenv("MNIST_DIR");
  if (mnist == nullptr || !has_curl()) GTEST_SKIP() << "MNIST_DIR is not set or curl is not installed";
  const testing::TemporaryFolder target;
  const auto result = fetch(std::filesystem::absolute(mnist).string(), target.path(""));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(target.count(), 4);
}

}  // namespace
}  // namespace gradtable
