#include "gradtable/models/io/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/interrupt.hpp"

namespace gradtable {
namespace {

[[noreturn]] void fail(const std::string& reason) {
  throw OutputError(fmt::format("standard output: {}; expected a place that takes all of it", reason));
}

std::string last_reason() {
  return std::generic_category().message(errno);
}

}  // namespace

void write_output(std::string_view text) {
  const InterruptDelay whole;  // no half line
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail(last_reason());
  finish_output();
}

void finish_output() {
  if (std::fflush(stdout) != 0) fail(last_reason());
  if (std::ferror(stdout) != 0) fail("a write failed");  // earlier: its reason is gone
}

}  // namespace gradtable
