#include "apps/classifier/run/dry_run.hpp"

#include <algorithm>
#include <vector>

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include "apps/classifier/run/fit_setup.hpp"
#include "apps/classifier/run/output_checks.hpp"
#include "apps/classifier/run/progress.hpp"
#include "apps/classifier/run/results.hpp"
#include <fmt/format.h>
#include <gradtable/models/io/standard_output.hpp>
#include <gradtable/models/training/parameters.hpp>

namespace classifier {
namespace {

double bytes_of_parameters(Setup& setup) {
  double bytes = 0;
  for (const gradtable::Tensor& parameter : gradtable::parameters_of(setup.graph))
    bytes += static_cast<double>(parameter.type().bytes());
  return bytes;
}

double bytes_of_images(const Data& data) {
  return static_cast<double>(data.train.bytes() + data.validation.bytes() + data.test.bytes());
}

gradtable::TrainingPlan plan_of(const Data& data, gradtable::Trainer& trainer) {
  std::vector<const gradtable::Dataset*> evaluated = {&data.test};
  if (data.validation.size() > 0) evaluated.push_back(&data.validation);
  return trainer.plan(data.train, evaluated);
}

void say_plan(const Config& config, const Data& data, Setup& setup, gradtable::Trainer& trainer) {
  const gradtable::TrainingPlan plan = plan_of(data, trainer);
  const std::int64_t images = data.train.size(), batch = config.training.batch_size;
  say_result(fmt::format("data        {}", describe(config, data)));
  if (!data.labels_hint.empty()) say_result(fmt::format("labels      {}", data.labels_hint));
  say_result(fmt::format("network     {}", config.model->describe(data.train)));
  say_result(fmt::format("parameters  {}", setup.network.parameter_count()));
  say_result(fmt::format(
      "memory      {} for results of all steps, {} for parameters and the optimizer, {} for images",
      in_bytes(static_cast<double>(plan.bytes)), in_bytes(bytes_of_parameters(setup)),
      in_bytes(bytes_of_images(data))));
  say_result(fmt::format("a step      {} images, {} floating-point operations, threads: {}",
                         std::min(batch, images), in_operations(plan.step_flops), plan.threads));
  say_result(fmt::format("an epoch    {} steps, {} floating-point operations; {} for a test{}",
                         (images + batch - 1) / batch, in_operations(plan.epoch_flops),
                         in_operations(plan.evaluation_flops),
                         data.validation.size() > 0 ? " and a validation" : ""));
  say_result(fmt::format("training    {} epochs; nothing was trained or written", config.training.epochs));
}

}  // namespace

void dry_run(const Program& program, const Options& options, Config config) {
  check_outputs(config, options);
  const Data data = load_data(config, options.config);
  Setup setup(config, data.train);
  gradtable::Fit fit(setup.graph, setup.network, fit_data(config, data),
                     fit_options(program, config, options));
  begin(fit, options, config, data, setup);
  gradtable::write_output(resolved_json(config));
  if (!options.quiet) say_plan(config, data, setup, fit.trainer());
}

}  // namespace classifier
