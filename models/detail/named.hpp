// Tables of things that a config asks for by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {

// The entry of this name. Throws ConfigError("activation: expected one of relu, tanh, got 'rleu'").
template <class Entry>
const Entry& find_named(std::string_view what, std::string_view name, std::span<const Entry> table) {
  std::string known;
  for (const Entry& entry : table) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ");
    known += entry.name;
  }
  throw ConfigError(fmt::format("{}: expected one of {}, got '{}'", what, known, name));
}

}  // namespace gradtable::detail
