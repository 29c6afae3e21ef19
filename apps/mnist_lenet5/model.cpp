#include "apps/mnist_lenet5/model.hpp"

#include <algorithm>

#include "apps/classifier/config/model_fields.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/networks/lenet5.hpp>

namespace mnist_lenet5 {
namespace {

using gradtable::choice;
using gradtable::Pooling;

// One for all layers.
gradtable::Field activation(classifier::Config::Model& model) {
  const std::vector<std::string> names = classifier::activation_names();
  const auto store = [&model, names](std::size_t i) { model.activation = {names[i]}; };
  const auto stored = [&model, names] {
    return static_cast<std::size_t>(std::ranges::find(names, model.activation.front()) - names.begin());
  };
  return choice("model.activation", names, store, stored, "function after each layer but the last");
}

std::vector<gradtable::Field> fields(classifier::Config::Model& model) {
  return {
      activation(model),
      choice("model.pooling", model.pooling, {{"max", Pooling::max}, {"average", Pooling::average}},
             "pooling, which halves the images: the largest of 2x2 pixels, or their mean"),
      classifier::output_field(model),
      classifier::initializer_field(model),
  };
}

gradtable::Sequential network(gradtable::Graph& graph, const classifier::Config& config,
                              const gradtable::Dataset& data) {
  constexpr std::int64_t kLeast = gradtable::kLeNet5LeastPixels;
  if (data.rows() < kLeast || data.columns() < kLeast)
    throw gradtable::ConfigError(
        fmt::format("{}: images of {}x{}; expected at least {}x{}, which LeNet-5 takes", data.source,
                    data.rows(), data.columns(), kLeast, kLeast));
  const std::vector<gradtable::Layer> layers =
      gradtable::lenet5({.classes = data.classes,
                         .rows = data.rows(),
                         .columns = data.columns(),
                         .activation = config.model.activation.front(),
                         .pooling = config.model.pooling,
                         .output = config.model.output,
                         .dropout = config.training.dropout});
  return {graph, {data.features()}, layers, classifier::network_options(config)};
}

std::string describe(const classifier::Config& config, const gradtable::Dataset&) {
  const char* const pooling = config.model.pooling == Pooling::max ? "max" : "average";
  std::string text = fmt::format("LeNet-5, {}, {} pooling", config.model.activation.front(), pooling);
  if (config.model.output != "linear") text += fmt::format(", outputs {}", config.model.output);
  return text;
}

}  // namespace

classifier::Program program() {
  return {.name = "mnist_lenet5",
          .purpose = "the convolutional network LeNet-5",
          .model_fields = fields,
          .network = network,
          .describe = describe};
}

}  // namespace mnist_lenet5
