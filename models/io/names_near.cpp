#include "gradtable/models/io/names_near.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/config/text.hpp"
#include "gradtable/models/io/atomic_file.hpp"

namespace gradtable {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRead = 10'000;
constexpr std::size_t kMostShown = 3;

bool is_folder(const fs::directory_entry& entry) {
  std::error_code unknown;
  return entry.is_directory(unknown);
}

std::vector<std::string> names_in(const fs::path& folder, bool folders_alone, std::error_code& error) {
  std::vector<std::string> names;
  std::size_t read = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && read < kMostRead;
       entry.increment(error), ++read)
    if (!folders_alone || is_folder(*entry)) names.push_back(entry->path().filename().string());
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

// In quotes, the nearest first.
std::vector<std::string> nearest_of(const std::vector<std::string>& names, const fs::path& file) {
  const std::string wanted = in_small_letters(file.filename().string());
  std::vector<std::pair<std::size_t, std::string>> nearest;
  for (const std::string& name : names)
    if (const std::string small = in_small_letters(name); is_near(wanted, small))
      nearest.emplace_back(config::edit_distance(wanted, small), in_quotes(name));
  std::ranges::sort(nearest);
  nearest.resize(std::min(nearest.size(), kMostShown));
  std::vector<std::string> shown;
  for (auto& [distance, name] : nearest) shown.push_back(std::move(name));
  return shown;
}

// "the nearest names there are "a", "b""
std::string list(const std::vector<std::string>& shown, std::string_view where) {
  const bool one = shown.size() == 1;
  return fmt::format("the nearest name{} {} {} {}", one ? "" : "s", where, one ? "is" : "are",
                     fmt::join(shown, ", "));
}

fs::path folder_of(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? "." : parent;
}

bool is_missing(const fs::path& folder) {
  std::error_code error;
  return !fs::exists(folder, error) && !error;
}

// Empty for what is no link.
std::string describe_link(const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(file, error)) return "";
  behind_links(file, error);
  if (error == std::errc::too_many_symbolic_link_levels) return "a link in a circle";
  return fmt::format("a link to nothing: {} is not there", in_quotes(fs::read_symlink(file, error).string()));
}

// Of the folder above all others that are missing.
std::string describe_missing(fs::path folder) {
  for (fs::path above = folder_of(folder); is_missing(above); above = folder_of(folder)) folder = above;
  const std::string name = in_quotes(folder.string());
  if (const std::string link = describe_link(folder); !link.empty())
    return fmt::format("; the folder {} is {}", name, link);
  std::error_code unknown;
  const auto shown = nearest_of(names_in(folder_of(folder), true, unknown), folder);
  return fmt::format("; the folder {} is not there{}", name,
                     shown.empty() ? "" : ", " + list(shown, "beside it"));
}

}  // namespace

std::string names_near(const fs::path& file) {
  if (const std::string link = describe_link(file); !link.empty()) return "; it is " + link;
  const fs::path folder = folder_of(file);
  std::error_code error;
  if (is_missing(folder)) return describe_missing(folder);
  const std::vector<std::string> names = names_in(folder, false, error);
  if (error) return "";
  if (names.empty()) return "; its folder is empty";
  const std::vector<std::string> shown = nearest_of(names, file);
  if (shown.empty()) return fmt::format("; no name like it among the {} there", names.size());
  return "; " + list(shown, "there");
}

}  // namespace gradtable
