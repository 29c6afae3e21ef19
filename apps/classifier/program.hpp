// What tells one program from another, and the keys that its config has.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/classifier/config.hpp"
#include <gradtable/models/config/table.hpp>

namespace classifier {

// What tells one program from another.
struct Program {
  std::string name;     // "mnist_fcnn"
  std::string purpose;  // what it trains, for the help
  // The keys of its model, bound to `model`.
  std::function<std::vector<gradtable::Field>(Config::Model& model)> model_fields;
};

// With the folder of the program's results.
Config default_config(const Program& program);

// The keys of the config, bound to `config`: its table writes the resolved JSON and the help text.
gradtable::ConfigTable config_table(const Program& program, Config& config);

}  // namespace classifier
