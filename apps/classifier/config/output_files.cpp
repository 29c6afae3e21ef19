#include "apps/classifier/config/output_files.hpp"

#include <string>

namespace classifier {

using Output = Config::Output;

namespace {

// The name of the file with another end in place of its extension.
std::filesystem::path beside(const std::filesystem::path& file, const std::string& end) {
  return file.parent_path() / (file.stem().string() + end);
}

}  // namespace

std::span<const OutputFile> output_files() {
  static constexpr OutputFile kFiles[] = {
      {"output.metrics", &Output::metrics, Content::training, "config, loss and accuracy as JSON"},
      {"output.metrics_csv", &Output::metrics_csv, Content::state,
       "loss and accuracy, one row for each epoch"},
      {"output.steps_csv", &Output::steps_csv, Content::state,
       "loss and learning rate, one row for each step"},
      {"output.prediction_log", &Output::prediction_log, Content::evaluation,
       "prediction and label of every test image"},
      {"output.results", &Output::results, Content::evaluation,
       "confusion matrix, and precision, recall and F1 of each class, as JSON"},
      {"output.report", &Output::report, Content::summary, "report of the run as an HTML page"},
      {"output.config", &Output::config, Content::state, "this config with every default"},
      {"output.checkpoint", &Output::checkpoint, Content::state,
       "the checkpoint that --resume continues from"},
      {"output.weights", &Output::weights, Content::training, "the weights at the end, for --init"},
      {"output.dot", &Output::dot, Content::state, "drawing of the training graph"},
      {"output.graph_page", &Output::graph_page, Content::state,
       "the training graph, and how its gradient was made, as an HTML page"},
      {"output.profile", &Output::profile, Content::state,
       "where the time of a training step goes, as a table; its trace events, drawing and page stand beside "
       "it"},
  };
  return kFiles;
}

std::vector<NamedFile> named_outputs(const Output& output) {
  std::vector<NamedFile> files;
  for (const OutputFile& file : output_files())
    if (!(output.*file.member).empty()) files.push_back({file.key, output.*file.member});
  if (!output.dot.empty()) files.push_back({"output.dot's forward part", forward_dot(output.dot)});
  if (output.profile.empty()) return files;
  const ProfileFiles profile = profile_files(output.profile);
  files.push_back({"output.profile's trace events", profile.trace});
  files.push_back({"output.profile's drawing", profile.dot});
  files.push_back({"output.profile's page", profile.page});
  return files;
}

std::filesystem::path forward_dot(const std::filesystem::path& dot) {
  return beside(dot, "_forward" + dot.extension().string());
}

ProfileFiles profile_files(const std::filesystem::path& table) {
  return {.trace = beside(table, "_trace.json"),
          .dot = beside(table, "_heat.dot"),
          .page = beside(table, "_graph.html")};
}

}  // namespace classifier
