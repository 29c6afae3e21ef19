// How the columns of a table become the numbers of examples: kept with the weights, and applied to any table
// of the same columns, in whichever order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/dataset.hpp"

namespace gradtable {

// What is done with missing values.
enum class MissingValues : std::uint8_t {
  refuse,     // an error with row and column
  drop_rows,  // a row that misses a value is left out
  fill,       // a number becomes the mean of its column, a text a category of its own
  keep        // a number becomes NaN, a text a category of its own; infinities are taken, too
};

// "refuse", "drop_rows", "fill", "keep"
std::string_view to_string(MissingValues missing);

struct TableColumn {
  enum class Kind : std::uint8_t {
    number,
    one_hot,  // a number for each category: 1 for the one that it is, else 0
    code      // one number: the index of the category
  };

  std::string name;
  Kind kind = Kind::number;
  std::vector<std::string> categories = {};  // sorted; "" is the missing value
  double mean = 0;                           // of a column of numbers, for `fill`

  // How many numbers of an example it gives.
  std::int64_t width() const;
  bool operator==(const TableColumn&) const = default;
};

struct TablePreparation {
  std::vector<TableColumn> inputs = {};
  std::string target = "";                    // the column of targets; empty: none
  std::vector<std::string> class_names = {};  // sorted; empty: the targets are numbers
  std::string identifiers = "";               // a column that is kept as text; empty: none
  bool has_header = true;                     // otherwise columns are called 1, 2, ...
  bool decimal_comma = false;
  MissingValues missing = MissingValues::refuse;
  std::vector<std::string> missing_words = {};

  // Of the numbers of an example: "age", or "color=red" for a category.
  std::vector<std::string> input_names() const;
  // How many they are.
  std::int64_t features() const;
  bool operator==(const TablePreparation&) const = default;
};

// As a text that files of weights keep in their metadata, under kTablePreparationKey: JSON on one line.
inline constexpr std::string_view kTablePreparationKey = "table";
std::string to_text(const TablePreparation& preparation);
// What to_text wrote. Throws ConfigError for another text.
TablePreparation table_preparation_of(std::string_view text);

}  // namespace gradtable
