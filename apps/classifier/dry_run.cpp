#include "apps/classifier/dry_run.hpp"

#include "apps/classifier/data.hpp"
#include "apps/classifier/output_checks.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/progress.hpp"
#include "apps/classifier/setup.hpp"
#include "apps/classifier/training.hpp"
#include <fmt/format.h>
#include <gradtable/models/training/parameters.hpp>

namespace classifier {
namespace {

// "512 bytes", "1.5 kB", "47 MB"
std::string in_bytes(double bytes) {
  const char* const units[] = {"bytes", "kB", "MB", "GB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit < 3; ++unit) bytes /= 1000;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

std::string in_operations(double flops) {
  const char* const units[] = {"", " thousand", " million", " billion"};
  std::size_t unit = 0;
  for (; flops >= 1000 && unit < 3; ++unit) flops /= 1000;
  return fmt::format("{:.3g}{}", flops, units[unit]);
}

}  // namespace

void dry_run(const Program& program, const Options& options, Config config) {
  check_outputs(config, options);
  const Data data = load_data(config, options.config);
  Setup setup(program, config, data.train);
  Training(program, config, data, setup).begin(options);
  const gradtable::ProgramPlan plan = setup.trainer.plan(data.train);
  double parameters = 0;
  for (const gradtable::Tensor& parameter : gradtable::parameters_of(setup.graph))
    parameters += static_cast<double>(parameter.type().bytes());
  const std::int64_t steps =
      (data.train.size() + config.training.batch_size - 1) / config.training.batch_size;

  const Progress progress(false, 0, 0);
  fmt::print("{}", resolved_json(program, config));
  progress.say(fmt::format("data        {}", describe(config, data)));
  progress.say(fmt::format("network     {}", program.describe(config, data.train)));
  progress.say(fmt::format("parameters  {}", setup.network.parameter_count()));
  progress.say(
      fmt::format("memory      {} for results of a step, {} for parameters and the optimizer, {} for images",
                  in_bytes(static_cast<double>(plan.peak_bytes)), in_bytes(parameters),
                  in_bytes(static_cast<double>(data.train.pixels.size() + data.validation.pixels.size() +
                                               data.test.pixels.size()))));
  progress.say(fmt::format("a step      {} images, {} floating-point operations, threads: {}",
                           std::min(config.training.batch_size, data.train.size()), in_operations(plan.flops),
                           plan.threads));
  progress.say(fmt::format("training    {} epochs of {} steps; nothing was trained or written",
                           config.training.epochs, steps));
}

}  // namespace classifier
