#include "gradtable/models/data/formats/format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/byte_source.hpp"
#include "gradtable/models/data/formats/idx_dataset.hpp"

namespace gradtable {
namespace {

constexpr std::array<std::string_view, 3> kIdxSuffixes = {".idx", "-idx3-ubyte", ".idx3-ubyte"};
constexpr std::array<std::string_view, 1> kNpySuffixes = {".npy"}, kNpzSuffixes = {".npz"};
constexpr std::array<std::string_view, 2> kCsvSuffixes = {".csv", ".tsv"};

bool begins_idx(std::string_view bytes) {
  constexpr std::string_view kTypes = "\x08\x09\x0b\x0c\x0d\x0e";
  return bytes.size() > 3 && bytes[0] == 0 && bytes[1] == 0 &&
         kTypes.find(bytes[2]) != std::string_view::npos && bytes[3] >= 1 && bytes[3] <= Shape::kMaxRank;
}

bool begins_npy(std::string_view bytes) {
  return bytes.starts_with("\x93NUMPY");
}

bool begins_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04");
}

LoadedData load_idx_files(const DataFiles& files, const DataOptions& options) {
  return {load_idx(files.inputs, files.targets, options.idx)};
}

LoadedData load_npy_files(const DataFiles& files, const DataOptions& options) {
  return {load_npy(files.inputs, files.targets, options.arrays)};
}

LoadedData load_npz_file(const DataFiles& files, const DataOptions& options) {
  return {load_npz(files.inputs, options.inputs_name, options.targets_name, options.arrays)};
}

LoadedData load_csv_file(const DataFiles& files, const DataOptions& options) {
  CsvTable table = options.preparation ? read_csv_with(files.inputs, *options.preparation, options.csv)
                                       : read_csv(files.inputs, options.csv);
  return {std::move(table.data), std::move(table.preparation), std::move(table.identifiers)};
}

constexpr std::array<DataFormat, 4> kFormats = {{
    {"idx", "IDX, the format of MNIST", kIdxSuffixes, begins_idx, true, load_idx_files},
    {"npy", "an array of NumPy", kNpySuffixes, begins_npy, true, load_npy_files},
    {"npz", "arrays of NumPy in an archive", kNpzSuffixes, begins_zip, false, load_npz_file},
    {"csv", "a table as text", kCsvSuffixes, nullptr, false, load_csv_file},
}};

std::string format_names() {
  std::string names;
  for (const DataFormat& format : kFormats) {
    if (!names.empty()) names += ", ";
    names += format.name;
  }
  return names;
}

std::string first_bytes(const std::string& path) {
  constexpr std::size_t kLooked = 16;
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error) &&
      !std::filesystem::is_directory(path, error))
    throw DataError(path + ": not a regular file; expected one, or to be told the format");
  ByteSource source(path, "a file of data (" + format_names() + ")");
  std::string bytes(kLooked, '\0');
  bytes.resize(source.read({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

}  // namespace

std::span<const DataFormat> data_formats() {
  return kFormats;
}

const DataFormat& find_data_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &DataFormat::name);
  if (found != kFormats.end()) return *found;
  throw ConfigError(fmt::format("format of data: {}; expected one of {}", in_quotes(name), format_names()));
}

const DataFormat& data_format_of(const std::string& path) {
  const std::string bytes = first_bytes(path);
  for (const DataFormat& format : kFormats)
    if (format.begins != nullptr && format.begins(bytes)) return format;
  std::string_view name = path;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  // One that first bytes tell does not begin as it should.
  for (const DataFormat& format : kFormats)
    if (std::ranges::any_of(format.suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); }))
      return format;
  throw DataError(fmt::format("{}: a file that begins with {}; expected one of the formats {}", path,
                              in_quotes(bytes), format_names()));
}

LoadedData load_data(const DataFiles& files, const DataOptions& options, std::string_view format) {
  const DataFormat& found = format.empty() ? data_format_of(files.inputs) : find_data_format(format);
  if (found.has_targets_file && files.targets.empty())
    throw ConfigError(fmt::format("{}: no file of targets; expected one beside it, as the format is {}",
                                  files.inputs, found.name));
  if (!found.has_targets_file && !files.targets.empty())
    throw ConfigError(fmt::format("{}: a file of targets beside {}; expected none, as the format is {}",
                                  files.targets, files.inputs, found.name));
  return found.load(files, options);
}

}  // namespace gradtable
