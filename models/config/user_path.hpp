// Paths as users write them, with ~ for the home folder.
#pragma once

#include <filesystem>
#include <string_view>

namespace gradtable::config {

// The path in `text`; a first part "~" is the user's home folder, the environment's HOME. Throws ConfigError
// that starts with `where` when HOME is no absolute path, and for "~name", which shells take for the home of
// another user; "./~name" is a file of that name.
std::filesystem::path user_path(std::string_view text, std::string_view where);

// The text that user_path reads as this path.
std::filesystem::path as_user_path(const std::filesystem::path& path);

}  // namespace gradtable::config
