#include "apps/classifier/setup.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

// By the rows of the first matrix. Where they differ by one, that is the row of biases, and no image.
void require_same_pixels(const WeightsFile& file, const gradtable::Dataset& data, const Setup& setup) {
  const std::vector<gradtable::Tensor>& parameters = setup.network.parameters;
  const gradtable::Shape& own = parameters.front().shape();
  const auto found = shape_in(file.content, file.path, parameters, parameters.front());
  if (!found || found->rank() != 2 || own.rank() != 2) return;
  const std::int64_t difference = (*found)[0] - own[0];
  if (std::abs(difference) > 1)
    throw gradtable::ConfigError(
        fmt::format("{}: images of {}x{}; expected images of {} pixels, which the weights of {} take",
                    data.source, data.rows, data.columns, data.features() + difference, file.path));
}

}  // namespace

Setup::Setup(const Program& program, const Config& config, const gradtable::Dataset& data,
             gradtable::NotFinite evaluation)
    : network(program.network(graph, config, data)),
      trainer(graph, network, trainer_options(config, evaluation)) {}

gradtable::TrainerOptions trainer_options(const Config& config, gradtable::NotFinite evaluation) {
  gradtable::TrainerOptions options = config.training;
  options.better = better_of(config.training.early_stopping.metric);
  options.seed = config.seed;
  options.threads = config.threads;
  options.evaluation = evaluation;
  return options;
}

gradtable::Better better_of(const std::string& metric) {
  return metric.ends_with("accuracy") ? gradtable::Better::higher : gradtable::Better::lower;
}

WeightsFile read_weights_file(const Options& options) {
  return {options.init->string(), gradtable::read_safetensors(options.init->string())};
}

void load_weights(WeightsFile file, const Options& options, const gradtable::Dataset& data, Setup& setup) {
  require_same_pixels(file, data, setup);
  warn_of_not_finite(set_weights(std::move(file.content), file.path, setup.graph, setup.network.parameters,
                                 not_finite_rule(options)));
}

gradtable::NotFinite not_finite_rule(const Options& options) {
  return options.allow_nonfinite ? gradtable::NotFinite::allow : gradtable::NotFinite::refuse;
}

void warn_of_not_finite(const std::vector<std::string>& names) {
  if (!names.empty())
    fmt::print(stderr, "warning: not finite: {}\n",
               gradtable::printable(fmt::to_string(fmt::join(names, ", "))));
}

}  // namespace classifier
