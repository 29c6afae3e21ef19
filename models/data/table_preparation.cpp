#include "gradtable/models/data/table_preparation.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"

namespace gradtable {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kMissingNames = {"refuse", "drop_rows", "fill", "keep"};
constexpr std::array<std::string_view, 3> kKindNames = {"number", "one_hot", "code"};

// The value of an enumeration whose names these are.
template <class Enum, std::size_t count>
Enum value_of(const std::array<std::string_view, count>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw ConfigError(fmt::format("{}: {}; expected one of {}", kTablePreparationKey, in_quotes(name),
                                  fmt::join(names, ", ")));
  return static_cast<Enum>(found - names.begin());
}

// Names may be bytes that are no UTF-8, which JSON does not have.
Json texts_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(valid_utf8(text));
  return list;
}

Json json_of(const TableColumn& column) {
  Json object = {{"name", valid_utf8(column.name)},
                 {"kind", kKindNames[static_cast<std::size_t>(column.kind)]}};
  if (column.kind == TableColumn::Kind::number)
    object["mean"] = column.mean;
  else
    object["categories"] = texts_of(column.categories);
  return object;
}

TableColumn column_of(const nlohmann::json& object) {
  TableColumn column{.name = object.at("name").get<std::string>()};
  column.kind = value_of<TableColumn::Kind>(kKindNames, object.at("kind").get<std::string>());
  if (column.kind == TableColumn::Kind::number)
    column.mean = object.at("mean").get<double>();
  else
    column.categories = object.at("categories").get<std::vector<std::string>>();
  return column;
}

TablePreparation preparation_of(const nlohmann::json& object) {
  TablePreparation result{
      .target = object.at("target").get<std::string>(),
      .class_names = object.at("class_names").get<std::vector<std::string>>(),
      .identifiers = object.at("identifiers").get<std::string>(),
      .has_header = object.at("has_header").get<bool>(),
      .decimal_comma = object.at("decimal_comma").get<bool>(),
      .missing = value_of<MissingValues>(kMissingNames, object.at("missing").get<std::string>()),
      .missing_words = object.at("missing_words").get<std::vector<std::string>>()};
  for (const nlohmann::json& column : object.at("inputs")) result.inputs.push_back(column_of(column));
  return result;
}

}  // namespace

std::string_view to_string(MissingValues missing) {
  return kMissingNames[static_cast<std::size_t>(missing)];
}

std::int64_t TableColumn::width() const {
  return kind == Kind::one_hot ? std::ssize(categories) : 1;
}

std::vector<std::string> TablePreparation::input_names() const {
  std::vector<std::string> names;
  for (const TableColumn& column : inputs)
    if (column.kind == TableColumn::Kind::one_hot)
      for (const std::string& category : column.categories)
        names.push_back(column.name + "=" + (category.empty() ? "(missing)" : category));
    else
      names.push_back(column.name);
  return names;
}

std::int64_t TablePreparation::features() const {
  std::int64_t features = 0;
  for (const TableColumn& column : inputs) features += column.width();
  return features;
}

std::string to_text(const TablePreparation& preparation) {
  Json columns = Json::array();
  for (const TableColumn& column : preparation.inputs) columns.push_back(json_of(column));
  return Json{{"inputs", columns},
              {"target", valid_utf8(preparation.target)},
              {"class_names", texts_of(preparation.class_names)},
              {"identifiers", valid_utf8(preparation.identifiers)},
              {"has_header", preparation.has_header},
              {"decimal_comma", preparation.decimal_comma},
              {"missing", to_string(preparation.missing)},
              {"missing_words", texts_of(preparation.missing_words)}}
      .dump();
}

TablePreparation table_preparation_of(std::string_view text) {
  try {
    return preparation_of(config::parse_json(text, kTablePreparationKey));
  } catch (const nlohmann::json::exception&) {
    throw ConfigError(fmt::format("{}: {}; expected the preparation of a table, as to_text writes it",
                                  kTablePreparationKey, in_quotes(text)));
  }
}

}  // namespace gradtable
