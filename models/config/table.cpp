#include "gradtable/models/config/table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"
#include "gradtable/models/config/text.hpp"

namespace gradtable::config {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kSchemaKey = "$schema";

// A name as part of a JSON pointer (RFC 6901).
std::string pointer_token(const std::string& name) {
  std::string token;
  for (const char c : name) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return printable(token, 60);
}

// What is not JSON is text: --set model.activation=tanh needs no quotes.
json json_or_text(std::string_view text) {
  try {
    return parse_json(text, "");
  } catch (const ConfigError&) {
    return std::string(text);
  }
}

// JSON but for a comma behind an element, or behind a number: nobody means that as text. Throws what is wrong
// with it.
void require_no_comma(std::string_view text, const std::string& where) {
  try {
    parse_json(text, where);
  } catch (const TrailingComma&) {
    throw;
  } catch (const ConfigError&) {
    // Text.
  }
}

// A bar would end the column.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

ordered_json object_schema() {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", ordered_json::object()}};
}

// The properties of the object that the last name of `key` stands in.
ordered_json& properties_for(ordered_json& root, std::string_view key) {
  ordered_json* object = &root;
  for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
    ordered_json& group = (*object)["properties"][std::string(key.substr(0, dot))];
    if (group.is_null()) group = object_schema();
    object = &group;
    key.remove_prefix(dot + 1);
  }
  return (*object)["properties"];
}

}  // namespace

const Field* Table::find(std::string_view key) const {
  const auto field =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.key == key; });
  return field == fields_.end() ? nullptr : &*field;
}

bool Table::is_group(std::string_view key) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return is_in(field.key, key); });
}

json Table::parse_group(std::string_view group, std::string_view text, const std::string& where) const {
  json value = json_or_text(text);
  if (value.is_object()) return value;
  if (text.starts_with('{')) return parse_json(text, where);  // says what is wrong with it
  std::vector<std::string> names;
  for (const Field& field : fields_) {
    if (!is_in(field.key, group)) continue;
    const std::string_view rest = std::string_view(field.key).substr(group.size() + 1);
    const std::string name(rest.substr(0, rest.find('.')));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  throw ConfigError(fmt::format(
      "{}: {}, but {} is a group of keys ({}); expected one of them, as {}.{}=..., or a JSON object", where,
      describe(value), group, fmt::join(names, ", "), group, names.front()));
}

void Table::refuse_key(std::string_view key, const std::string& where) const {
  std::vector<std::string> known;
  for (const Field& field : fields_) {
    known.push_back(field.key);
    for (std::size_t dot = field.key.find('.'); dot != std::string::npos; dot = field.key.find('.', dot + 1))
      if (!is_in(key, field.key.substr(0, dot))) known.push_back(field.key.substr(0, dot));
  }
  throw KeyError(fmt::format("{}: unknown key {}; the nearest known key is \"{}\"", where, in_quotes(key),
                             nearest_key(key, known)));
}

const Field& Table::field(std::string_view key, const std::string& where) const {
  const Field* field = find(key);
  if (!field) refuse_key(key, where);
  return *field;
}

void Table::read_group(const std::string& group, const json& object, std::string_view source,
                       const std::string& pointer) const {
  if (!object.is_object()) {
    const std::string where =
        pointer.empty() ? std::string(source) : fmt::format("{} at {}", source, pointer);
    throw ConfigError(fmt::format("{}: {}; expected an object", where, describe(object)));
  }
  for (const auto& [name, value] : object.items()) {
    const std::string key = group.empty() ? name : group + "." + name;
    const std::string inner = pointer + "/" + pointer_token(name);
    const std::string where = fmt::format("{} at {}", source, inner);
    if (name.find('.') != std::string::npos)
      throw ConfigError(fmt::format("{}: unknown key {}; expected nested objects in place of the dots", where,
                                    in_quotes(name)));
    if (!name.empty() && is_group(key))
      read_group(key, value, source, inner);
    else
      field(key, where).read(value, where);
  }
}

void Table::read(const json& object, std::string_view source) const {
  const std::string name = printable(source);
  if (!object.is_object() || !object.contains(kSchemaKey)) return read_group("", object, name, "");
  json values = object;
  const json schema = values[kSchemaKey];
  if (!schema.is_string())
    throw ConfigError(fmt::format("{} at /{}: {}; expected a text", name, kSchemaKey, describe(schema)));
  values.erase(kSchemaKey);
  read_group("", values, name, "");
}

void Table::set(std::string_view assignment) const {
  const std::size_t sign = assignment.find('=');
  if (sign == std::string_view::npos || sign == 0)
    throw KeyError(fmt::format("--set: {}; expected key.path=value", in_quotes(assignment)));
  const std::string key(assignment.substr(0, sign));
  const std::string_view value = assignment.substr(sign + 1);
  const std::string where = "--set " + printable(key, 60);
  if (is_group(key)) return read_group(key, parse_group(key, value, where), where, "");

  const Field& target = field(key, where);
  json parsed = json_or_text(value);
  if (target.takes_text && !parsed.is_string()) parsed = std::string(value);
  if (!target.takes_text && parsed.is_string()) require_no_comma(value, where);
  target.read(parsed, where);
}

void Table::set(std::string_view key, const json& value, const std::string& where) const {
  field(key, where).read(value, where);
}

ordered_json Table::write() const {
  auto object = ordered_json::object();
  for (const Field& field : fields_) {
    std::string pointer = "/" + field.key;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    object[ordered_json::json_pointer(pointer)] = field.write();
  }
  return object;
}

std::string Table::help() const {
  std::string text;
  for (const Field& field : fields_)
    text +=
        fmt::format("  {} = {}\n      {}: {}\n", field.key, field.write().dump(), field.expected, field.help);
  return text;
}

std::string Table::markdown() const {
  std::string rows;
  for (const Field& field : fields_)
    rows += fmt::format("| `{}` | {} | `{}` | {} |\n", field.key, escaped(field.expected),
                        escaped(field.write().dump()), escaped(field.help));
  return rows;
}

ordered_json Table::schema(std::string_view title) const {
  ordered_json root = {{kSchemaKey, "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  root.update(object_schema());
  root["properties"][kSchemaKey] = {{"type", "string"}, {"description", "where the schema of this file is"}};
  for (const Field& field : fields_) {
    ordered_json schema = field.schema();
    schema["description"] = field.help;
    schema["default"] = field.write();
    properties_for(root, field.key)[field.key.substr(field.key.rfind('.') + 1)] = std::move(schema);
  }
  return root;
}

}  // namespace gradtable::config
