#include "apps/classifier/train.hpp"

#include <chrono>

#include "apps/classifier/evaluation.hpp"
#include "apps/classifier/output_checks.hpp"
#include "apps/classifier/outputs.hpp"
#include "apps/classifier/report.hpp"
#include "apps/classifier/training.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/blas.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

using gradtable::ExitCode;
using Clock = std::chrono::steady_clock;

void say_start(const Program& program, const Config& config, const Data& data, const Setup& setup,
               const Metrics& metrics, const Progress& progress) {
  progress.say(fmt::format("data     {}", describe(config, data)));
  progress.say(fmt::format("network  {}, {}, {}, {} parameters", program.describe(config, data.train),
                           config.model.initializer, to_string(config.dtype),
                           setup.network.parameter_count()));
  progress.say(fmt::format("threads  {}, {}", metrics.threads, to_string(gradtable::tune_blas())));
}

void say_end(const Config& config, const Metrics& metrics, const Progress& progress) {
  if (metrics.end == End::stopped_early)
    progress.say(fmt::format("stopped  after {} of {} epochs: {} got no better for {}", metrics.epochs.size(),
                             config.training.epochs, config.training.early_stopping.metric,
                             config.training.early_stopping.patience));
  if (metrics.end == End::interrupted)
    progress.say(fmt::format("stopped  by a signal, after {} of {} epochs", metrics.epochs.size(),
                             config.training.epochs));
  if (metrics.end == End::interrupted && !config.output.checkpoint.empty())
    progress.say(fmt::format("resume   with --resume {}", config.output.checkpoint.string()));
  if (metrics.kept_epoch && metrics.test)
    progress.say(fmt::format("kept     epoch {}, the best by {}", *metrics.kept_epoch,
                             config.training.early_stopping.metric));
  if (metrics.test) progress.say_test(*metrics.test);
  progress.say(fmt::format("results  {}", list_of_outputs(config)));
}

void write_weights(const Config& config, const Setup& setup, const Data& data) {
  if (config.output.weights.empty()) return;
  const auto layout = config.output.weights_layout == "pytorch" ? gradtable::WeightLayout::pytorch
                                                                : gradtable::WeightLayout::gradtable;
  gradtable::write_weights(config.output.weights.string(), setup.graph, setup.network.parameters, layout,
                           {{"classes", fmt::format("{}", data.train.classes)}});
}

}  // namespace

ExitCode train(const Program& program, const Options& options, const Config& config) {
  const Clock::time_point start = Clock::now();
  const gradtable::InterruptGuard guard;
  prepare_outputs(config, options);
  const Data data = load_data(config, options.config);
  Setup setup(program, config, data.train);
  Training training(program, config, data, setup);
  training.begin(options);
  remove_old_results(config);
  if (writes_config(config, options)) write_text(config.output.config, resolved_json(program, config));
  write_graphs(config, setup.graph, setup.trainer.step_graph(data.train));

  Progress progress(options.quiet, config.training.epochs, data.train.size());
  Metrics metrics{.parameters = setup.network.parameter_count(),
                  .threads = setup.trainer.plan(data.train).threads};
  say_start(program, config, data, setup, metrics, progress);
  const auto write_metrics = [&] {
    metrics.epochs = training.epochs();
    metrics.kept_epoch = training.kept_epoch();
    metrics.total_seconds = std::chrono::duration<double>(Clock::now() - start).count();
    write_text(config.output.metrics, metrics_json(program, metrics, config));
  };
  try {
    metrics.end = training.run(progress, guard);
  } catch (const gradtable::NumericError&) {
    write_metrics();  // of the epochs that went well
    throw;
  }
  if (metrics.end == End::interrupted) {
    write_metrics();
    say_end(config, metrics, progress);
    return ExitCode::interrupted;
  }
  training.use_best();
  const Evaluation evaluation = evaluate(setup.trainer, data.test);
  metrics.test = evaluation.score;
  write_metrics();
  write_results(config, evaluation);
  write_weights(config, setup, data);
  write_report(program, config, data, setup, metrics, evaluation);
  say_end(config, metrics, progress);
  return ExitCode::ok;
}

}  // namespace classifier
