#include "apps/classifier/run/train.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "apps/classifier/config/load.hpp"
#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/evaluation.hpp"
#include "apps/classifier/run/fit_setup.hpp"
#include "apps/classifier/run/output_checks.hpp"
#include "apps/classifier/run/profile.hpp"
#include "apps/classifier/run/progress.hpp"
#include "apps/classifier/run/report.hpp"
#include "apps/classifier/run/results.hpp"
#include "apps/classifier/run/verdict.hpp"
#include <fmt/format.h>
#include <gradtable/core/machine/blas.hpp>
#include <gradtable/models/io/interrupt.hpp>
#include <gradtable/models/training/fit.hpp>
#include <gradtable/models/training/metrics_csv.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

using gradtable::ExitCode;
using gradtable::FitEnd;
using gradtable::InterruptGuard;
using Clock = std::chrono::steady_clock;

// One training and what it leaves.
class Run {
 public:
  Run(const Program& program, const Options& options, const Config& config, Clock::time_point start)
      : program_(program), options_(options), config_(config), start_(start) {}

  ExitCode train() {
    const std::vector<std::string> lines = begin(fit_, options_, config_, data_, setup_);
    metrics_.parameters = setup_.network.parameter_count();
    metrics_.threads = fit_.trainer().plan(data_.train).threads;
    say_start();
    for (const std::string& line : lines) progress_.say(line);
    const InterruptGuard guard;  // until here, a signal ends the program at once
    begin_outputs();
    learn(guard);
    say_end();
    return metrics_.end == FitEnd::interrupted ? ExitCode::interrupted : ExitCode::ok;
  }

 private:
  // After all that can fail or take long: until here, what an earlier run left is as it was.
  void begin_outputs() {
    if (writes_config(config_, options_)) write_text(config_.output.config, resolved_json(config_));
    write_graphs(config_, setup_, fit_.trainer().step_graph(data_.train),
                 {title_of_graph(config_, data_.train), &data_.train, trainer_options(config_)});
    remove_old_results(config_, options_);
  }

  void learn(const InterruptGuard& guard) {
    try {
      metrics_.end = fit_.run(watcher(guard)).end;
      if (metrics_.end != FitEnd::interrupted) test();
    } catch (const gradtable::NumericError&) {
      write_metrics();  // of the epochs that went well
      throw;
    }
    if (metrics_.end == FitEnd::interrupted) write_metrics();
  }

  // Shows the progress, adds rows to the table, and stops the training at a signal.
  gradtable::FitWatcher watcher(const InterruptGuard& guard) {
    if (!config_.output.steps_csv.empty())
      steps_.emplace(config_.output.steps_csv.string(), std::ssize(fit_.epochs()), fit_.steps_of_epoch());
    if (!config_.output.metrics_csv.empty())
      csv_.emplace(config_.output.metrics_csv.string(), fit_.columns(), fit_.epochs());
    if (!config_.output.profile.empty()) fit_.trainer().begin_profile();  // of the first epoch
    return {.begin_epoch = [&](std::int64_t epoch, std::int64_t done) { progress_.begin_epoch(epoch, done); },
            .step =
                [&](const gradtable::StepMetrics& step) {
                  if (steps_) steps_->add(step.epoch, step.step, step.loss, step.learning_rate);
                  progress_.update(step.so_far);
                },
            .end_epoch =
                [&](const gradtable::EpochMetrics& epoch) {
                  if (csv_) csv_->add(epoch);
                  if (steps_) steps_->flush();
                  progress_.end_epoch(epoch);
                  end_profile();
                },
            .cut_epoch =
                [&](const gradtable::Score& so_far) {
                  if (steps_) steps_->flush();
                  progress_.stop(so_far);
                  end_profile();
                },
            .kept_previous =
                [&](const std::string& copy) {
                  progress_.say(fmt::format("earlier  checkpoint kept as {}", copy));
                },
            .go_on = [&] { return !guard.interrupted(); }};
  }

  void end_profile() {
    if (const auto profile = fit_.trainer().end_profile())
      write_profile(config_, setup_, fit_.trainer().step_graph(data_.train), *profile,
                    {title_of_graph(config_, data_.train), nullptr, trainer_options(config_)});
  }

  void test() {
    const Evaluation evaluation = evaluate(fit_, data_.test);
    metrics_.test = evaluation.score;
    write_metrics();
    write_results(config_, evaluation);
    write_weights();
    write_report(program_, config_, data_, setup_, fit_.trainer(), metrics_, evaluation);
  }

  void write_metrics() {
    metrics_.epochs = fit_.epochs();
    metrics_.kept_epoch = fit_.kept_epoch();
    metrics_.total_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    write_text(config_.output.metrics, metrics_json(metrics_, config_));
  }

  void write_weights() const {
    if (config_.output.weights.empty()) return;
    const auto layout = config_.output.weights_layout == "pytorch" ? gradtable::WeightLayout::pytorch
                                                                   : gradtable::WeightLayout::gradtable;
    gradtable::write_weights(config_.output.weights.string(), setup_.graph, setup_.network.parameters(),
                             layout,
                             {{"classes", fmt::format("{}", data_.train.classes)},
                              {std::string(gradtable::kNormalizationKey), to_text(setup_.normalization)}});
  }

  void say_start() const {
    progress_.say(fmt::format("data     {}", describe(config_, data_)));
    if (!data_.labels_hint.empty()) progress_.say(fmt::format("labels   {}", data_.labels_hint));
    progress_.say(fmt::format("network  {}, {}, {}, {} parameters", config_.model->describe(data_.train),
                              config_.model->initializer, to_string(config_.dtype), metrics_.parameters));
    progress_.say(fmt::format("threads  {}, {}", metrics_.threads, to_string(gradtable::tune_blas())));
    if (!fit_.changes().empty())
      progress_.say(fmt::format("bits     not those of one run: {}", fit_.changes()));
  }

  void say_why_it_stopped() const {
    const std::size_t done = metrics_.epochs.size();
    const Config::Training& training = config_.training;
    if (metrics_.end == FitEnd::stopped_early)
      progress_.say(fmt::format("stopped  after {} of {} epochs: {} got no better for {}", done,
                                training.epochs, training.early_stopping.metric,
                                training.early_stopping.patience));
    if (metrics_.end != FitEnd::interrupted) return;
    progress_.say(fmt::format("stopped  by a signal, after {} of {} epochs", done, training.epochs));
    if (fit_.has_checkpoint())
      progress_.say(fmt::format("resume   with --resume {}", config_.output.checkpoint.string()));
    else if (config_.output.checkpoint.empty() && is_course_config(options_.config))
      progress_.say(
          "resume   not possible: a config of the course's format keeps a checkpoint with --out DIR only");
  }

  // Where all numbers are finite, nothing else tells that they mean nothing.
  void warn_of_fault() const {
    if (metrics_.end == FitEnd::interrupted) return;
    if (const auto fault = fault_of(config_, data_.train, metrics_.epochs))
      fmt::print(stderr, "warning: {}\n", *fault);
  }

  void say_end() const {
    say_why_it_stopped();
    if (metrics_.kept_epoch && metrics_.test)
      progress_.say(fmt::format("kept     epoch {}, the best by {}", *metrics_.kept_epoch,
                                config_.training.early_stopping.metric));
    if (metrics_.test) progress_.say(test_line(*metrics_.test));
    warn_of_fault();
    progress_.say(fmt::format("results  {}", list_of_outputs(config_)));
  }

  const Program& program_;
  const Options& options_;
  Config config_;  // settled by its data
  Clock::time_point start_;
  Data data_ = load_data(config_, options_.config);
  Setup setup_{config_, data_.train};
  gradtable::Fit fit_{setup_.graph, setup_.network, fit_data(config_, data_),
                      fit_options(program_, config_, options_)};
  std::optional<gradtable::MetricsCsv> csv_;
  std::optional<gradtable::StepsCsv> steps_;
  Progress progress_{options_.quiet, config_.training.epochs, data_.train.size()};
  Metrics metrics_;
};

}  // namespace

ExitCode train(const Program& program, const Options& options, const Config& config) {
  const Clock::time_point start = Clock::now();
  const MadeFolders folders = prepare_outputs(config, options);
  return Run(program, options, config, start).train();
}

}  // namespace classifier
