// Atomic writing of files: a file is written whole or not at all.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace gradtable {

// Writes the parts, one after the other, to a temporary file in the folder of `path`, flushes it to the disk,
// reads it back, renames it to `path` and flushes the folder: at every moment, also after a power failure,
// `path` holds its old content or all of the new. A symbolic link stays and the file it names is replaced, or
// made; the mode of an existing file is kept. Throws OutputError, with the system's reason, when that fails,
// and when `path` is there but read-only or not a regular file; the temporary is removed. When only the last
// step, the flush of the folder, fails, `path` has its new content, which a power failure may still undo.
//
// The temporary's name is new in its folder: processes that write the same file at once do not disturb each
// other, and the last to rename wins. A process that is killed may leave its temporary, `.gradtable-*.tmp`.
void write_file_atomically(const std::string& path, std::span<const std::string_view> parts);
void write_file_atomically(const std::string& path, std::string_view text);

// Throws what write_file_atomically would throw before its first byte. It makes a temporary, and removes it.
void require_can_be_written(const std::string& path);

// The path, or the file that it names through all symbolic links, existing or not. Sets `error` for links
// that form a circle.
std::filesystem::path behind_links(std::filesystem::path path, std::error_code& error);

}  // namespace gradtable
