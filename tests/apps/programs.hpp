// Programs by their names, and the models of their configs.
#pragma once

#include <algorithm>
#include <string_view>

#include "apps/classifier/programs.hpp"
#include <nlohmann/json.hpp>

namespace classifier {

inline Program program_named(std::string_view name) {
  const std::vector<Program> all = programs();
  return *std::ranges::find(all, name, &Program::name);
}

// The keys of the model as the resolved config has them.
inline nlohmann::ordered_json model_of(Config config) {
  return config_table(config).write().at("model");
}

}  // namespace classifier
