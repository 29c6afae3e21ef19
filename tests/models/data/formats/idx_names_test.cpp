#include "gradtable/models/data/formats/idx_names.hpp"

#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable {
namespace {

class FindIdxFile : public ::testing::Test {
 protected:
  std::string found(const std::string& name) const { return find_idx_file(folder_.path(name)).string(); }
  // An empty file, with its folders.
  std::string put(const std::string& there) const {
    std::filesystem::create_directories(std::filesystem::path(folder_.path(there)).parent_path());
    return folder_.write(there, std::string_view());
  }
  // An empty file of this name is what is found for the other one.
  void expect_found(const std::string& there, const std::string& name) {
    const std::string path = put(there);
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

TEST_F(FindIdxFile, LooksIntoTheFolderOfEachDataSetOfTorchvision) {
  for (const char* data_set : {"MNIST", "FashionMNIST", "KMNIST", "QMNIST", "EMNIST"})
    expect_found(fmt::format("{}/raw/t10k-labels-idx1-ubyte", data_set), "t10k-labels-idx1-ubyte.gz");
  expect_found("QMNIST/raw/qmnist-test-labels-idx2-int.gz", "qmnist-test-labels-idx2-int");
  put("SVHN/raw/a-idx1-ubyte");
  EXPECT_EQ(found("a-idx1-ubyte"), folder_.path("a-idx1-ubyte"));
}

TEST_F(FindIdxFile, TakesMnistOfSeveralDataSetsAndElseNone) {
  const std::string fashion = put("FashionMNIST/raw/a-idx1-ubyte");
  EXPECT_EQ(found("a-idx1-ubyte"), fashion);
  const std::string missing = folder_.path("a-idx1-ubyte");
  put("KMNIST/raw/a-idx1-ubyte.gz");
  EXPECT_EQ(found("a-idx1-ubyte"), missing);
  EXPECT_EQ(idx_names_near(missing),
            "; in \"FashionMNIST/raw\" and in \"KMNIST/raw\" there are files of that name: name the folder "
            "that is meant");
  EXPECT_EQ(found("FashionMNIST/a-idx1-ubyte"), fashion);
  const std::string mnist = put("MNIST/raw/a-idx1-ubyte.gz");
  EXPECT_EQ(found("a-idx1-ubyte"), mnist);
}

TEST_F(FindIdxFile, MixesNoDataSets) {
  const std::vector<std::filesystem::path> files = {folder_.path("a-idx1-ubyte"),
                                                    folder_.path("b-idx1-ubyte")};
  const std::string a = put("FashionMNIST/raw/a-idx1-ubyte"), b = put("KMNIST/raw/b-idx1-ubyte");
  EXPECT_EQ(find_idx_files(files), files);
  put("MNIST/raw/b-idx1-ubyte");
  EXPECT_EQ(find_idx_files(files).front(), files.front());
  EXPECT_EQ(find_idx_files(files).back(), folder_.path("MNIST/raw/b-idx1-ubyte"));
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
