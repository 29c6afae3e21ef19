// Which columns a CSV file has, and what each is for.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/formats/csv.hpp"

namespace gradtable::detail {

struct CsvLayout {
  std::vector<std::string> names = {};  // of all columns, in the order of the file
  bool has_header = true;
  std::vector<std::size_t> inputs = {};  // columns, in the order of the inputs
  std::optional<std::size_t> target = {}, identifiers = {};
};

// From the first row. Throw DataError with the path, as read_csv does.
CsvLayout layout_of(const std::string& path, std::span<const std::string_view> first_row,
                    const CsvOptions& options);
CsvLayout layout_of(const std::string& path, std::span<const std::string_view> first_row,
                    const TablePreparation& preparation);

// The number that is all of the text: digits with a sign, a point and an exponent. Infinite where double does
// not have it.
std::optional<double> csv_number(std::string_view text, bool decimal_comma);

// "the nearest are "price", "prices"", at most three; or the first names where none is near.
std::string nearest_names(const std::string& wanted, std::span<const std::string> names);

}  // namespace gradtable::detail
