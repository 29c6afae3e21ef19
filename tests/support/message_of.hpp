// The messages of errors, for tests that look into them.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace gradtable::testing {

// The message of the Exception that `action` throws; other exceptions pass through.
template <class Exception, class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing thrown";
}

inline ::testing::AssertionResult contains(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "expected '" << part << "' in '" << text << "'";
}

}  // namespace gradtable::testing
