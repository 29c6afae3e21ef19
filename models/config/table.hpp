// The keys of a config, as one table: parsing, help, schema and output come from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/models/config/field.hpp"

namespace gradtable::config {

// A key that no field has, or a setting without one.
struct KeyError : ConfigError {
  using ConfigError::ConfigError;
};

class Table {
 public:
  // `fields` is not empty; no key stands twice, and none is the group of another ("a" beside "a.b").
  explicit Table(std::vector<Field> fields) : fields_(std::move(fields)) {}

  const std::vector<Field>& fields() const { return fields_; }
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // Stores the values of a nested object; keys that it does not have keep theirs. Throws ConfigError, in
  // words such as `source` + " at /training/epochs: ...; expected ...", for an unknown key (with the
  // nearest known one), a wrong type, or a value out of range. The key "$schema", which tells an editor
  // where the schema is, may stand beside the outermost ones: a text, that is not kept.
  void read(const nlohmann::json& object, std::string_view source) const;

  // Stores one value given on the command line as "key.path=value": JSON, or text where the key takes text.
  // Throws ConfigError as read() does, which is a KeyError where the key is wrong and not the value.
  void set(std::string_view assignment) const;

  // Stores the value of one key. Throws ConfigError that starts with `where`.
  void set(std::string_view key, const nlohmann::json& value, const std::string& where) const;

  // All values stored now, as a nested object in the table's order.
  nlohmann::ordered_json write() const;

  // Two lines for each key: name and value stored now; what it may be, and what it means.
  std::string help() const;

  // The rows of a Markdown table, each with its line end: key, what it may be, value stored now, meaning.
  std::string markdown() const;

  // A JSON Schema (draft 2020-12) of what read() takes, for editors; the values stored now are its defaults.
  nlohmann::ordered_json schema(std::string_view title) const;

 private:
  const Field* find(std::string_view key) const;
  bool is_group(std::string_view key) const;
  nlohmann::json parse_group(std::string_view group, std::string_view text, const std::string& where) const;
  const Field& field(std::string_view key, const std::string& where) const;
  [[noreturn]] void refuse_key(std::string_view key, const std::string& where) const;
  void read_group(const std::string& group, const nlohmann::json& object, std::string_view source,
                  const std::string& pointer) const;

  std::vector<Field> fields_;
};

}  // namespace gradtable::config
