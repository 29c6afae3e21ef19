// The files that a run leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/config/program.hpp"
#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/evaluation.hpp"
#include <gradtable/models/training/fit.hpp>
#include <gradtable/models/training/metrics_csv.hpp>

namespace classifier {

struct Metrics {
  std::vector<gradtable::EpochMetrics> epochs = {};
  std::optional<std::int64_t> kept_epoch = {};  // whose parameters were tested, if not the last one's
  std::optional<gradtable::Score> test = {};
  double total_seconds = 0;
  std::int64_t parameters = 0;
  int threads = 0;  // of a training step
  gradtable::FitEnd end = gradtable::FitEnd::finished;
};

// The result of a run as JSON, with the resolved config and the BLAS in use.
std::string metrics_json(const Metrics& metrics, Config config);

// The same config with the outputs of an evaluation alone: prediction log and results.
Config only_results(Config config);

// Deletes the previous run's results, so that they do not stand beside this run's metrics if it ends early.
// The weights and metrics of a training that continues stay, those of another are deleted. Throws
// gradtable::OutputError.
void remove_old_results(const Config& config, const Options& options);

// The same of the report beside the results of an evaluation, unless it is of the same ones: the same
// answers, and a loss that differs by less than a hundred thousandth, as other threads and kernels change
// last digits. The config has all outputs of a training. Returns whether there was such a report.
bool remove_other_report(const Config& config, const Evaluation& evaluation);

// Writes the file whole or not at all, unless its name is empty. Throws gradtable::OutputError.
void write_text(const std::filesystem::path& file, const std::string& text);

// The prediction log, and the results as JSON.
void write_results(const Config& config, const Evaluation& evaluation);

using Profile = std::optional<gradtable::ProgramProfile>;

// A part of a training step in Graphviz' language, the same in every locale. Adds the gradients that it draws
// to the graph. With a profile of the step also what is measured in it, coloured by time.
std::string drawing(Setup& setup, const gradtable::StepGraph& step, GraphPart part,
                    const Profile& profile = {});

// The title of the page of a training step.
std::string title_of_graph(const Config& config, const gradtable::Dataset& images);

// What a page of a step is made of, besides the graph.
struct PageContent {
  std::string title;
  const gradtable::Dataset* images = nullptr;  // whose first batch gives the numbers; null: no numbers
  gradtable::TrainerOptions trainer = {};      // of the program that computes the step
  Profile profile = {};                        // of the step
};

// The same part as drawing() has, as an HTML page. With a gradient, the page shows how build_grad made it.
std::string graph_page(Setup& setup, const gradtable::StepGraph& step, GraphPart part,
                       const PageContent& content);

// The graph of a training step into output.graph_page and into output.dot; its forward part into the file of
// the name of output.dot with "_forward" before the extension.
void write_graphs(const Config& config, Setup& setup, const gradtable::StepGraph& step,
                  const PageContent& content);

// The folder of the results, and the files of the config that are there, for people to read; "none" without
// any.
std::string list_of_outputs(const Config& config);

}  // namespace classifier
