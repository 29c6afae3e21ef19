#include "gradtable/models/io/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/models/io/interrupt.hpp"

namespace gradtable {
namespace {

std::string message_of(const std::string& reason) {
  return fmt::format("standard output: {}; expected a place that takes all of it", reason);
}

// Throws the error of the last write.
[[noreturn]] void fail() {
  const int error = errno;
  const std::string message = message_of(std::generic_category().message(error));
  if (error == EPIPE) throw ClosedOutput(message);
  throw OutputError(message);
}

}  // namespace

void write_output(std::string_view text) {
  const InterruptDelay whole;  // no half line
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
  finish_output();
}

void finish_output() {
  if (std::fflush(stdout) != 0) fail();
  if (std::ferror(stdout) != 0)  // of an earlier write, whose reason is gone
    throw OutputError(message_of("a write failed"));
}

}  // namespace gradtable
