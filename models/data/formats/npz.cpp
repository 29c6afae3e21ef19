#include "gradtable/models/data/formats/npz.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/formats/detail/zip.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kNpySuffix = ".npy";

// "X", "y"
std::string describe_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i)
    text += (i > 0 ? ", " : "") + in_quotes(names[i]);
  if (names.size() > kMostNames) text += fmt::format(" and {} more", names.size() - kMostNames);
  return text.empty() ? "none" : text;
}

}  // namespace

NpzFile::NpzFile(const std::string& path) : archive_(std::make_unique<detail::ZipArchive>(path)) {
  for (const detail::ZipEntry& entry : archive_->entries())
    if (entry.name.ends_with(kNpySuffix))
      names_.push_back(entry.name.substr(0, entry.name.size() - kNpySuffix.size()));
  if (names_.empty())
    throw DataError(
        fmt::format("{}: {} entries, no array; expected names that end in .npy, as numpy.savez writes them",
                    path, archive_->entries().size()));
}

NpzFile::~NpzFile() = default;

bool NpzFile::has(std::string_view name) const {
  return std::ranges::find(names_, name) != names_.end();
}

SharedArray NpzFile::read(std::string_view name, const NpyOptions& options) const {
  const std::string file = std::string(name).append(kNpySuffix);
  const auto entries = archive_->entries();
  const auto entry = std::ranges::find(entries, file, &detail::ZipEntry::name);
  if (entry == entries.end())
    throw DataError(fmt::format("{}: no array {}; expected one of its arrays: {}", archive_->path(),
                                in_quotes(name), describe_names(names_)));
  const auto content = archive_->open(*entry);
  return read_npy(*content, options);
}

SharedArray read_npz(const std::string& path, std::string_view name, const NpyOptions& options) {
  const NpzFile file(path);
  if (!name.empty()) return file.read(name, options);
  if (file.names().size() > 1)
    throw DataError(fmt::format("{}: {} arrays; expected the name of one of them: {}", path,
                                file.names().size(), describe_names(file.names())));
  return file.read(file.names().front(), options);
}

void write_npz(const std::string& path, const std::map<std::string, SharedArray>& arrays) {
  std::vector<std::string> headers;
  headers.reserve(arrays.size());
  std::vector<detail::StoredEntry> entries;
  for (const auto& [name, array] : arrays) {
    headers.push_back(npy_header(array.type()));
    const std::string_view numbers(static_cast<const char*>(array.view().data), array.type().bytes());
    entries.push_back({name + std::string(kNpySuffix), {headers.back(), numbers}});
  }
  detail::write_stored_zip(path, entries);
}

}  // namespace gradtable
