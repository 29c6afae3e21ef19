// Training and evaluation of a network by minibatches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/augmentation.hpp"
#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/optimizers/learning_rate.hpp"
#include "gradtable/models/optimizers/optimizer.hpp"
#include "gradtable/models/optimizers/state.hpp"
#include "gradtable/models/training/metrics.hpp"
#include "gradtable/models/training/model.hpp"
#include "gradtable/models/training/parameters.hpp"
#include "gradtable/models/training/step_graph.hpp"
#include "gradtable/ops/losses.hpp"

namespace gradtable {

// The scalar to minimize, the mean over the m examples of a batch, of outputs (m,...) and targets (m,...):
// int32 labels (m), or real numbers.
using LossFunction = std::function<Tensor(const Tensor& outputs, const Tensor& targets)>;

struct TrainerOptions {
  std::int64_t batch_size = 64;
  std::string loss = "softmax_cross_entropy";  // loss_names()
  LossFunction loss_function = {};             // in place of a named one
  // Whether an update follows the gradient of the mean loss over its examples, or of the sum. Scores are
  // means.
  LossReduction loss_reduction = LossReduction::mean;  // mean or sum
  double label_smoothing = 0;                          // from 0 to 1; above 0 for losses that smooth labels
  std::vector<Metric> metrics = {};                    // empty: default_metrics() for classes
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};  // of the optimizer's learning rate
  Better better = Better::lower;  // of the metric that the schedule is told of
  // Batches in one update, which follows the mean gradient over all their examples; 0: all batches of
  // an epoch. The last update of an epoch is of the batches that are left.
  std::int64_t gradient_accumulation = 1;
  AugmentationOptions augmentation = {};  // of the pictures that are trained on, which then are bytes
  Normalization normalization = {};       // of all inputs, after augmentation
  bool shuffle = true;
  std::uint64_t seed = 42;                   // of the order of the examples and their augmentation
  int threads = 0;                           // at most so many; 0: as many as there are cores
  NotFinite evaluation = NotFinite::refuse;  // what evaluate does about a loss that is not finite
  // The same bits whatever the number of threads.
  bool deterministic = CompileOptions{}.deterministic;
};

// One batch of a training.
struct StepMetrics {
  std::int64_t epoch = 1;    // from 1
  std::int64_t step = 1;     // of the epoch, from 1
  double loss = 0;           // the mean over the batch, before its update
  double learning_rate = 0;  // of the update that the batch is part of
  Score so_far = {};         // of the epoch, this batch included
};

// What training takes, as far as it is known before.
struct TrainingPlan {
  std::size_t bytes = 0;        // of the results of all programs, each of which keeps memory of its own
  double step_flops = 0;        // of a full batch, with its part of an update from several batches
  double epoch_flops = 0;       // of all batches and updates of an epoch
  double evaluation_flops = 0;  // of one pass over each data set that is evaluated
  int threads = 1;              // of a step
};

// What a network answers for a batch of a data set.
struct Answers {
  std::int64_t first = 0;  // the number of its first example
  ConstView outputs;       // (m, ...)
  ConstView targets;       // int32 labels (m), or real numbers of the network's type
  // Of classes: NamedLoss::probabilities, or outputs (m, classes); the classes of the largest outputs;
  // labels.
  ConstView probabilities = {};
  std::span<const std::int32_t> predictions = {};
  std::span<const std::int32_t> labels = {};
};

namespace detail {
class TrainingSteps;
struct BatchResult;
}  // namespace detail

class Trainer {
 public:
  // The graph must outlive the trainer. Throws the ConfigError of require_valid (trainer_fields.hpp), which
  // refuses what a config may not say.
  Trainer(Graph& graph, const Sequential& network, const TrainerOptions& options,
          Location at = Location::current());
  Trainer(Graph& graph, Model model, const TrainerOptions& options, Location at = Location::current());
  ~Trainer();

  // Called after each batch; training stops where it returns false.
  using Continue = std::function<bool(const StepMetrics&)>;
  using Answered = std::function<void(const Answers&)>;

  // One pass over the data in the order of this epoch; epochs count from 1. Loss and metrics are those of
  // each batch before its update, augmented and with dropout. `done` is what was seen of this epoch before it
  // was stopped: it continues after that many examples, a multiple of the batch size or all of them. With the
  // same parameters, those of the optimizer and of accumulation too, as they were then, every number is as if
  // nobody had stopped. Throws NotFiniteError, "epoch 5, step 2: the training diverged: loss inf, first not
  // finite in W1; learning rate 10: try a smaller one, or clip_norm", when a loss is not finite; the
  // parameters then are those of the step before. Throws ConfigError when inputs, targets, loss, metrics and
  // network do not fit, DataError for a data set that is none (require_valid) and
  // for labels out of its classes, before anything is computed.
  Score train_epoch(const Dataset& data, std::uint64_t epoch, const Continue& go_on = {},
                    const Score& done = {});

  // One pass over the data in its own order, without updates, augmentation and dropout. Throws
  // NotFiniteError, "evaluation, batch 1: expected a finite loss, got inf, first not finite in a1", unless
  // the options allow such a loss; ConfigError as train_epoch does.
  Score evaluate(const Dataset& data, const Answered& answered = {});

  // To be called after each epoch with its metric, by which a schedule may choose; and its state.
  LearningRate& learning_rate() { return learning_rate_; }
  // That of the first update of an epoch.
  double learning_rate_at(const Dataset& data, std::uint64_t epoch) const;

  // The counts of the optimizer after so many whole epochs and `done` of the next, from where train_epoch can
  // continue.
  OptimizerCounts counts_at(const Dataset& data, std::int64_t epochs, const Score& done) const;

  // The plan of a training on `data`, with evaluations on the others. Its programs are made here, if they are
  // not yet. Throws ConfigError when data do not fit the network.
  TrainingPlan plan(const Dataset& data, std::span<const Dataset* const> evaluated = {});

  // The graph of a full batch of this data set; what is drawn and counted. All parameters that training needs
  // are in the graph from here on, those of the optimizer too. Throws ConfigError when the data do not fit
  // the network.
  const StepGraph& step_graph(const Dataset& data);

  // From here on, train_epoch takes the times of its steps on full batches, until end_profile.
  void begin_profile();
  // The profile of these steps; nothing where there was none. With gradient_accumulation the update is no
  // part of a step.
  std::optional<ProgramProfile> end_profile();

  // What is measured on such data, besides the loss.
  const std::vector<Metric>& metrics(const Dataset& data) const;

 private:
  // Of a batch in the training.
  struct Place {
    std::uint64_t epoch = 1;
    std::int64_t batch = 0;
  };

  // Of a loss that is not finite in a step, after updates or before the first.
  detail::BatchResult train_batch(const Dataset& data, const ConstView& indices, Place at,
                                  double learning_rate);
  std::int64_t updates_before(const Dataset& data, Place at) const;
  // How many batches of a data set are of one size: the full ones, and the one that is left.
  struct Batchful {
    std::int64_t examples;
    std::int64_t batches;
  };
  std::vector<Batchful> sizes_of_batches(const Dataset& data) const;
  std::int64_t batches_in(const Dataset& data) const;
  std::int64_t batches_in_update(const Dataset& data) const;
  std::int64_t updates_in(const Dataset& data) const;
  void require_fit(const Dataset& data) const;

  Model model_;
  TrainerOptions options_;
  LearningRate learning_rate_;
  std::unique_ptr<detail::TrainingSteps> steps_;
};

}  // namespace gradtable
