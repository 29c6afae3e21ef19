// Small trainings, and all that they leave.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/layers.hpp"
#include "gradtable/models/training/fit.hpp"

namespace gradtable {

inline const NetworkOptions kNetwork = {.seed = 3};
inline const TrainerOptions kSmall = {.batch_size = 8, .threads = 1};

inline const std::vector<Layer> kPlain = {layers::FullyConnected{6}, layers::ReLU{},
                                          layers::FullyConnected{10}};
inline const std::vector<Layer> kNormalized = {layers::FullyConnected{6}, layers::BatchNorm{}, layers::ReLU{},
                                               layers::FullyConnected{10}};
inline const std::vector<Layer> kDropped = {layers::FullyConnected{6}, layers::BatchNorm{}, layers::ReLU{},
                                            layers::Dropout{0.3}, layers::FullyConnected{10}};

// 50 images: batches of 8 leave one of 2.
struct FitImages {
  const Dataset train = draw_digits(50, 1), validation = draw_digits(20, 2), test = draw_digits(20, 3);
  testing::TemporaryFolder folder;

  std::filesystem::path file(const std::string& name) const { return folder.path(name); }
};

// A network and its training.
struct Fitting {
  Fitting(const std::vector<Layer>& layers, const FitData& data, const FitOptions& options)
      : network(graph, {784}, layers, kNetwork), fit(graph, network, data, options) {}

  Graph graph;
  Sequential network;
  Fit fit;
};

// Names and bytes of all parameters.
inline std::string content_of(const Graph& graph) {
  std::string text;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(static_cast<NodeId>(i));
    if (node.kind == NodeKind::parameter) text += node.name + ' ' + content(*node.value) + '\n';
  }
  return text;
}

// A row for each epoch, but no times.
inline std::string without_times(std::vector<EpochMetrics> epochs) {
  for (EpochMetrics& epoch : epochs) epoch.seconds = epoch.examples_per_second = 0;
  return metrics_csv(columns_of(default_metrics()), epochs);
}

// Tensors and texts of a checkpoint, but no times.
inline std::string without_times(TensorFile file) {
  file.metadata["seconds"] = "";
  file.metadata["metrics"] = without_times(parse_metrics_csv(file.metadata.at("metrics"), "metrics"));
  std::string text;
  for (const auto& [key, value] : file.metadata) text += key + ' ' + value + '\n';
  for (const auto& [name, tensor] : file.tensors) text += name + ' ' + content(tensor) + '\n';
  return text;
}

}  // namespace gradtable
