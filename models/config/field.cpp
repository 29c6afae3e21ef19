#include "gradtable/models/config/field.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"
#include "gradtable/models/config/user_path.hpp"

namespace gradtable::config {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& where, const std::string& expected, const json& found) {
  throw ConfigError(fmt::format("{}: {}; expected {}", where, describe(found), expected));
}

// The library's own get<int>() takes true for 1, 1.9 for 1, and wraps what does not fit.
template <class T>
std::optional<T> as_integer(const json& value, Range<T> range) {
  const auto in_range = [&](auto number) -> std::optional<T> {
    if (std::cmp_less(number, range.low) || std::cmp_greater(number, range.high)) return std::nullopt;
    return static_cast<T>(number);
  };
  if (value.is_number_unsigned()) return in_range(value.get<std::uint64_t>());
  if (value.is_number_integer()) return in_range(value.get<std::int64_t>());
  return std::nullopt;
}

template <class T>
std::string describe(Range<T> range) {
  return fmt::format("from {} to {}", range.low, range.high);
}

template <class T>
ordered_json schema_of(Range<T> range) {
  return {{"type", "integer"}, {"minimum", range.low}, {"maximum", range.high}};
}

ordered_json schema_of(const RealRange& range) {
  ordered_json schema = {{"type", "number"}, {range.low_open ? "exclusiveMinimum" : "minimum", range.low}};
  if (std::isfinite(range.high)) schema[range.high_open ? "exclusiveMaximum" : "maximum"] = range.high;
  return schema;
}

ordered_json list_schema(ordered_json element, Range<std::size_t> count) {
  return {
      {"type", "array"}, {"items", std::move(element)}, {"minItems", count.low}, {"maxItems", count.high}};
}

std::function<ordered_json()> always(ordered_json schema) {
  return [schema = std::move(schema)] { return schema; };
}

std::string one_of(const std::vector<std::string>& names) {
  return fmt::format("{}\"{}\"", names.size() > 1 ? "one of " : "", fmt::join(names, "\", \""));
}

// The place of a name in the list of those that are known, or nothing.
std::optional<std::size_t> place_of(const json& name, const std::vector<std::string>& names) {
  const auto known = std::find_if(names.begin(), names.end(), [&](const auto& n) { return name == n; });
  if (known == names.end()) return std::nullopt;
  return static_cast<std::size_t>(known - names.begin());
}

// The text, or nothing when the value is none or has a character that does not belong into a name.
std::optional<std::string> as_text(const json& value, Empty empty) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() && empty == Empty::refused) return std::nullopt;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_control)) return std::nullopt;
  return text;
}

}  // namespace

void append(std::vector<Field>& all, std::vector<Field> more) {
  for (Field& field : more) all.push_back(std::move(field));
}

template <class T>
Field integer(std::string key, T& value, Range<std::type_identity_t<T>> range, std::string help) {
  const std::string expected = "an integer " + describe(range);
  const auto read = [=, &value](const json& found, const std::string& where) {
    const auto number = as_integer<T>(found, range);
    if (!number) refuse(where, expected, found);
    value = *number;
  };
  const auto write = [&value] { return json(value); };
  return {std::move(key), expected, std::move(help), false, read, write, always(schema_of(range))};
}

template Field integer(std::string, int&, Range<int>, std::string);
template Field integer(std::string, std::int64_t&, Range<std::int64_t>, std::string);
template Field integer(std::string, std::uint64_t&, Range<std::uint64_t>, std::string);

Field integers(std::string key, std::vector<std::int64_t>& value, Range<std::size_t> count,
               Range<std::int64_t> element, std::string help) {
  const std::string each = "an integer " + describe(element);
  const std::string expected =
      fmt::format("a list of {} to {} integers {}", count.low, count.high, describe(element));
  const auto read = [=, &value](const json& found, const std::string& where) {
    if (!found.is_array() || found.size() < count.low || found.size() > count.high)
      refuse(where, expected, found);
    std::vector<std::int64_t> numbers;
    for (const json& item : found) {
      const auto number = as_integer(item, element);
      if (!number) refuse(fmt::format("{}/{}", where, numbers.size()), each, item);
      numbers.push_back(*number);
    }
    value = std::move(numbers);
  };
  const auto write = [&value] { return json(value); };
  const auto schema = always(list_schema(schema_of(element), count));
  return {std::move(key), expected, std::move(help), false, read, write, schema};
}

Field real(std::string key, std::function<void(double)> store, std::function<double()> stored,
           RealRange range, std::string help) {
  const std::string expected = to_string(range);
  const auto read = [=](const json& found, const std::string& where) {
    if (!found.is_number() || !contains(range, found.get<double>())) refuse(where, expected, found);
    store(found.get<double>());
  };
  const auto write = [stored] { return json(stored()); };
  return {std::move(key), expected, std::move(help), false, read, write, always(schema_of(range))};
}

Field real(std::string key, double& value, RealRange range, std::string help) {
  const auto store = [&value](double number) { value = number; };
  const auto stored = [&value] { return value; };
  return real(std::move(key), store, stored, range, std::move(help));
}

Field real(std::string key, std::optional<double>& value, RealRange range, std::string help) {
  const std::string expected = to_string(range) + ", or null";
  const auto read = [=, &value](const json& found, const std::string& where) {
    const bool fits = found.is_number() && contains(range, found.get<double>());
    if (!fits && !found.is_null()) refuse(where, expected, found);
    value = fits ? std::optional(found.get<double>()) : std::nullopt;
  };
  const auto write = [&value] { return value ? json(*value) : json(); };
  ordered_json schema = schema_of(range);
  schema["type"] = {"number", "null"};
  return {std::move(key), expected, std::move(help), false, read, write, always(std::move(schema))};
}

Field real_or_zero(std::string key, std::optional<double>& value, RealRange range, std::string help) {
  const auto store = [&value](double number) { value = number == 0 ? std::nullopt : std::optional(number); };
  const auto stored = [&value] { return value.value_or(0); };
  return real(std::move(key), store, stored, range, std::move(help));
}

Field boolean(std::string key, bool& value, std::string help) {
  const auto read = [&value](const json& found, const std::string& where) {
    if (!found.is_boolean()) refuse(where, "true or false", found);
    value = found.get<bool>();
  };
  const auto write = [&value] { return json(value); };
  const auto schema = always({{"type", "boolean"}});
  return {std::move(key), "true or false", std::move(help), false, read, write, schema};
}

Field path(std::string key, std::filesystem::path& value, Empty empty, std::string help) {
  const std::string expected = empty == Empty::allowed ? "a path, or \"\" for none" : "a path";
  const auto read = [=, &value](const json& found, const std::string& where) {
    const auto text = as_text(found, empty);
    if (!text) refuse(where, expected, found);
    value = user_path(*text, where);
  };
  const auto write = [&value] { return json(valid_utf8(as_user_path(value).native())); };
  ordered_json schema = {{"type", "string"}};
  if (empty == Empty::refused) schema["minLength"] = 1;
  return {std::move(key), expected, std::move(help), true, read, write, always(std::move(schema))};
}

Field choice(std::string key, std::vector<std::string> names, std::function<void(std::size_t)> store,
             std::function<std::size_t()> stored, std::string help) {
  const std::string expected = one_of(names);
  const auto read = [=](const json& found, const std::string& where) {
    const auto place = place_of(found, names);
    if (!place) refuse(where, expected, found);
    store(*place);
  };
  const auto write = [names, stored] { return json(names[stored()]); };
  const auto schema = always({{"enum", names}});
  return {std::move(key), expected, std::move(help), true, read, write, schema};
}

Field choice(std::string key, std::string& value, std::vector<std::string> names, std::string help) {
  const auto store = [&value, names](std::size_t i) { value = names[i]; };
  const auto stored = [&value, names] { return place_of(value, names).value_or(0); };
  Field field = choice(std::move(key), names, store, stored, std::move(help));
  field.write = [&value] { return json(value); };
  return field;
}

Field choices(std::string key, std::vector<std::string>& value, std::vector<std::string> names,
              Range<std::size_t> count, std::string help) {
  const std::string each = one_of(names);
  const std::string expected = fmt::format("{}, or a list of {} to {} of them", each, count.low, count.high);
  const auto read = [=, &value](const json& found, const std::string& where) {
    const json list = found.is_array() ? found : json::array({found});
    if (list.size() < count.low || list.size() > count.high) refuse(where, expected, found);
    std::vector<std::string> chosen;
    for (const json& item : list) {
      const auto place = place_of(item, names);
      if (!place && !found.is_array()) refuse(where, expected, found);
      if (!place) refuse(fmt::format("{}/{}", where, chosen.size()), each, item);
      chosen.push_back(names[*place]);
    }
    value = std::move(chosen);
  };
  const auto write = [&value] { return value.size() == 1 ? json(value.front()) : json(value); };
  const ordered_json name = {{"enum", names}};
  const auto schema = always({{"anyOf", {name, list_schema(name, count)}}});
  return {std::move(key), expected, std::move(help), false, read, write, schema};
}

}  // namespace gradtable::config
