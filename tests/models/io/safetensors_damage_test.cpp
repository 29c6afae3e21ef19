// Files that were cut or changed anywhere: they are refused, or hold what they held.
#include <cstdint>
#include <string>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

TEST(ReadSafetensors, RefusesEveryPrefixOfAFile) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), tiny());
  for (const std::string& whole : {folder.read("file"), kOfAnotherProgram})
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_NE(error_of(folder.write("prefix", whole.substr(0, length))), "nothing thrown") << length;
}

TEST(ReadSafetensors, NeverUsesWhatAChangedByteChanges) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), tiny());
  const std::string whole = folder.read("file");
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      try {
        expect_equal(read_safetensors(folder.write("flip", changed)), tiny(), fmt::format("{}.{}", at, bit));
      } catch (const CheckpointError&) {
        ++refused;
      }
    }
  }
  // The rest turn a space of the padding into another blank.
  EXPECT_GE(refused, 8 * (whole.size() - 8));
}

// A few changes at random places: bytes replaced, cut out, or doubled.
std::string mutated(std::string bytes, Random& random) {
  for (std::uint32_t left = 1 + random.below(4); left > 0 && !bytes.empty(); --left) {
    const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
    const std::uint32_t kind = random.below(4);
    if (kind == 0) {
      bytes.erase(at, 1);
    } else if (kind == 1) {
      bytes.insert(at, 1, bytes[at]);
    } else {
      bytes[at] = static_cast<char>(random());
    }
  }
  return bytes;
}

TEST(ReadSafetensors, LoadsOrRefusesTenThousandMutations) {
  const testing::TemporaryFolder folder;
  write_safetensors(folder.path("file"), tiny());
  const std::string originals[] = {folder.read("file"), kOfAnotherProgram};
  int refused = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    Random random(1, i);
    refused += error_of(folder.write("mutation", mutated(originals[i % 2], random))) != "nothing thrown";
  }
  EXPECT_GT(refused, 5000);
  EXPECT_LT(refused, 10000);
}

}  // namespace
}  // namespace gradtable
