#include "gradtable/models/data/idx_names.hpp"

#include <string>

#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

class FindIdxFile : public ::testing::Test {
 protected:
  std::string found(const std::string& name) const { return find_idx_file(folder_.path(name)).string(); }
  // An empty file of this name is what is found for the other one.
  void expect_found(const std::string& there, const std::string& name) {
    std::filesystem::create_directories(std::filesystem::path(folder_.path(there)).parent_path());
    const std::string path = folder_.write(there, std::string_view());
    EXPECT_EQ(std::filesystem::weakly_canonical(found(name)), std::filesystem::weakly_canonical(path))
        << there;
    std::filesystem::remove(path);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(FindIdxFile, KnowsFourSpellingsInEitherDirection) {
  const std::vector<std::string> spellings = {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz",
                                              "train-images.idx3-ubyte", "train-images.idx3-ubyte.gz"};
  for (const std::string& there : spellings)
    for (const std::string& name : spellings) expect_found(there, name);
  expect_found("qmnist-train-labels.idx2-int", "qmnist-train-labels-idx2-int.gz");
  expect_found("digits.gz", "digits");
}

TEST_F(FindIdxFile, LooksIntoTheFoldersOfTorchvision) {
  expect_found("MNIST/raw/t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz");
  expect_found("raw/t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz");
}

TEST_F(FindIdxFile, PrefersTheNameItself) {
  folder_.write("a-idx1-ubyte.gz", std::string_view());
  const std::string itself = folder_.write("a-idx1-ubyte", std::string_view());
  EXPECT_EQ(found("a-idx1-ubyte"), itself);
}

TEST_F(FindIdxFile, LeavesANameThatNothingIsThereFor) {
  for (const char* name : {"none", "idx3", "-idx", "a-idx3-ubyte.gz", ""})
    EXPECT_EQ(found(name), folder_.path(name)) << name;
  std::filesystem::create_directory(folder_.path("a-idx3-ubyte"));  // no file
  EXPECT_EQ(found("a-idx3-ubyte.gz"), folder_.path("a-idx3-ubyte.gz"));
}

}  // namespace
}  // namespace gradtable
