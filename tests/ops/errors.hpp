// What an op says about inputs that it does not take.
#pragma once

#include <string>

#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable::testing {

// Expects f to throw E with this sentence and, behind it, the place of the call in f, which stands within two
// lines of the call of expect_error.
template <class E, class F>
void expect_error(const F& f, const std::string& sentence, Location at = Location::current()) {
  const std::string message = message_of<E>(f);
  for (unsigned line = at.line() - 2; line <= at.line() + 2; ++line)
    if (message == fmt::format("{}  [{}:{}]", sentence, at.file_name(), line)) return;
  ADD_FAILURE() << "expected: " << sentence << "  [" << to_string(at) << "]\n     got: " << message;
}

}  // namespace gradtable::testing
