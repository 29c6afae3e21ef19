// The table of the formats of data: how a file is recognized, and how it becomes a data set.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/data/formats/arrays.hpp"
#include "gradtable/models/data/formats/csv.hpp"
#include "gradtable/models/data/formats/idx.hpp"
#include "gradtable/models/data/table_preparation.hpp"

namespace gradtable {

struct DataFiles {
  std::string inputs;
  std::string targets = "";  // where they are in a file of their own
};

// A format takes those that are its own.
struct DataOptions {
  IdxOptions idx = {};
  ArrayDataOptions arrays = {};
  std::string inputs_name = "X", targets_name = "y";  // of arrays in one file
  CsvOptions csv = {};
  std::optional<TablePreparation> preparation = {};  // of a table: that of another one
};

struct LoadedData {
  Dataset data;
  std::optional<TablePreparation> preparation = {};  // of a table
  std::vector<std::string> identifiers = {};         // of each example, or none
};

struct DataFormat {
  std::string_view name;         // "npy"
  std::string_view description;  // "an array of NumPy"
  std::span<const std::string_view> suffixes;
  // Whether a file may begin with these bytes, inflated where it is gzip; null for a format that only
  // suffixes tell.
  bool (*begins)(std::string_view first_bytes);
  bool has_targets_file;  // whether the targets are in a file of their own
  LoadedData (*load)(const DataFiles& files, const DataOptions& options);
};

// All formats. Another one is a file of its own and a row here.
std::span<const DataFormat> data_formats();

// Throws ConfigError, with the known names, for another name.
const DataFormat& find_data_format(std::string_view name);

// By its first bytes or, where they tell nothing, its suffix, before which ".gz" is taken away. Throws
// DataError for a file that cannot be read, is no regular file, or is of none of the formats.
const DataFormat& data_format_of(const std::string& path);

// The data set of a file or two, in this format; "": the one that the file is recognized as. Throws
// ConfigError for a file of targets that is missing or too much, and what the reader of the format throws.
LoadedData load_data(const DataFiles& files, const DataOptions& options = {}, std::string_view format = "");

}  // namespace gradtable
