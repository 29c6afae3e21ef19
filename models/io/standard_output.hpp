// Standard output for results: a write that fails is an error.
#pragma once

#include <string_view>

#include "gradtable/core/error.hpp"

namespace gradtable {

// The reader of standard output has closed it, as `head` does when it has read enough.
struct ClosedOutput : OutputError {
  using OutputError::OutputError;
};

// Writes the text at once. Throws OutputError, with the system's reason, when that fails; ClosedOutput is
// one.
void write_output(std::string_view text);

// Writes what standard output has buffered. Throws the same when that fails, and OutputError when anything
// written before has failed.
void finish_output();

}  // namespace gradtable
