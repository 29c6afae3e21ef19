// Reads CSV files (RFC 4180) as data sets: columns of numbers and of categories, and a column of targets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/data/table_preparation.hpp"

namespace gradtable {

struct CsvOptions {
  std::string target = "";               // the column of targets; empty: none
  std::optional<Targets> targets = {};   // unless told, a column of text is classes, one of numbers numbers
  std::vector<std::string> ignore = {};  // columns not to learn from
  std::string identifiers = "";          // a column that is kept as text, beside the data
  std::vector<std::string> categories = {};  // columns that are categories, though they look like numbers
  bool one_hot = true;                  // categories as a number each, or else as one number, their index
  std::int64_t most_categories = 1000;  // of a column, and of classes
  MissingValues missing = MissingValues::refuse;
  // What stands for a missing value, beside a field that is not there.
  std::vector<std::string> missing_words = {"",    "?",    "NA",   "N/A",  "#N/A", "NaN",
                                            "nan", "-nan", "NULL", "null", "None"};
  char separator = '\0';            // any byte; 0: the most frequent of , ; and tab in the first line
  std::optional<bool> header = {};  // whether the first row has names; see read_csv
  bool decimal_comma = false;       // 3,14
  DType dtype = DType::float32;     // of inputs and of targets that are numbers; or float64
  std::int64_t memory_limit = std::int64_t{1} << 30;   // bytes that the inputs may take
  std::string memory_limit_name = "the memory limit";  // for messages
};

struct CsvTable {
  Dataset data;                  // inputs (n,features), and targets; 0 where the file has none
  TablePreparation preparation;  // how the columns became these numbers
  bool has_targets = false;
  std::vector<std::string> identifiers = {};    // of each example; or none
  std::vector<std::int64_t> dropped_rows = {};  // those that MissingValues::drop_rows left out
  std::int64_t rows = 0;                        // of the file, without the header
};

// The table of a file, plain or gzip. It is read twice: to find the kinds of the columns, then their numbers.
// So memory is that of the numbers, not of the text.
//
// A column is one of numbers where at least half of its values are; then all others must be, too. It is one
// of categories where fewer are, or `categories` names it. Categories are sorted: by their numbers where all
// are, else by their bytes.
//
// The first row has the names where no field of it is a number, or where the numbers in it are 0, 1, 2, ...,
// as pandas calls columns. Otherwise columns are called 1, 2, ...; whole numbers beside text may be either,
// and `header` must tell. A first column without a name, the index of pandas, is no input; it is the
// identifiers unless others are named.
//
// Throws DataError, "FILE@row 12, column "price": found "abc"; expected a number": rows count from 1, the
// header too. So for rows of another length, values that are missing (by policy) or not finite, a file
// without rows, targets that are all the same; for a column that is named and not there, with the nearest
// names; for a column of more categories than most_categories or, where there are more than 32, than half of
// the rows. A row may have 16 MiB and 131072 fields.
CsvTable read_csv(const std::string& path, const CsvOptions& options = {});

// The table of another file, prepared in the same way: columns are found by name, in whichever order, and
// others are left alone. The target may be missing. Of the options only separator, dtype and memory count.
// Throws DataError for a column that is missing, with the nearest names, and for a category that is new.
CsvTable read_csv_with(const std::string& path, const TablePreparation& preparation,
                       const CsvOptions& options = {});

}  // namespace gradtable
