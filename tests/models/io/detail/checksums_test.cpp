#include "gradtable/models/io/detail/checksums.hpp"

#include <string>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using testing::contains;

TEST(ReadSafetensors, NamesTheTensorWhoseChecksumDiffers) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), tiny());
  const std::string whole = folder.read("file");
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    return error_of(folder.write("changed", changed.replace(changed.rfind(from), from.size(), to)));
  };
  const std::string path = folder.path("changed");
  EXPECT_TRUE(contains(replaced("\x08", "\x09"), path + ": \"n\": data with CRC-32 "));
  EXPECT_TRUE(contains(replaced("\x08", "\x09"), ", the checksum in the file"));
  // As many bytes, of another type or shape.
  EXPECT_TRUE(contains(replaced("F32", "I32"), path + ": \"w\": data with CRC-32 "));
  EXPECT_TRUE(contains(replaced("[2,3]", "[3,2]"), path + ": \"w\": data with CRC-32 "));
  EXPECT_TRUE(contains(replaced("\"5\"", "\"6\""), path + ": \"__metadata__\": data with CRC-32 "));
  EXPECT_TRUE(contains(replaced("crc32:n", "crc32:m"), path + ": \"n\": no checksum; expected one"));
}

TEST(ReadSafetensors, RefusesAChecksumWithoutItsTensor) {
  const testing::TemporaryFolder folder;
  TensorFile empty;
  write_safetensors(folder.path("file"), empty);
  std::string whole = folder.read("file").substr(8);
  whole.insert(whole.rfind("\"}}"), "\",\"gradtable.crc32:w\":\"00000000");
  EXPECT_TRUE(
      contains(error_of(folder.write("more", file_of(whole))), "\"w\": a checksum without its tensor"));
}

}  // namespace
}  // namespace gradtable
