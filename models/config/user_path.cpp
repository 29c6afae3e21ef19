#include "gradtable/models/config/user_path.hpp"

#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::config {

std::filesystem::path user_path(std::string_view text, std::string_view where) {
  if (!text.starts_with('~')) return text;
  if (text.size() > 1 && text[1] != '/')
    throw ConfigError(
        fmt::format("{}: {}; expected ~/ for your home folder, or ./~ for a name that begins with ~", where,
                    in_quotes(text)));
  const char* const home = std::getenv("HOME");
  if (!home || *home != '/')
    throw ConfigError(fmt::format("{}: {}; expected a path without ~, since the environment's HOME is {}",
                                  where, in_quotes(text), home ? in_quotes(home) : "not set"));
  // Joined as texts: "~//data" is a folder of the home folder too.
  return std::string(home).append(text.substr(1));
}

std::filesystem::path as_user_path(const std::filesystem::path& path) {
  return path.native().starts_with('~') ? "." / path : path;
}

}  // namespace gradtable::config
