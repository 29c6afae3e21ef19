// Standard output for results: a write that fails is an error.
#pragma once

#include <string_view>

namespace gradtable {

// Writes the text at once. Throws OutputError, with the system's reason, when that fails.
void write_output(std::string_view text);

// Writes what standard output has buffered. Throws OutputError when that fails, or when anything written
// before has failed.
void finish_output();

}  // namespace gradtable
