#include "gradtable/models/io/names_near.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/config/text.hpp"

namespace gradtable {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRead = 10'000;
constexpr std::size_t kMostShown = 3;

std::vector<std::string> names_in(const fs::path& folder, std::error_code& error) {
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && names.size() < kMostRead;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  return names;
}

}  // namespace

std::string names_near(const fs::path& file) {
  const fs::path parent = file.parent_path(), folder = parent.empty() ? "." : parent;
  std::error_code error;
  if (!fs::exists(folder, error))
    return error ? "" : fmt::format("; the folder {} is not there", in_quotes(folder.string()));
  const std::vector<std::string> names = names_in(folder, error);
  if (error) return "";
  if (names.empty()) return "; its folder is empty";
  std::vector<std::pair<std::size_t, std::string>> nearest;
  for (const std::string& name : names)
    nearest.emplace_back(edit_distance(file.filename().string(), name), in_quotes(name));
  std::ranges::sort(nearest);
  nearest.resize(std::min(nearest.size(), kMostShown));
  std::vector<std::string> shown;
  for (auto& [distance, name] : nearest) shown.push_back(std::move(name));
  return fmt::format("; the nearest name{} there {} {}", shown.size() == 1 ? "" : "s",
                     shown.size() == 1 ? "is" : "are", fmt::join(shown, ", "));
}

}  // namespace gradtable
