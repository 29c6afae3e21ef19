#include "apps/classifier/run/draw_graph.hpp"

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/output_checks.hpp"
#include "apps/classifier/run/results.hpp"
#include <gradtable/models/io/standard_output.hpp>

namespace classifier {
namespace {

// The config with the page as its only output.
Config only_page(Config config, const std::filesystem::path& page) {
  for (const OutputFile& file : output_files()) (config.output.*file.member).clear();
  config.output.graph_page = page;
  return config;
}

}  // namespace

void draw_graph(const Options& options, Config config) {
  const MadeFolders folders =
      options.page ? prepare_outputs(only_page(config, *options.page), options) : MadeFolders();
  const gradtable::Dataset images = blank_training_images(config, options.config);
  Setup setup(config, images);
  gradtable::Trainer trainer(setup.graph, setup.network, trainer_options(config));
  const gradtable::StepGraph& step = trainer.step_graph(images);
  if (options.page)
    write_text(*options.page, graph_page(setup, step, options.part, title_of_graph(config, images)));
  else
    gradtable::write_output(drawing(setup, step, options.part));
}

}  // namespace classifier
