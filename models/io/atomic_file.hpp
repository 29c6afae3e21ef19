// Files that are there whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace gradtable {

// Writes the text to a temporary file in the folder of `path`, flushes it to the disk and renames it to
// `path`: at every moment `path` holds its old content or all of the new. A symbolic link stays and the file
// it names is replaced; the mode of an existing file is kept. Throws OutputError, with the system's reason,
// when that fails, and when `path` is there but read-only or not a regular file; the temporary is removed.
void write_file_atomically(const std::string& path, std::string_view text);

}  // namespace gradtable
