#include "gradtable/models/io/names_near.hpp"

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable {
namespace {

class NamesNear : public ::testing::Test {
 protected:
  // What is said of a name beside these.
  std::string near(const std::string& name) const { return names_near(folder_.path(name)); }
  void write(const std::string& name) const { folder_.write(name, std::string_view("x")); }

  testing::TemporaryFolder folder_;
};

TEST_F(NamesNear, AreThoseThatAreAlikeAndNoOthers) {
  for (const char* name : {"run.json", "weights.safetensors", "train-images", "notes"}) write(name);
  EXPECT_EQ(near("rum.config"), "; the nearest name there is \"run.json\"");
  EXPECT_EQ(near("train-images-idx3-ubyte.gz"), "; the nearest name there is \"train-images\"");
  EXPECT_EQ(near("weight.st"), "; the nearest name there is \"weights.safetensors\"");
  EXPECT_EQ(near("t10k-labels"), "; no name like it among the 4 there");
}

TEST_F(NamesNear, DoNotDifferByCase) {
  for (const char* name : {"TRAIN-LABELS-IDX1-UBYTE.GZ", "other"}) write(name);
  EXPECT_EQ(near("train-labels-idx1-ubyte.gz"), "; the nearest name there is \"TRAIN-LABELS-IDX1-UBYTE.GZ\"");
}

TEST_F(NamesNear, OfALinkToNothingAreNone) {
  std::filesystem::create_symlink("nowhere", folder_.path("link"));
  write("links");
  EXPECT_EQ(near("link"), "; it is a link to nothing: \"nowhere\" is not there");
}

TEST_F(NamesNear, OfAMissingFolderAreThoseOfFoldersBesideIt) {
  for (const char* folder : {"usual", "casual", "other"})
    std::filesystem::create_directory(folder_.path(folder));
  write("usul.txt");
  const std::string missing = fmt::format("; the folder \"{}\" is not there", folder_.path("usul"));
  for (const char* below : {"usul/images", "usul/deep/down/images", "usul//images"})
    EXPECT_EQ(near(below), missing + ", the nearest names beside it are \"usual\", \"casual\"");
  EXPECT_EQ(near("x/images"), fmt::format("; the folder \"{}\" is not there", folder_.path("x")));
  std::filesystem::create_symlink("nowhere", folder_.path("link"));
  EXPECT_EQ(near("link/images"),
            fmt::format("; the folder \"{}\" is a link to nothing: \"nowhere\" is not there",
                        folder_.path("link")));
}

TEST_F(NamesNear, OfALinkInACircleAreNone) {
  std::filesystem::create_symlink("b", folder_.path("a"));
  std::filesystem::create_symlink("a", folder_.path("b"));
  EXPECT_EQ(near("a"), "; it is a link in a circle");
}

}  // namespace
}  // namespace gradtable
