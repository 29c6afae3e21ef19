#include <cstdlib>
#include <filesystem>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

// The script in a project of its own, where nothing is to be installed or built.
class Demo : public ::testing::Test {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    const fs::path root = fs::path(GRADTABLE_TEST_FOLDER).parent_path();
    for (const char* folder : {"scripts", "tools", "build/release", "apps/mnist_fcnn"})
      fs::create_directories(folder_.path(folder));
    fs::copy(root / "apps/mnist_fcnn/configs", folder_.path("apps/mnist_fcnn/configs"),
             fs::copy_options::recursive);
    fs::copy_file(root / "scripts/demo.sh", folder_.path("scripts/demo.sh"));
    fs::create_directory_symlink(GRADTABLE_PROGRAMS, folder_.path("build/release/bin"));
    for (const char* stub : {"scripts/install_packages.sh", "tools/cmake"})
      fs::create_symlink("/bin/true", folder_.path(stub));
  }
  testing::ProcessResult run(std::vector<std::string> options) const {
    std::vector<std::string> command = {"bash", folder_.path("scripts/demo.sh"), "--threads", "1"};
    for (const char* setting : {"data.digits_train=100", "data.digits_test=10", "training.epochs=1"}) {
      command.emplace_back("--set");
      command.emplace_back(setting);
    }
    command.insert(command.end(), options.begin(), options.end());
    const std::string path = std::getenv("PATH");
    return testing::run_process(command, {"MNIST_DIR=", "PATH=" + folder_.path("tools:") + path});
  }
  // That the results are in `folder`, and that the last lines say so.
  void expect_results(const testing::ProcessResult& result, const std::string& folder) const {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(std::filesystem::exists(folder_.path(folder + "/metrics.json"))) << result.out;
    EXPECT_NE(result.out.find("\nThe results are in " + folder_.path(folder) + ":\n"), std::string::npos)
        << result.out;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Demo, SaysWhereTheResultsAre) {
  expect_results(run({}), "runs/digits");
}

TEST_F(Demo, TakesAnotherFolderForTheResults) {
  expect_results(run({"--out", "a"}), "a");
  expect_results(run({"--out=" + folder_.path("b")}), "b");
  expect_results(run({"--set", "output.dir=c"}), "apps/mnist_fcnn/configs/c");
  expect_results(run({"--out", "d", "--set", "output.dir=e"}), "d");
}

}  // namespace
}  // namespace gradtable
