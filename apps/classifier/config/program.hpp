// The description of a program: its name, its model, and the keys of its config.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/classifier/config/config.hpp"
#include <gradtable/models/config/table.hpp>
#include <gradtable/models/data/dataset.hpp>
#include <gradtable/models/networks/sequential.hpp>

namespace classifier {

// The differences between the programs.
struct Program {
  std::string name;     // "mnist_fcnn"
  std::string purpose;  // what it trains, for the help
  // The keys of its model, bound to `model`.
  std::function<std::vector<gradtable::Field>(Config::Model& model)> model_fields;
  // Its network for images like those of the data set, with the parameters in the graph. Throws
  // gradtable::ConfigError for images that it cannot take.
  std::function<gradtable::Sequential(gradtable::Graph& graph, const Config& config,
                                      const gradtable::Dataset& data)>
      network;
  // The same for people: "784-128-10, relu".
  std::function<std::string(const Config& config, const gradtable::Dataset& data)> describe;
};

// What a config says of the first values of every network.
gradtable::NetworkOptions network_options(const Config& config);

// With the folder of the program's results.
Config default_config(const Program& program);

// All that a run reads, in the order of the keys.
std::vector<std::filesystem::path*> data_files(Config::Data& data);

// The keys of the config, bound to `config`: its table writes the resolved JSON and the help text.
gradtable::ConfigTable config_table(const Program& program, Config& config);

// The config with all its keys, as the text of a file that gives the same config. Outputs in output.dir and
// data in data.dir have names from there, so that another folder, in the file or from --out or MNIST_DIR,
// moves them all.
std::string resolved_json(const Program& program, Config config);

}  // namespace classifier
