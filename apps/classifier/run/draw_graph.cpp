#include "apps/classifier/run/draw_graph.hpp"

#include <cstdio>
#include <optional>

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/output_checks.hpp"
#include "apps/classifier/run/results.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/io/standard_output.hpp>

namespace classifier {
namespace {

// The config with the page as its only output.
Config only_page(Config config, const std::filesystem::path& page) {
  for (const OutputFile& file : output_files()) (config.output.*file.member).clear();
  config.output.graph_page = page;
  return config;
}

// The images of the config, for the values on a page. Files that have no more than sizes leave the page
// without values, which is said.
std::optional<gradtable::Dataset> images_of_page(const Options& options, Config config) {
  if (!options.page) return std::nullopt;
  try {
    return whole_training_images(config, options.config);
  } catch (const gradtable::DataError& error) {
    fmt::print(stderr, "warning: the page shows no values: {}\n", error.what());
    return std::nullopt;
  }
}

}  // namespace

void draw_graph(const Options& options, Config config) {
  const MadeFolders folders =
      options.page ? prepare_outputs(only_page(config, *options.page), options) : MadeFolders();
  const Config as_written = config;
  const gradtable::Dataset images = blank_training_images(config, options.config);
  const std::optional<gradtable::Dataset> whole = images_of_page(options, as_written);
  Setup setup(config, images);
  gradtable::Trainer trainer(setup.graph, setup.network, trainer_options(config));
  const gradtable::StepGraph& step = trainer.step_graph(images);
  if (!options.page) {
    gradtable::write_output(drawing(setup, step, options.part));
    return;
  }
  write_text(*options.page, graph_page(setup, step, options.part,
                                       {title_of_graph(config, images), whole ? &*whole : nullptr,
                                        trainer_options(config)}));
  fmt::print("{}: open it in a browser\n", gradtable::printable(options.page->string()));
}

}  // namespace classifier
