// Comparison of a text with a file under tests/.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace gradtable::testing {

// `name` is the path from tests/. Says which line differs first. With GRADTABLE_WRITE_GOLDEN=1 in the
// environment the file is written instead.
inline ::testing::AssertionResult matches_golden(const std::string& text, const std::string& name) {
  const std::string path = std::string(GRADTABLE_TEST_FOLDER "/") + name;
  if (std::getenv("GRADTABLE_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return ::testing::AssertionSuccess() << path << " written";
  }
  std::ifstream file(path);
  if (!file) return ::testing::AssertionFailure() << "cannot read " << path;
  std::istringstream found(text);
  std::string expected_line;
  std::string found_line;
  for (int number = 1;; ++number) {
    const bool more_expected = static_cast<bool>(std::getline(file, expected_line));
    const bool more_found = static_cast<bool>(std::getline(found, found_line));
    if (!more_expected && !more_found) return ::testing::AssertionSuccess();
    if (more_expected && more_found && expected_line == found_line) continue;
    return ::testing::AssertionFailure()
           << name << ":" << number
           << " differs first\n  expected: " << (more_expected ? expected_line : "the end")
           << "\n  found:    " << (more_found ? found_line : "the end");
  }
}

}  // namespace gradtable::testing
