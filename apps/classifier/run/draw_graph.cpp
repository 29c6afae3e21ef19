#include "apps/classifier/run/draw_graph.hpp"

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/results.hpp"
#include <gradtable/models/io/standard_output.hpp>

namespace classifier {

void draw_graph(const Options& options, Config config) {
  const gradtable::Dataset images = blank_training_images(config, options.config);
  Setup setup(config, images);
  gradtable::Trainer trainer(setup.graph, setup.network, trainer_options(config));
  gradtable::write_output(drawing(setup, trainer.step_graph(images), options.part));
}

}  // namespace classifier
