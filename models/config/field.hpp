// One key of a config: its range, the member that holds its value, and its help. A program lists
// its fields once, each bound to a member of its own struct; Table makes parsing, help, schema and
// output of the list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gradtable/models/config/range.hpp"

namespace gradtable::config {

struct Field {
  std::string key;       // "training.epochs": the names of nested objects, joined by dots
  std::string expected;  // "an integer from 1 to 1000"
  std::string help;      // one line
  bool takes_text;       // a text given on the command line needs no quotes, even when it looks like a number
  // Stores a value. Throws ConfigError "`where`: ...; expected ..." and stores nothing when it does not
  // fit.
  std::function<void(const nlohmann::json& value, const std::string& where)> read;
  // The value stored now.
  std::function<nlohmann::json()> write;
  // What it may be, as a JSON Schema.
  std::function<nlohmann::ordered_json()> schema;
};

enum class Empty { refused, allowed };

// Every maker binds `value`, which must outlive the field; its value at that time is the default.

void append(std::vector<Field>& all, std::vector<Field> more);

// An integer: 1.0, 1e3 and true are refused. T is int, std::int64_t or std::uint64_t.
template <class T>
Field integer(std::string key, T& value, Range<std::type_identity_t<T>> range, std::string help);

// 1 to 1000 integers, for example: `count` is the range of their number, `element` that of each.
Field integers(std::string key, std::vector<std::int64_t>& value, Range<std::size_t> count,
               Range<std::int64_t> element, std::string help);

Field real(std::string key, double& value, RealRange range, std::string help);
// A number, or null for none.
Field real(std::string key, std::optional<double>& value, RealRange range, std::string help);
// A number, which is 0 where there is none.
Field real_or_zero(std::string key, std::optional<double>& value, RealRange range, std::string help);
Field real(std::string key, std::function<void(double)> store, std::function<double()> stored,
           RealRange range, std::string help);
Field boolean(std::string key, bool& value, std::string help);

// A path without control characters; user_path reads it, so that it may begin with "~/".
Field path(std::string key, std::filesystem::path& value, Empty empty, std::string help);

// One name of a list; the value may be another until it is read.
Field choice(std::string key, std::string& value, std::vector<std::string> names, std::string help);
Field choice(std::string key, std::vector<std::string> names, std::function<void(std::size_t)> store,
             std::function<std::size_t()> stored, std::string help);

// One name, or a list of `count` of them, at least one; a list of one is written as the name alone.
Field choices(std::string key, std::vector<std::string>& value, std::vector<std::string> names,
              Range<std::size_t> count, std::string help);

// One value of an enumeration, by its name.
template <class E>
Field choice(std::string key, E& value, const std::vector<std::pair<std::string, E>>& named_values,
             std::string help) {
  std::vector<std::string> names;
  std::vector<E> values;
  for (const auto& [name, named] : named_values) {
    names.push_back(name);
    values.push_back(named);
  }
  const auto stored = [&value, values] {
    std::size_t i = 0;
    while (i + 1 < values.size() && values[i] != value) ++i;
    return i;
  };
  const auto store = [&value, values](std::size_t i) { value = values[i]; };
  return choice(std::move(key), std::move(names), store, stored, std::move(help));
}

}  // namespace gradtable::config
