// The course's exercise: a list of layers, one source of data and one loss, which train as they are told. All
// of it is nodes of a graph, which can be drawn, differentiated and used in other ways as well.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/layers.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/optimizer.hpp"
#include "gradtable/models/optimizers/schedule.hpp"

namespace gradtable {

class Network {
 public:
  // Numbers that stay where they are, unchanged, until the next batch is asked for.
  struct Batch {
    ConstView inputs;
    ConstView labels;
  };
  // Gives the next batch. Batches of a shape that was there before cost nothing more.
  using DataSource = std::function<Batch()>;
  // The scalar to minimize, of what the last layer gives and the labels.
  using Loss = std::function<Tensor(const Tensor& prediction, const Tensor& labels)>;

  // The graph, to which the network adds its parameters when it meets the first numbers, must outlive it.
  // Throws ConfigError for what require_valid refuses in an optimizer, and Sequential in a network.
  Network(Graph& graph, DataSource data, Loss loss, OptimizerOptions optimizer = {},
          NetworkOptions options = {}, Location at = Location::current());
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Adds a layer after the others; errors in its shapes name the line of this call, when numbers come.
  // Throws GraphError when they have come.
  Network& append_layer(Layer layer);

  // The learning rate of each step, in place of the optimizer's: schedule(n) after n steps. Throws GraphError
  // after the first step.
  Network& set_schedule(Schedule schedule);

  // Takes the next batch through all layers, as in training, and returns its loss. Throws what layers throw,
  // and NumericError for a loss that is not finite.
  double forward();
  // One step of the optimizer on the batch that forward() took, the running statistics of batch normalization
  // among its updates; records the loss before it. Throws GraphError before forward().
  void backward();
  // That many batches, forward() and backward() as one program each.
  void train(int iterations);
  // What the last layer gives for these inputs, as not in training: without dropout, with running statistics.
  Array test(const ConstView& inputs);

  // Of every step so far.
  const std::vector<double>& loss() const { return losses_; }
  // What is learned, layer by layer; none before the first numbers.
  std::vector<Tensor> parameters() const;
  std::int64_t parameter_count() const;

 private:
  // The nodes for inputs and labels of one type each.
  struct Nodes {
    Tensor inputs, labels, prediction, loss;
    std::vector<Update> updates;
    std::optional<Program> forward, backward;
  };

  // Made for the first numbers.
  const Sequential& network_for(const ConstView& inputs);
  Nodes& nodes_for(const Batch& batch);
  Tensor input(const char* name, const TensorType& type);
  double run(Nodes& nodes, Program& program);

  Graph& graph_;
  DataSource data_;
  Loss loss_;
  OptimizerOptions optimizer_;
  NetworkOptions options_;
  Location at_;
  std::vector<Layer> layers_;
  Schedule schedule_;
  std::optional<Sequential> network_;  // from the first numbers on
  Tensor step_, learning_rate_;
  std::deque<Nodes> nodes_;
  std::optional<Batch> batch_;
  std::vector<double> losses_;
};

}  // namespace gradtable
