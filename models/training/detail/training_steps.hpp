// The graphs of training and evaluation for batches of each size that is met, and their programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "gradtable/graph/program.hpp"
#include "gradtable/models/optimizers/accumulation.hpp"
#include "gradtable/models/training/losses.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable::detail {

// What is fed beside the data.
struct StepFeeds {
  std::int32_t epoch = 1;
  std::int32_t step = 0;
  double learning_rate = 0;
};

// Of a batch, before its update; valid until the next run.
struct BatchResult {
  double loss = 0;
  std::span<const std::int32_t> predictions;
  std::span<const std::int32_t> labels;
  ConstView probabilities = {};  // of an evaluation
};

class TrainingSteps {
 public:
  // All three must outlive it. Throws the ConfigError of find_classifier_loss.
  TrainingSteps(Graph& graph, const Model& model, const TrainerOptions& options, Location at);

  // Each on a batch of the data set. Throws NotFiniteError when the loss is not finite.
  BatchResult train(const Dataset& data, const ConstView& indices, const StepFeeds& feeds);
  BatchResult add_gradients(const Dataset& data, const ConstView& indices, const StepFeeds& feeds);
  BatchResult evaluate(const Dataset& data, const ConstView& indices);
  // By the gradients that were added since the last one.
  void update(double learning_rate);

  // The graph and the plans of a step on m images.
  const StepGraph& graph(const Dataset& data, std::int64_t m, bool by_sums);
  ProgramPlan training_plan(const Dataset& data, std::int64_t m, bool by_sums);
  ProgramPlan evaluation_plan(const Dataset& data, std::int64_t m);
  // Of the update by sums; empty where there is none.
  ProgramPlan update_plan() const;
  // That the results of all programs made so far take.
  std::size_t bytes() const;

 private:
  // For batches of one size from data sets of one size. Programs are made when first needed.
  struct Step {
    StepGraph training;
    StepGraph evaluation;  // on the same pixels, classes and indices
    Tensor probabilities;  // of the evaluation
    std::optional<Accumulation> sums;
    std::optional<Program> train, add_gradients, evaluate;
  };

  Step& find(const Dataset& data, std::int64_t m);
  Step made(const Dataset& data, std::int64_t m);
  Tensor input(const char* name, const Shape& shape, DType dtype);
  // The pixels of the batch, changed by augmentation. Throws ConfigError unless they are bytes then.
  Tensor augmented(const StepGraph& g, const Dataset& data);
  // The images (m,input...) of pixels (m,features).
  Tensor images_of(const Tensor& pixels) const;
  void add_loss(StepGraph& g, const Dataset& data, double label_smoothing);
  // Adds the nodes of the updates, by the gradients of one batch or by sums of them.
  void add_updates(Step& step, bool by_sums);

  Program& training_program(Step& step, bool by_sums);
  Program& evaluation_program(Step& step);
  Program compiled(std::vector<Tensor> outputs, std::vector<Update> updates,
                   const std::vector<Tensor>& finite);
  void run(Program& program, const StepGraph& g, const Dataset& data, const ConstView& indices,
           std::initializer_list<Feed> more);

  Graph& graph_;
  const Model& model_;
  const TrainerOptions& options_;
  const ClassifierLoss& loss_;
  Location at_;
  // By sizes of batch and data set, and the type of its pixels.
  std::map<std::tuple<std::int64_t, std::int64_t, DType>, Step> steps_;
  std::vector<Feed> feeds_;  // of the run that is made
  Tensor learning_rate_;
  std::optional<Program> update_;  // by the sums
};

}  // namespace gradtable::detail
