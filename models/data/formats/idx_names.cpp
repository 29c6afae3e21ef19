#include "gradtable/models/data/formats/idx_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/io/names_near.hpp"

namespace gradtable {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGzip = ".gz";

std::string other_packing(const std::string& name) {
  return name.ends_with(kGzip) ? name.substr(0, name.size() - kGzip.size()) : name + std::string(kGzip);
}

// "a-idx3-ubyte" for "a.idx3-ubyte" and the other way round.
std::string other_mark(std::string name) {
  const std::size_t idx = name.rfind("idx");
  if (idx == std::string::npos || idx == 0 || idx + 3 >= name.size() ||
      !std::isdigit(static_cast<unsigned char>(name[idx + 3])))
    return name;
  char& mark = name[idx - 1];
  if (mark == '-' || mark == '.') mark = mark == '-' ? '.' : '-';
  return name;
}

bool is_there(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  return fs::exists(status) && !fs::is_directory(status);
}

// torchvision's classes of such data sets: each keeps its files in a folder raw in one of its name. The names
// of files are the same in several of them.
constexpr std::array kDataSets = {"MNIST", "FashionMNIST", "KMNIST", "QMNIST", "EMNIST"};

fs::path raw_of(const char* data_set) {
  return fs::path(data_set) / "raw";
}

// The file in the folder `below` its own, under any spelling; empty where there is none.
fs::path found_in(const fs::path& file, const fs::path& below) {
  const std::string name = file.filename().string();
  for (const std::string& spelling :
       {name, other_packing(name), other_mark(name), other_packing(other_mark(name))})
    if (fs::path found = file.parent_path() / below / spelling; is_there(found)) return found;
  return {};
}

fs::path found_beside(const fs::path& file) {
  const fs::path found = found_in(file, "");
  return found.empty() ? found_in(file, "raw") : found;
}

// The data sets that have one of the files, MNIST alone if it does: it is what names of files mean that say
// nothing else.
std::vector<fs::path> folders_with(std::span<const fs::path> files) {
  std::vector<fs::path> folders;
  for (const char* const data_set : kDataSets) {
    const fs::path raw = raw_of(data_set);
    if (std::ranges::any_of(files, [&](const fs::path& file) { return !found_in(file, raw).empty(); }))
      folders.push_back(raw);
    if (data_set == kDataSets.front() && !folders.empty()) break;
  }
  return folders;
}

}  // namespace

std::vector<fs::path> find_idx_files(std::span<const fs::path> files) {
  std::vector<fs::path> found, missing;
  for (const fs::path& file : files) {
    found.push_back(found_beside(file));
    if (found.back().empty()) missing.push_back(file);
  }
  const std::vector<fs::path> folders = folders_with(missing);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (found[i].empty() && folders.size() == 1) found[i] = found_in(files[i], folders.front());
    if (found[i].empty()) found[i] = files[i];
  }
  return found;
}

fs::path find_idx_file(const fs::path& file) {
  return find_idx_files({&file, 1}).front();
}

std::string idx_names_near(const fs::path& file) {
  std::vector<std::string> folders;
  for (const fs::path& folder : folders_with({&file, 1})) folders.push_back(in_quotes(folder.string()));
  if (folders.empty()) return names_near(file);
  return fmt::format("; in {} there are files of that name: name the folder that is meant",
                     fmt::join(folders, " and in "));
}

}  // namespace gradtable
