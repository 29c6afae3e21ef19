#include "gradtable/models/config/table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"
#include "gradtable/models/config/text.hpp"

namespace gradtable {
namespace {

using nlohmann::json;

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

}  // namespace

const Field* ConfigTable::find(std::string_view key) const {
  const auto field =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.key == key; });
  return field == fields_.end() ? nullptr : &*field;
}

bool ConfigTable::is_group(std::string_view key) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) {
    return field.key.size() > key.size() && field.key.starts_with(key) && field.key[key.size()] == '.';
  });
}

void ConfigTable::refuse_key(std::string_view key, const std::string& where) const {
  std::vector<std::string> known;
  for (const Field& field : fields_) {
    known.push_back(field.key);
    for (std::size_t dot = field.key.find('.'); dot != std::string::npos; dot = field.key.find('.', dot + 1))
      known.push_back(field.key.substr(0, dot));
  }
  throw ConfigError(fmt::format("{}: unknown key {}; the nearest known key is \"{}\"", where, in_quotes(key),
                                nearest_key(key, known)));
}

const Field& ConfigTable::field(std::string_view key, const std::string& where) const {
  const Field* field = find(key);
  if (!field) refuse_key(key, where);
  return *field;
}

void ConfigTable::read_group(const std::string& group, const json& object, std::string_view source,
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

void ConfigTable::read(const json& object, std::string_view source) const {
  read_group("", object, printable(source), "");
}

void ConfigTable::set(std::string_view assignment) const {
  const std::size_t sign = assignment.find('=');
  if (sign == std::string_view::npos || sign == 0)
    throw ConfigError(fmt::format("--set: {}; expected key.path=value", in_quotes(assignment)));
  const std::string key(assignment.substr(0, sign));
  const std::string_view value = assignment.substr(sign + 1);
  const std::string where = "--set " + printable(key, 60);
  if (is_group(key)) return read_group(key, parse_json(value, where), where, "");

  const Field& target = field(key, where);
  json parsed = json_or_text(value);
  if (target.takes_text && !parsed.is_string()) parsed = std::string(value);
  target.read(parsed, where);
}

void ConfigTable::set(std::string_view key, const json& value, const std::string& where) const {
  field(key, where).read(value, where);
}

nlohmann::ordered_json ConfigTable::write() const {
  auto object = nlohmann::ordered_json::object();
  for (const Field& field : fields_) {
    std::string pointer = "/" + field.key;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    object[nlohmann::ordered_json::json_pointer(pointer)] = field.write();
  }
  return object;
}

std::string ConfigTable::help() const {
  std::string text;
  for (const Field& field : fields_)
    text +=
        fmt::format("  {} = {}\n      {}: {}\n", field.key, field.write().dump(), field.expected, field.help);
  return text;
}

}  // namespace gradtable
