#include "apps/classifier/run/run.hpp"

#include "apps/classifier/config/load.hpp"
#include "apps/classifier/run/draw_graph.hpp"
#include "apps/classifier/run/dry_run.hpp"
#include "apps/classifier/run/eval_predict.hpp"
#include "apps/classifier/run/train.hpp"
#include <gradtable/core/machine/blas.hpp>

namespace classifier {

using gradtable::ExitCode;

namespace {

ExitCode run(const Program& program, const Options& options, const Config& config) {
  if (options.command == Command::train && !options.dry_run) return train(program, options, config);
  if (options.command == Command::train)
    dry_run(program, options, config);
  else if (options.command == Command::eval)
    evaluate_weights(options, config);
  else if (options.command == Command::predict)
    predict(options, config);
  else
    draw_graph(options, config);
  return ExitCode::ok;
}

}  // namespace

ExitCode run(const Program& program, const Options& options) {
  gradtable::tune_blas();
  const Config config = load_config(program, options.config, options.overrides);
  try {
    return run(program, options, config);
  } catch (const gradtable::OptionError& error) {
    refuse_option(options.config, error);
  }
}

}  // namespace classifier
