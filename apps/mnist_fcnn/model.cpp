#include "apps/mnist_fcnn/model.hpp"

#include "apps/classifier/config/model_fields.hpp"
#include "apps/classifier/config/ranges.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/models/networks/fcnn.hpp>

namespace mnist_fcnn {
namespace {

using gradtable::Bias;
using gradtable::choice;

std::vector<gradtable::Field> fields(classifier::Config::Model& model) {
  return {
      gradtable::integers(
          "model.hidden", model.hidden, {0, 1000}, classifier::kWidth,
          "widths of the hidden layers, first to last; []: none, which is softmax regression"),
      gradtable::choices("model.activation", model.activation, classifier::activation_names(), {1, 1000},
                         "function after the hidden layers: one for all, or one for each"),
      classifier::output_field(model),
      choice("model.bias", model.bias, {{"node", Bias::node}, {"row", Bias::row}, {"none", Bias::none}},
             "biases as parameters of their own, or as the last row of the weights, or none"),
      classifier::initializer_field(model),
  };
}

// Of the hidden layers and the outputs.
std::vector<std::int64_t> widths(const classifier::Config& config, const gradtable::Dataset& data) {
  std::vector<std::int64_t> widths = config.model.hidden;
  widths.push_back(data.classes);
  return widths;
}

gradtable::Sequential network(gradtable::Graph& graph, const classifier::Config& config,
                              const gradtable::Dataset& data) {
  const std::vector<gradtable::Layer> layers =
      gradtable::fcnn(widths(config, data), {.activation = config.model.activation,
                                             .output = config.model.output,
                                             .bias = config.model.bias,
                                             .dropout = config.training.dropout});
  return {graph, {data.features()}, layers, classifier::network_options(config)};
}

// "784-128-10, relu", and what its outputs are.
std::string describe(const classifier::Config& config, const gradtable::Dataset& data) {
  std::string text = fmt::format("{}-{}", data.features(), fmt::join(widths(config, data), "-"));
  if (!config.model.hidden.empty()) text += fmt::format(", {}", fmt::join(config.model.activation, ", "));
  if (config.model.output != "linear") text += fmt::format(", outputs {}", config.model.output);
  return text;
}

}  // namespace

classifier::Program program() {
  return {.name = "mnist_fcnn",
          .purpose = "a fully connected network",
          .model_fields = fields,
          .network = network,
          .describe = describe};
}

}  // namespace mnist_fcnn
