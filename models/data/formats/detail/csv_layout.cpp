#include "gradtable/models/data/formats/detail/csv_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/text.hpp"

namespace gradtable::detail {
namespace {

using Fields = std::span<const std::string_view>;

[[noreturn]] void refuse_columns(const std::string& path, std::string_view found, std::string_view expected) {
  throw DataError(fmt::format("{}: {}; expected {}", path, found, expected));
}

bool is_whole(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Whether the numbers in a row are 0, 1, 2, ..., as pandas calls columns without names.
bool counts_from_0(Fields fields, bool decimal_comma) {
  int next = 0;
  for (const std::string_view field : fields)
    if (csv_number(field, decimal_comma) && field != std::to_string(next++)) return false;
  return true;
}

bool is_header(const std::string& path, Fields fields, const CsvOptions& options) {
  if (options.header) return *options.header;
  const auto is_number = [&](std::string_view field) {
    return csv_number(field, options.decimal_comma).has_value();
  };
  const auto numbers = std::ranges::count_if(fields, is_number);
  const bool all = numbers == std::ssize(fields);
  if (numbers == 0) return true;
  if (counts_from_0(fields, options.decimal_comma) && (!all || numbers > 2)) return true;
  const auto first = std::ranges::find_if(fields, is_number);
  const bool whole = std::ranges::all_of(
      fields, [&](std::string_view field) { return !is_number(field) || is_whole(field); });
  if (all || !whole) return false;
  refuse_columns(path + "@row 1",
                 "found " + in_quotes(*first) + " beside text, which may be a name or a number",
                 "to be told whether the file has a header");
}

std::vector<std::string> header_names(const std::string& path, Fields fields) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    names.push_back(valid_utf8(fields[i]));
    if (fields[i].empty() && i > 0)
      refuse_columns(fmt::format("{}@row 1, column {}", path, i + 1), "a column without a name",
                     "a name of each column, or no header");
    if (!seen.insert(names.back()).second)
      refuse_columns(fmt::format("{}@row 1, column {}", path, i + 1),
                     fmt::format("the name {} twice", in_quotes(names.back())),
                     "each name once, or no header");
  }
  return names;
}

void set_names(CsvLayout& layout, const std::string& path, Fields fields) {
  if (layout.has_header) {
    layout.names = header_names(path, fields);
    if (layout.names.front().empty()) layout.identifiers = 0;
    return;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) layout.names.push_back(std::to_string(i + 1));
}

std::size_t find_column(const CsvLayout& layout, const std::string& path, const std::string& name,
                        std::string_view purpose) {
  const auto found = std::ranges::find(layout.names, name);
  if (found == layout.names.end() || name.empty())
    refuse_columns(path, fmt::format("no column {}, {}", in_quotes(name), purpose),
                   "one that is there; " + nearest_names(name, layout.names));
  return static_cast<std::size_t>(found - layout.names.begin());
}

std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Of a number that double does not have: 0 where it is too small, else infinity.
double beyond_double(std::string_view text) {
  const bool small = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos ||
                     text.find_first_not_of("-0") == text.find('.');
  return small ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace

std::optional<double> csv_number(std::string_view text, bool decimal_comma) {
  std::array<char, 64> copy{};
  if (decimal_comma && text.find(',') != std::string_view::npos) {
    if (text.size() > copy.size() || text.find('.') != std::string_view::npos) return std::nullopt;
    std::ranges::replace_copy(text, copy.begin(), ',', '.');
    text = {copy.data(), text.size()};
  }
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc::result_out_of_range ? beyond_double(text) : value;
}

std::string nearest_names(const std::string& wanted, std::span<const std::string> names) {
  constexpr std::size_t kShown = 3, kMostCompared = 10'000;
  std::vector<std::pair<std::size_t, std::string>> near;
  const std::string small = in_small_letters(wanted);
  for (const std::string& name : names.first(std::min(names.size(), kMostCompared))) {
    const std::size_t distance = config::edit_distance(small, in_small_letters(name));
    const bool is_part = small.size() > 2 && in_small_letters(name).find(small) != std::string::npos;
    if (is_part || 2 * distance <= std::max(small.size(), name.size()))
      near.emplace_back(distance, in_quotes(name));
  }
  std::ranges::sort(near);
  std::vector<std::string> shown;
  for (auto& [distance, name] : near)
    if (shown.size() < kShown) shown.push_back(std::move(name));
  if (!shown.empty())
    return fmt::format("the nearest {} {}", shown.size() == 1 ? "is" : "are", fmt::join(shown, ", "));
  for (const std::string& name : names.first(std::min(names.size(), 2 * kShown)))
    shown.push_back(in_quotes(name));
  return fmt::format("the {} there are {}{}", names.size(), fmt::join(shown, ", "),
                     shown.size() < names.size() ? ", ..." : "");
}

CsvLayout layout_of(const std::string& path, Fields first_row, const CsvOptions& options) {
  CsvLayout layout{.has_header = is_header(path, first_row, options)};
  set_names(layout, path, first_row);
  if (!options.identifiers.empty())
    layout.identifiers = find_column(layout, path, options.identifiers, "which the identifiers were to be");
  if (!options.target.empty())
    layout.target = find_column(layout, path, options.target, "which the target was to be");
  std::vector<bool> used(layout.names.size(), false);
  for (const std::string& name : options.ignore)
    used[find_column(layout, path, name, "to be ignored")] = true;
  for (const std::string& name : options.categories) find_column(layout, path, name, "to be categories");
  if (layout.target && (used[*layout.target] || layout.target == layout.identifiers))
    throw ConfigError(
        fmt::format("read_csv: expected the target {} to be learned from, got it as ignored or identifiers",
                    in_quotes(options.target)));
  if (layout.target) used[*layout.target] = true;
  if (layout.identifiers) used[*layout.identifiers] = true;
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!used[i]) layout.inputs.push_back(i);
  if (layout.inputs.empty())
    refuse_columns(path, fmt::format("{} columns, none of which is an input", used.size()),
                   "columns beside target, identifiers and those to ignore");
  return layout;
}

CsvLayout layout_of(const std::string& path, Fields first_row, const TablePreparation& preparation) {
  CsvLayout layout{.has_header = preparation.has_header};
  set_names(layout, path, first_row);
  for (const TableColumn& column : preparation.inputs)
    layout.inputs.push_back(find_column(layout, path, column.name, "an input of the preparation"));
  const auto find = [&](const std::string& name) {
    const auto found = std::ranges::find(layout.names, name);
    return name.empty() || found == layout.names.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - layout.names.begin()));
  };
  layout.target = find(preparation.target);
  if (const auto identifiers = find(preparation.identifiers)) layout.identifiers = identifiers;
  return layout;
}

}  // namespace gradtable::detail
