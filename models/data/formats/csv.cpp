#include "gradtable/models/data/formats/csv.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/formats/detail/csv_layout.hpp"
#include "gradtable/models/data/formats/detail/csv_rows.hpp"
#include "gradtable/models/data/formats/detail/csv_scan.hpp"

namespace gradtable {
namespace {

using detail::CsvLayout;
using detail::CsvRows;

using Indices = std::map<std::string, std::int64_t, std::less<>>;

Indices indices_of(const std::vector<std::string>& categories) {
  Indices indices;
  for (const std::string& category : categories) indices.emplace(category, std::ssize(indices));
  return indices;
}

// Rows become the numbers of T, and targets.
template <class T>
class CsvEncoder {
 public:
  CsvEncoder(const std::string& path, const CsvLayout& layout, const TablePreparation& preparation,
             const CsvOptions& options)
      : path_(path),
        layout_(layout),
        preparation_(preparation),
        options_(options),
        words_(preparation.missing_words),
        features_(static_cast<std::size_t>(preparation.features())),
        classes_(indices_of(preparation.class_names)) {
    for (const TableColumn& column : preparation.inputs) indices_.push_back(indices_of(column.categories));
  }

  // `rows`: how many there are, where that is known.
  CsvTable read(std::int64_t rows) {
    require_memory(static_cast<std::size_t>(rows) * features_);
    inputs_.reserve(static_cast<std::size_t>(rows) * features_);
    detail::for_each_row(path_, options_.separator, layout_, [&](const CsvRows& row) { add(row); });
    if (kept_ == 0)
      throw DataError(
          fmt::format("{}: {} rows, all left out; expected one without missing values", path_, table_.rows));
    table_.has_targets = layout_.target.has_value();
    table_.preparation = preparation_;
    table_.data = {.inputs = {std::move(inputs_), {kept_, preparation_.features()}},
                   .targets = targets(),
                   .classes = std::ssize(preparation_.class_names),
                   .class_names = preparation_.class_names,
                   .input_names = preparation_.input_names(),
                   .source = path_};
    return std::move(table_);
  }

 private:
  bool is_missing(const CsvRows& row, std::size_t column) const {
    return words_.contains(row.fields()[column]);
  }

  // Before memory is taken.
  void require_memory(std::size_t numbers) const {
    if (numbers > static_cast<std::size_t>(options_.memory_limit) / sizeof(T))
      throw DataError(fmt::format(
          "{}: {} numbers of each row, {} bytes or more in memory; expected at most {} bytes, {}", path_,
          features_, numbers * sizeof(T), options_.memory_limit, options_.memory_limit_name));
  }

  void add(const CsvRows& row) {
    ++table_.rows;
    if (is_dropped(row)) {
      table_.dropped_rows.push_back(row.row());
      return;
    }
    require_memory(inputs_.size() + features_);
    for (std::size_t i = 0; i < layout_.inputs.size(); ++i) add_input(row, i);
    if (layout_.target) add_target(row);
    if (layout_.identifiers) table_.identifiers.emplace_back(row.fields()[*layout_.identifiers]);
    ++kept_;
  }

  bool is_dropped(const CsvRows& row) const {
    if (preparation_.missing != MissingValues::drop_rows) return false;
    return (layout_.target && is_missing(row, *layout_.target)) ||
           std::ranges::any_of(layout_.inputs, [&](std::size_t column) { return is_missing(row, column); });
  }

  void add_input(const CsvRows& row, std::size_t i) {
    const TableColumn& column = preparation_.inputs[i];
    const std::string_view field = row.fields()[layout_.inputs[i]];
    if (column.kind == TableColumn::Kind::number) {
      inputs_.push_back(input_number(row, field, column));
      return;
    }
    const std::int64_t index = category(row, field, column.name, indices_[i], "category");
    if (column.kind == TableColumn::Kind::code) {
      inputs_.push_back(static_cast<T>(index));
      return;
    }
    const std::size_t first = inputs_.size();
    inputs_.resize(first + static_cast<std::size_t>(column.width()), T{0});
    inputs_[first + static_cast<std::size_t>(index)] = T{1};
  }

  T input_number(const CsvRows& row, std::string_view field, const TableColumn& column) const {
    const MissingValues policy = preparation_.missing;
    if (words_.contains(field) && policy == MissingValues::fill) return static_cast<T>(column.mean);
    if (words_.contains(field) && policy == MissingValues::keep) return std::numeric_limits<T>::quiet_NaN();
    return number(row, field, column.name, policy == MissingValues::keep);
  }

  [[noreturn]] void refuse(const CsvRows& row, const std::string& column, std::string_view field,
                           const std::string& expected) const {
    row.refuse(column, "found " + in_quotes(field), expected);
  }

  T number(const CsvRows& row, std::string_view field, const std::string& column,
           bool may_be_infinite) const {
    if (words_.contains(field)) refuse(row, column, field, "a number, as missing values are refused here");
    const auto value = detail::csv_number(field, preparation_.decimal_comma);
    if (!value) refuse(row, column, field, "a number" + advice(field));
    if (may_be_infinite) return static_cast<T>(*value);
    if (!std::isfinite(*value)) refuse(row, column, field, "a finite number");
    if (std::abs(*value) > std::numeric_limits<T>::max())
      refuse(row, column, field, "a number that float32 has");
    return static_cast<T>(*value);
  }

  std::string advice(std::string_view field) const {
    const bool is_comma = !preparation_.decimal_comma && detail::csv_number(field, true).has_value();
    return is_comma ? "; decimal_comma reads this one" : ", as most values of the column are";
  }

  // The index of a category or a class.
  std::int64_t category(const CsvRows& row, std::string_view field, const std::string& column,
                        const Indices& indices, std::string_view what) {
    const bool own =
        preparation_.missing == MissingValues::fill || preparation_.missing == MissingValues::keep;
    const bool missing = words_.contains(field);
    if (missing && !own)
      refuse(row, column, field, fmt::format("a {}, as missing values are refused here", what));
    const auto found = indices.find(missing ? std::string_view() : detail::category_of(field, scratch_));
    if (found != indices.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [name, index] : indices) known.push_back(name);
    refuse(row, column, field,
           fmt::format("one of {}; {}", what == "class" ? "the classes" : "the categories",
                       detail::nearest_names(std::string(field), known)));
  }

  void add_target(const CsvRows& row) {
    const std::size_t index = *layout_.target;
    const std::string_view field = row.fields()[index];
    const std::string& column = layout_.names[index];
    if (classes_.empty()) {
      numbers_.push_back(number(row, field, column, false));
      return;
    }
    if (words_.contains(field)) refuse(row, column, field, "a class, as missing targets are refused");
    labels_.push_back(static_cast<std::int32_t>(category(row, field, column, classes_, "class")));
  }

  SharedArray targets() {
    if (!classes_.empty()) {
      labels_.resize(static_cast<std::size_t>(kept_), 0);
      return {std::move(labels_), Shape{kept_}};
    }
    numbers_.resize(static_cast<std::size_t>(kept_), T{0});
    return {std::move(numbers_), Shape{kept_}};
  }

  const std::string& path_;
  const CsvLayout& layout_;
  const TablePreparation& preparation_;
  const CsvOptions& options_;
  detail::MissingWords words_;
  std::size_t features_;
  Indices classes_;
  std::vector<Indices> indices_;  // of the categories of each input
  std::string scratch_;
  std::int64_t kept_ = 0;
  std::vector<T> inputs_, numbers_;
  std::vector<std::int32_t> labels_;
  CsvTable table_;
};

void require_valid(const CsvOptions& options) {
  const auto refuse = [](std::string_view expected, const std::string& found) {
    throw ConfigError(fmt::format("read_csv: expected {}, got {}", expected, found));
  };
  const auto separator = static_cast<std::uint8_t>(options.separator);
  if (separator >= 0x80 || options.separator == '"' || options.separator == '\n' || options.separator == '\r')
    refuse("a separator that is an ASCII character, no quote and no line end",
           in_quotes(std::string(1, options.separator)));
  if (!is_floating(options.dtype))
    refuse("numbers of float32 or float64", std::string(to_string(options.dtype)));
  if (options.most_categories < 2)
    refuse("at least 2 categories", fmt::format("{}", options.most_categories));
  if (options.memory_limit < 0)
    refuse("a memory limit of 0 or more", fmt::format("{}", options.memory_limit));
}

// What layout(fields) makes of the first row.
template <class MakeLayout>
CsvLayout layout_in(const std::string& path, char separator, const MakeLayout& make) {
  CsvRows rows(path, separator);
  if (!rows.next()) throw DataError(path + ": blank lines only; expected a CSV file");
  return make(rows.fields());
}

CsvTable encoded(const std::string& path, const CsvLayout& layout, const TablePreparation& preparation,
                 const CsvOptions& options, std::int64_t rows) {
  return dispatch_floating(
      options.dtype, [&]<class T>() { return CsvEncoder<T>(path, layout, preparation, options).read(rows); });
}

}  // namespace

CsvTable read_csv(const std::string& path, const CsvOptions& options) {
  require_valid(options);
  const CsvLayout layout = layout_in(
      path, options.separator, [&](const auto& fields) { return detail::layout_of(path, fields, options); });
  const detail::CsvScan scan = detail::scan_csv(path, layout, options);
  return encoded(path, layout, detail::preparation_of(path, layout, options, scan), options, scan.kept);
}

CsvTable read_csv_with(const std::string& path, const TablePreparation& preparation,
                       const CsvOptions& options) {
  require_valid(options);
  const CsvLayout layout = layout_in(path, options.separator, [&](const auto& fields) {
    return detail::layout_of(path, fields, preparation);
  });
  return encoded(path, layout, preparation, options, 0);
}

}  // namespace gradtable
