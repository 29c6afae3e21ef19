// The first look at all rows of a CSV file: what the columns are.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gradtable/models/data/formats/detail/csv_layout.hpp"
#include "gradtable/models/data/formats/detail/csv_rows.hpp"

namespace gradtable::detail {

// Whether a field stands for a missing value.
class MissingWords {
 public:
  explicit MissingWords(const std::vector<std::string>& words);
  bool contains(std::string_view field) const {
    return field.empty() ? has_empty_
                         : begins_[static_cast<std::uint8_t>(field[0])] && words_.contains(field);
  }

 private:
  std::set<std::string, std::less<>> words_;
  std::array<bool, 256> begins_{};
  bool has_empty_ = false;
};

// Calls use(rows) for each row behind the header. Throws DataError for a row of another length than the
// first.
template <class Use>
void for_each_row(const std::string& path, char separator, const CsvLayout& layout, const Use& use) {
  CsvRows rows(path, separator);
  if (layout.has_header) rows.next();
  while (rows.next()) {
    if (rows.fields().size() != layout.names.size())
      rows.refuse_row(fmt::format("{} fields", rows.fields().size()),
                      fmt::format("{}, as in the first row", layout.names.size()));
    use(rows);
  }
}

// A category as it is kept: valid UTF-8. `scratch` may hold it.
std::string_view category_of(std::string_view field, std::string& scratch);

struct ColumnScan {
  std::int64_t numbers = 0, texts = 0, missing = 0;
  long double sum = 0;  // of the finite numbers
  std::int64_t finite = 0;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  bool all_values = false;  // numbers are collected as categories, too
  bool incomplete = false;  // some were not
  bool too_many = false;
  std::set<std::string, std::less<>> values;  // the categories, unless they are too many

  bool looks_like_numbers() const { return numbers > 0 && numbers >= texts; }
};

struct CsvScan {
  std::vector<ColumnScan> columns;  // as those of the layout
  std::int64_t rows = 0, kept = 0;
};

// Rows that `drop_rows` leaves out count for nothing else.
CsvScan scan_csv(const std::string& path, const CsvLayout& layout, const CsvOptions& options);

// The columns of a new preparation. Throws DataError as read_csv does.
TablePreparation preparation_of(const std::string& path, const CsvLayout& layout, const CsvOptions& options,
                                const CsvScan& scan);

}  // namespace gradtable::detail
