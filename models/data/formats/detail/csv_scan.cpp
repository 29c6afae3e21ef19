#include "gradtable/models/data/formats/detail/csv_scan.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

constexpr std::int64_t kFewCategories = 32;  // that many may all be different

bool are_categories(const CsvLayout& layout, const CsvOptions& options, std::size_t column) {
  if (column == layout.target && options.targets) return *options.targets == Targets::classes;
  return std::ranges::find(options.categories, layout.names[column]) != options.categories.end();
}

class Scanner {
 public:
  Scanner(const std::string& path, const CsvLayout& layout, const CsvOptions& options)
      : path_(path), layout_(layout), options_(options), words_(options.missing_words), used_(layout.inputs) {
    if (layout.target) used_.push_back(*layout.target);
    scan_.columns.resize(layout.names.size());
    for (const std::size_t column : used_)
      scan_.columns[column].all_values = are_categories(layout, options, column);
  }

  CsvScan scan() {
    for_each_row(path_, options_.separator, layout_, [&](const CsvRows& rows) { add(rows); });
    // Numbers that were read before the first text of a column of categories.
    std::vector<std::size_t> incomplete;
    for (const std::size_t column : used_)
      if (scan_.columns[column].incomplete && !scan_.columns[column].looks_like_numbers())
        incomplete.push_back(column);
    if (incomplete.empty()) return std::move(scan_);
    for_each_row(path_, options_.separator, layout_, [&](const CsvRows& rows) {
      if (is_dropped(rows)) return;
      for (const std::size_t column : incomplete)
        if (const std::string_view field = rows.fields()[column]; !words_.contains(field))
          collect(scan_.columns[column], field);
    });
    return std::move(scan_);
  }

 private:
  bool is_dropped(const CsvRows& rows) const {
    return options_.missing == MissingValues::drop_rows &&
           std::ranges::any_of(used_,
                               [&](std::size_t column) { return words_.contains(rows.fields()[column]); });
  }

  void add(const CsvRows& rows) {
    ++scan_.rows;
    if (is_dropped(rows)) return;
    ++scan_.kept;
    for (const std::size_t column : used_) add(scan_.columns[column], rows.fields()[column]);
  }

  void add(ColumnScan& column, std::string_view field) {
    if (words_.contains(field)) {
      ++column.missing;
      return;
    }
    const auto number = csv_number(field, options_.decimal_comma);
    ++(number ? column.numbers : column.texts);
    if (number && std::isfinite(*number)) {
      column.sum += *number;
      ++column.finite;
      column.least = std::min(column.least, *number);
      column.most = std::max(column.most, *number);
    }
    if (column.all_values || column.texts > 0)
      collect(column, field);
    else
      column.incomplete = true;
  }

  void collect(ColumnScan& column, std::string_view field) {
    if (column.too_many) return;
    const std::string_view category = category_of(field, scratch_);
    if (column.values.contains(category)) return;
    column.values.emplace(category);
    if (std::ssize(column.values) <= options_.most_categories) return;
    column.too_many = true;
    column.values.clear();
  }

  const std::string& path_;
  const CsvLayout& layout_;
  const CsvOptions& options_;
  MissingWords words_;
  std::vector<std::size_t> used_;
  std::string scratch_;
  CsvScan scan_;
};

// By their numbers where all are, else by their bytes.
std::vector<std::string> sorted_categories(const ColumnScan& column, bool decimal_comma) {
  std::vector<std::pair<double, std::string>> numbered;
  for (const std::string& value : column.values) {
    const auto number = csv_number(value, decimal_comma);
    if (!number) return {column.values.begin(), column.values.end()};
    numbered.emplace_back(*number, value);
  }
  std::ranges::sort(numbered);
  std::vector<std::string> sorted;
  for (auto& [number, value] : numbered) sorted.push_back(std::move(value));
  return sorted;
}

class Preparer {
 public:
  Preparer(const std::string& path, const CsvLayout& layout, const CsvOptions& options, const CsvScan& scan)
      : path_(path), layout_(layout), options_(options), scan_(scan) {}

  TablePreparation prepare() const {
    if (scan_.kept == 0)
      throw DataError(fmt::format(
          "{}: {}; expected at least one row{}", path_,
          scan_.rows == 0 ? "no rows" : fmt::format("{} rows, each with a missing value", scan_.rows),
          scan_.rows == 0 && layout_.has_header ? " behind the header" : ""));
    TablePreparation result{.has_header = layout_.has_header,
                            .decimal_comma = options_.decimal_comma,
                            .missing = options_.missing,
                            .missing_words = options_.missing_words};
    for (const std::size_t column : layout_.inputs) result.inputs.push_back(input(column));
    if (layout_.identifiers) result.identifiers = layout_.names[*layout_.identifiers];
    if (!layout_.target) return result;
    result.target = layout_.names[*layout_.target];
    if (is_category(*layout_.target))
      result.class_names = classes();
    else
      require_different_targets();
    return result;
  }

 private:
  [[noreturn]] void refuse(std::size_t column, const std::string& found, std::string_view expected) const {
    throw DataError(fmt::format("{}, column {}: {}; expected {}", path_, in_quotes(layout_.names[column]),
                                found, expected));
  }

  bool is_category(std::size_t column) const {
    if (column == layout_.target && options_.targets) return *options_.targets == Targets::classes;
    return scan_.columns[column].all_values || !scan_.columns[column].looks_like_numbers();
  }

  TableColumn input(std::size_t index) const {
    const ColumnScan& column = scan_.columns[index];
    if (column.numbers + column.texts == 0)
      refuse(index, fmt::format("no value in {} rows", scan_.kept),
             "some, or the column among those to ignore");
    TableColumn result{.name = layout_.names[index]};
    if (!is_category(index)) {
      result.mean = column.finite > 0 ? static_cast<double>(column.sum / column.finite) : 0;
      return result;
    }
    require_no_commas(index);
    result.kind = options_.one_hot ? TableColumn::Kind::one_hot : TableColumn::Kind::code;
    require_few(index);
    result.categories = sorted_categories(column, options_.decimal_comma);
    const bool own = options_.missing == MissingValues::fill || options_.missing == MissingValues::keep;
    if (own && column.missing > 0 && !column.values.contains(""))
      result.categories.insert(result.categories.begin(), "");
    return result;
  }

  // Numbers such as 3,14 are no categories, unless somebody says so.
  void require_no_commas(std::size_t index) const {
    const ColumnScan& column = scan_.columns[index];
    const auto is_number = [](const std::string& value) { return csv_number(value, true).has_value(); };
    if (!column.all_values && !column.values.empty() && std::ranges::all_of(column.values, is_number))
      refuse(index, fmt::format("{} and other numbers with a comma", in_quotes(*column.values.begin())),
             "decimal_comma to be set, or the column among the categories");
  }

  void require_few(std::size_t index) const {
    const ColumnScan& column = scan_.columns[index];
    const std::int64_t count = std::ssize(column.values);
    const std::string_view expected =
        "categories that repeat, or numbers, or the column among those to ignore";
    if (column.too_many)
      refuse(index, fmt::format("more than {} different texts", options_.most_categories), expected);
    if (count > kFewCategories && 2 * count > scan_.kept)
      refuse(index, fmt::format("{} different texts in {} rows", count, scan_.kept), expected);
  }

  std::vector<std::string> classes() const {
    require_few(*layout_.target);
    const ColumnScan& column = scan_.columns[*layout_.target];
    if (column.values.size() < 2)
      refuse(*layout_.target,
             column.values.empty() ? "no value"
                                   : fmt::format("one class only, {}", in_quotes(*column.values.begin())),
             "two classes at least");
    return sorted_categories(column, options_.decimal_comma);
  }

  void require_different_targets() const {
    const ColumnScan& column = scan_.columns[*layout_.target];
    if (column.finite > 1 && column.texts == 0 && column.least == column.most)
      refuse(*layout_.target, fmt::format("{} targets, all {}", column.finite, column.least),
             "targets that differ");
  }

  const std::string& path_;
  const CsvLayout& layout_;
  const CsvOptions& options_;
  const CsvScan& scan_;
};

}  // namespace

MissingWords::MissingWords(const std::vector<std::string>& words) : words_(words.begin(), words.end()) {
  has_empty_ = words_.contains("");
  for (const std::string& word : words)
    if (!word.empty()) begins_[static_cast<std::uint8_t>(word[0])] = true;
}

std::string_view category_of(std::string_view field, std::string& scratch) {
  if (std::ranges::all_of(field, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; })) return field;
  scratch = valid_utf8(field);
  return scratch;
}

CsvScan scan_csv(const std::string& path, const CsvLayout& layout, const CsvOptions& options) {
  return Scanner(path, layout, options).scan();
}

TablePreparation preparation_of(const std::string& path, const CsvLayout& layout, const CsvOptions& options,
                                const CsvScan& scan) {
  return Preparer(path, layout, options, scan).prepare();
}

}  // namespace gradtable::detail
