// The description of a program: its name, its model, and the keys of its config.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/classifier/config/config.hpp"
#include <gradtable/models/config/table.hpp>

namespace classifier {

// The differences between the programs.
struct Program {
  std::string name;     // "mnist_fcnn"
  std::string purpose;  // what it trains, for the help
  AnyModel model;       // with the defaults of its keys
};

// With the program's model, and the folder of its results.
Config default_config(const Program& program);

// All that a run reads, in the order of the keys.
std::vector<std::filesystem::path*> data_files(Config::Data& data);

// The keys of the config, bound to `config`: its table writes the resolved JSON and the help text.
gradtable::config::Table config_table(Config& config);

// The config with all its keys, as the text of a file that gives the same config. Outputs in output.dir and
// data in data.dir have names from there, so that another folder, in the file or from --out or MNIST_DIR,
// moves them all.
std::string resolved_json(Config config);

}  // namespace classifier
