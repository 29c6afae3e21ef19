// The graphs of training and evaluation for batches of each size that is met, and their programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradtable/graph/function.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/optimizers/accumulation.hpp"
#include "gradtable/models/training/losses.hpp"
#include "gradtable/models/training/metrics.hpp"
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
  std::int64_t examples = 0;
  double loss = 0;
  std::span<const ConstView> sums = {};  // over the batch, of each metric; without elements: not measured
};

// Adds loss and metrics of a batch.
void add(Score& total, const BatchResult& batch);

class TrainingSteps {
 public:
  // All three must outlive it. Throws the ConfigError of find_loss.
  TrainingSteps(Graph& graph, const Model& model, const TrainerOptions& options, Location at);

  // Each on a batch of the data set. Throws NotFiniteError when the loss is not finite.
  BatchResult train(const Dataset& data, const ConstView& indices, const StepFeeds& feeds);
  BatchResult add_gradients(const Dataset& data, const ConstView& indices, const StepFeeds& feeds);
  BatchResult evaluate(const Dataset& data, const ConstView& indices);
  // What the network answered in the batch that was evaluated last.
  Answers answers(std::int64_t first) const;
  // By the gradients that were added since the last one.
  void update(double learning_rate);

  // Trainer::begin_profile and end_profile.
  void begin_profile() { times_.emplace(); }
  std::optional<ProgramProfile> end_profile();

  // The graph and the plans of a step on m images.
  const StepGraph& graph(const Dataset& data, std::int64_t m, bool by_sums);
  ProgramPlan training_plan(const Dataset& data, std::int64_t m, bool by_sums);
  ProgramPlan evaluation_plan(const Dataset& data, std::int64_t m);
  // Of the update by sums; empty where there is none.
  ProgramPlan update_plan() const;
  // That the results of all programs made so far take.
  std::size_t bytes() const;

  // What is measured on such data: the metrics of the options, or default_metrics() for classes.
  std::shared_ptr<const std::vector<Metric>> metrics(const Dataset& data) const {
    return metrics(targets_of(data));
  }

 private:
  std::shared_ptr<const std::vector<Metric>> metrics(Targets targets) const {
    return targets == Targets::classes ? of_classes_ : of_numbers_;
  }

  // For batches of one size from data sets of one size. Programs are made when first needed.
  struct Step {
    StepGraph training;
    std::optional<Accumulation> sums;
    std::optional<Program> train, add_gradients;
  };

  // What graphs are made by, of a data set.
  struct About {
    std::string name;
    Targets targets;
    std::int64_t classes;
  };
  static About about(const Dataset& data);

  // What steps are made for: the size of a batch, and the data set's types.
  struct Kind {
    std::int64_t m;
    TensorType inputs, targets;
    std::int64_t classes;

    bool operator==(const Kind&) const = default;
  };

  Step& find(const Dataset& data, std::int64_t m);
  Step made(const Dataset& data, std::int64_t m);
  Tensor input(const char* name, const Shape& shape, DType dtype);
  DType dtype() const { return model_.parameters.front().dtype(); }
  // The inputs of the batch, changed by augmentation. Throws ConfigError unless they are pictures of bytes
  // then.
  Tensor augmented(const StepGraph& g, const Dataset& data);
  // What the network takes (m,input...), of the inputs (m,features) of a batch.
  Tensor prepared(const Tensor& inputs) const;
  Tensor targets(const StepGraph& g, const About& data) const;
  // Throws ConfigError where the loss, a metric or the outputs do not fit the targets.
  void require_fit(const Tensor& outputs, const About& data) const;
  // The mean over the batch. Throws ConfigError for a function of the user's that gives something else.
  Tensor loss(const StepGraph& g, double label_smoothing) const;
  void add_loss(StepGraph& g, const About& data, double label_smoothing) const;
  void add_metrics(StepGraph& g, const About& data, bool in_training) const;
  // Evaluation of batches of any size, as a function of all inputs, all targets and indices: the loss, a sum
  // of each metric, outputs and targets; of classes, predictions and probabilities too.
  const Function& evaluation(const Dataset& data);
  CompileOptions evaluated(std::span<const Tensor> inputs, const About& data) const;
  // Adds the nodes of the updates, by the gradients of one batch or by sums of them.
  void add_updates(Step& step, bool by_sums);

  Program& training_program(Step& step, bool by_sums);
  Program compiled(std::vector<Tensor> outputs, std::vector<Update> updates,
                   const std::vector<Tensor>& finite);
  // Of a program that has run.
  BatchResult result(const Program& program, const StepGraph& g);
  // The feeds of a run; valid until the next.
  std::span<const Feed> fed(const StepGraph& g, const Dataset& data, const ConstView& indices,
                            std::initializer_list<Feed> more);
  // Of a program that trains on m examples. While a profile is made, takes the time of a full batch.
  void run(Program& program, const Dataset& data, std::int64_t m, std::span<const Feed> feeds);

  Graph& graph_;
  const Model& model_;
  const TrainerOptions& options_;
  const NamedLoss& loss_;
  std::shared_ptr<const std::vector<Metric>> of_classes_, of_numbers_;  // metrics
  Location at_;
  std::deque<std::pair<Kind, Step>> steps_;                           // which stay where they are
  std::map<std::pair<Targets, std::int64_t>, Function> evaluations_;  // by the classes of the data
  std::vector<Array> answers_;                                        // of the batch evaluated last
  std::vector<ConstView> sums_;                                       // of the last result
  std::vector<Feed> feeds_;                                           // of the run that is made
  Tensor learning_rate_;
  std::optional<Program> update_;  // by the sums
  std::optional<RunTimes> times_;  // while a profile is made
};

}  // namespace gradtable::detail
