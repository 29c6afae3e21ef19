// Training and evaluation of a classifier of images: minibatches, softmax cross-entropy, SGD.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/networks/fcnn.hpp"

namespace gradtable {

struct TrainerOptions {
  std::int64_t batch_size = 64;
  double learning_rate = 0.1;
  bool shuffle = true;
  std::uint64_t seed = 42;  // of the order of the images
  int threads = 0;          // at most so many; 0: as many as there are cores
  // The same bits whatever the number of threads.
  bool deterministic = CompileOptions{}.deterministic;
};

// Sums over the images seen so far, of an epoch or of a test set.
struct Score {
  std::int64_t images = 0;
  std::int64_t correct = 0;
  double loss_sum = 0;

  double loss() const { return loss_sum / static_cast<double>(images); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(images); }
};

// The nodes of one step on batches of one size, taken from a data set of n images. The inputs are the whole
// set, as bytes, and the indices of the batch.
struct StepGraph {
  Tensor pixels;       // uint8 (n, features)
  Tensor classes;      // uint8 (n), the labels of the set
  Tensor indices;      // int32 (m)
  Tensor images;       // (m, features), pixels from 0 to 1
  Tensor labels;       // int32 (m)
  Tensor scores;       // (m, classes)
  Tensor loss;         // the mean over the batch
  Tensor predictions;  // int32 (m)
  std::vector<Update> updates;
};

class Trainer {
 public:
  // The graph must outlive the trainer. Throws ConfigError for a batch size below 1, threads below 0,
  // or a learning rate that is not finite and above 0.
  Trainer(Graph& graph, Fcnn network, const TrainerOptions& options, Location at = Location::current());
  ~Trainer();

  // Called after each batch with what was seen so far; training stops where it returns false.
  using Continue = std::function<bool(const Score&)>;
  // Called with the predictions and the labels of each batch.
  using Predicted =
      std::function<void(std::span<const std::int32_t> predictions, std::span<const std::int32_t> labels)>;

  // One pass over the data in the order of this epoch; epochs count from 1. Loss and accuracy are those of
  // each batch before its update. Throws NumericError, with epoch and step, when a loss is not finite; the
  // parameters then are those of the step before. Throws ConfigError when images or labels do not fit the
  // network.
  Score train_epoch(const Dataset& data, std::uint64_t epoch, const Continue& go_on = {});

  // One pass over the data in its own order, without updates.
  Score evaluate(const Dataset& data, const Predicted& predicted = {});

  // That a training step on a full batch of this data set takes: compile's choice. Throws ConfigError when
  // the data do not fit the network.
  int threads(const Dataset& data);

  // The graph of a full batch of this data set; what is drawn and counted. Throws ConfigError when the data
  // do not fit the network.
  const StepGraph& step_graph(const Dataset& data);

 private:
  struct Step;

  Step& step_for(std::int64_t batch_size, std::int64_t images);
  void add_updates(StepGraph& step);
  Program& program_for(Step& step, bool training);
  Score run(const Dataset& data, const ConstView& indices, bool training);
  void require_fit(const Dataset& data) const;

  Graph& graph_;
  Fcnn network_;
  TrainerOptions options_;
  Location location_;  // of the user's call, for the nodes
  // By batch size, the full one and that of a last partial batch, and by the size of the data set.
  std::map<std::pair<std::int64_t, std::int64_t>, std::unique_ptr<Step>> steps_;
};

}  // namespace gradtable
