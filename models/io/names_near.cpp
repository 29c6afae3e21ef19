#include "gradtable/models/io/names_near.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"
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

std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string stem_of(const std::string& name) {
  return fs::path(name).stem().string();
}

// Half of the longer one may differ.
bool is_alike(const std::string& a, const std::string& b) {
  return 2 * config::edit_distance(a, b) <= std::max(a.size(), b.size());
}

bool is_part(const std::string& part, const std::string& name) {
  constexpr std::size_t kLeast = 3;
  return part.size() >= kLeast && name.find(part) != std::string::npos;
}

bool is_near(const std::string& a, const std::string& b) {
  return is_alike(a, b) || is_alike(stem_of(a), stem_of(b)) || is_part(a, b) || is_part(b, a);
}

}  // namespace

std::string names_near(const fs::path& file) {
  std::error_code no_link;
  if (fs::is_symlink(file, no_link))
    return fmt::format("; it is a link to nothing: {} is not there",
                       in_quotes(fs::read_symlink(file, no_link).string()));
  const fs::path parent = file.parent_path(), folder = parent.empty() ? "." : parent;
  std::error_code error;
  if (!fs::exists(folder, error))
    return error ? "" : fmt::format("; the folder {} is not there", in_quotes(folder.string()));
  const std::vector<std::string> names = names_in(folder, error);
  if (error) return "";
  if (names.empty()) return "; its folder is empty";
  const std::string wanted = in_small_letters(file.filename().string());
  std::vector<std::pair<std::size_t, std::string>> nearest;
  for (const std::string& name : names)
    if (const std::string small = in_small_letters(name); is_near(wanted, small))
      nearest.emplace_back(config::edit_distance(wanted, small), in_quotes(name));
  if (nearest.empty()) return fmt::format("; no name like it among the {} there", names.size());
  std::ranges::sort(nearest);
  nearest.resize(std::min(nearest.size(), kMostShown));
  std::vector<std::string> shown;
  for (auto& [distance, name] : nearest) shown.push_back(std::move(name));
  return fmt::format("; the nearest name{} there {} {}", shown.size() == 1 ? "" : "s",
                     shown.size() == 1 ? "is" : "are", fmt::join(shown, ", "));
}

}  // namespace gradtable
