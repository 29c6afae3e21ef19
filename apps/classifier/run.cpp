#include "apps/classifier/run.hpp"

#include <chrono>

#include "apps/classifier/outputs.hpp"
#include "apps/classifier/progress.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/blas.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/io/interrupt.hpp>
#include <gradtable/models/training/prediction_log.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;
using gradtable::ExitCode;

struct Data {
  Dataset train;
  Dataset test;
};

Data load_data(const Config& config, const std::filesystem::path& file) {
  const Config::Data& from = config.data;
  Data data;
  if (from.source == "digits") {
    // Two seeds, so that no test image is a training image.
    data.train = gradtable::draw_digits(from.digits_train, 2 * config.seed);
    data.test = gradtable::draw_digits(from.digits_test, 2 * config.seed + 1);
  } else {
    data.train = gradtable::load_idx(from.train_images.string(), from.train_labels.string(), from.classes);
    data.test = gradtable::load_idx(from.test_images.string(), from.test_labels.string(), data.train.classes);
    if (data.test.rows != data.train.rows || data.test.columns != data.train.columns)
      throw gradtable::ConfigError(fmt::format(
          "{}: images of {}x{}; expected {}x{}, the size of the training images and the model's input",
          from.test_images.string(), data.test.rows, data.test.columns, data.train.rows, data.train.columns));
  }
  if (from.limit_train > 0) keep_first(data.train, from.limit_train);
  if (from.limit_test > 0) keep_first(data.test, from.limit_test);
  require_batch_fits(config, file, data.train.size());
  return data;
}

std::string description(const Config& config, const Data& data) {
  const std::string source = config.data.source == "digits"
                                 ? "drawn by the built-in generator: this is NOT the MNIST data set"
                                 : fmt::format("from {}", config.data.train_images.parent_path().string());
  return fmt::format("data     {} training and {} test images of {}x{}, {} classes, {}", data.train.size(),
                     data.test.size(), data.train.rows, data.train.columns, data.train.classes, source);
}

std::vector<std::int64_t> widths(const Config& config, const Dataset& train) {
  std::vector<std::int64_t> widths = {train.features()};
  widths.insert(widths.end(), config.model.hidden.begin(), config.model.hidden.end());
  widths.push_back(train.classes);
  return widths;
}

// Trains for the epochs of the config, or until a signal comes; the whole ones go into `metrics`.
void train(const Config& config, const Dataset& data, gradtable::Trainer& trainer, Progress& progress,
           const gradtable::InterruptGuard& guard, Metrics& metrics) {
  for (std::int64_t epoch = 1; epoch <= config.training.epochs; ++epoch) {
    progress.begin_epoch(epoch);
    const gradtable::Score score =
        trainer.train_epoch(data, static_cast<std::uint64_t>(epoch), [&](const gradtable::Score& so_far) {
          progress.update(so_far);
          return !guard.interrupted();
        });
    if (score.images == data.size()) metrics.epochs.push_back({epoch, score, progress.seconds()});
    progress.end_epoch(score);
    if (guard.interrupted()) return;
  }
}

// The test set: its score into `metrics`, its predictions into the log.
void test(const Config& config, const Dataset& data, gradtable::Trainer& trainer, Metrics& metrics) {
  gradtable::PredictionLog log;
  const gradtable::Score score = trainer.evaluate(
      data, [&](const gradtable::Answers& batch) { log.add_batch(batch.predictions, batch.labels); });
  if (!config.output.prediction_log.empty())
    gradtable::write_file_atomically(config.output.prediction_log.string(), log.text());
  metrics.test = score;
}

void write_metrics(const Program& program, const Config& config, const Metrics& metrics) {
  if (!config.output.metrics.empty())
    gradtable::write_file_atomically(config.output.metrics.string(), to_json(program, metrics, config));
}

void say_start(const Config& config, const Data& data, const gradtable::Fcnn& network, int threads,
               const Progress& progress) {
  progress.say(description(config, data));
  progress.say(fmt::format("network  {}, {}, {}, {}, {} parameters", fmt::join(network.widths(), "-"),
                           fmt::join(config.model.activation, ", "), config.model.initializer,
                           to_string(config.dtype), network.parameter_count()));
  progress.say(fmt::format("threads  {}, {}", threads, to_string(gradtable::tune_blas())));
}

void say_end(const Config& config, const Metrics& metrics, const Progress& progress) {
  if (metrics.interrupted)
    progress.say(fmt::format("stopped  by a signal, after {} of {} epochs", metrics.epochs.size(),
                             config.training.epochs));
  if (metrics.test)
    progress.say(fmt::format("test     loss {:.4f}  accuracy {:.2f} %  ({} of {})", metrics.test->loss(),
                             100 * metrics.test->accuracy(), metrics.test->correct, metrics.test->images));
  progress.say(fmt::format("results  {}", list_of_outputs(config)));
}

// This trains with softmax cross-entropy and stochastic gradient descent, and nothing else.
void require_possible(const Options& options) {
  if (options.command != Command::train || options.init || options.resume || options.dry_run)
    throw gradtable::ConfigError(
        "eval, predict, --init, --resume, --dry-run: not possible; expected training from the start");
}

void require_possible(const Config& config, const std::filesystem::path& file) {
  const Config::Training& training = config.training;
  const gradtable::OptimizerOptions& optimizer = training.optimizer;
  const auto refuse = [&](bool refused, std::string_view pointer, std::string_view expected) {
    if (refused)
      throw gradtable::ConfigError(fmt::format("{} at {}: not possible; expected {}",
                                               gradtable::printable(file.native()), pointer, expected));
  };
  refuse(training.loss != "softmax_cross_entropy", "/training/loss", "softmax_cross_entropy");
  refuse(training.label_smoothing > 0, "/training/label_smoothing", "0");
  refuse(training.dropout > 0, "/training/dropout", "0");
  refuse(training.gradient_accumulation != 1, "/training/gradient_accumulation", "1");
  refuse(optimizer.type != "sgd", "/training/optimizer/type", "sgd");
  refuse(optimizer.weight_decay || optimizer.l1, "/training", "no weight_decay and no l1");
  refuse(optimizer.clip_norm || optimizer.clip_value, "/training", "no clip_norm and no clip_value");
  refuse(training.schedule.type != "constant" || training.schedule.warmup_epochs > 0, "/training/schedule",
         "constant, without warm-up");
  refuse(training.validation_fraction > 0, "/training/validation_fraction", "0");
  refuse(training.early_stopping.patience > 0, "/training/early_stopping/patience", "0");
  refuse(training.keep_best || training.measure_test, "/training", "no keep_best and no measure_test");
  refuse(bool(training.augmentation), "/training/augmentation", "none");
}

}  // namespace

ExitCode run(const Program& program, const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  gradtable::tune_blas();
  const Config config = load_config(program, options.config, options.overrides);
  require_possible(options);
  require_possible(config, options.config);
  const gradtable::InterruptGuard guard;
  prepare_outputs(config, options.config);
  const Data data = load_data(config, options.config);

  gradtable::Graph graph;
  const gradtable::Fcnn network(graph, widths(config, data.train),
                                {.activation = config.model.activation,
                                 .output = config.model.output,
                                 .initializer = config.model.initializer,
                                 .bias = config.model.bias,
                                 .dtype = config.dtype,
                                 .seed = config.seed});
  gradtable::Trainer trainer(graph, network,
                             {.batch_size = config.training.batch_size,
                              .optimizer = {.learning_rate = config.training.optimizer.learning_rate},
                              .shuffle = config.training.shuffle,
                              .seed = config.seed,
                              .threads = config.threads,
                              .deterministic = config.training.deterministic});
  remove_old_predictions(config);
  write_graphs(config, graph, trainer.step_graph(data.train));

  Progress progress(options.quiet, config.training.epochs, data.train.size());
  const int threads = trainer.plan(data.train).threads;
  say_start(config, data, network, threads, progress);

  Metrics metrics;
  metrics.parameters = network.parameter_count();
  metrics.threads = threads;
  const auto finish = [&] {
    metrics.interrupted = guard.interrupted();
    metrics.total_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_metrics(program, config, metrics);
  };
  try {
    train(config, data.train, trainer, progress, guard, metrics);
    if (!guard.interrupted()) test(config, data.test, trainer, metrics);
  } catch (const gradtable::NumericError&) {
    finish();  // the epochs that went well
    throw;
  }
  finish();
  say_end(config, metrics, progress);
  return metrics.interrupted ? ExitCode::interrupted : ExitCode::ok;
}

}  // namespace classifier
