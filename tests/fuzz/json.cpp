// Any bytes as JSON: a ConfigError or a value, which is shown as messages show it.
#include "gradtable/models/config/json.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    gradtable::config::describe(gradtable::config::parse_json(text, "input"));
  } catch (const gradtable::ConfigError&) {
  }
  return 0;
}
