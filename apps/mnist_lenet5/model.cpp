// mnist_lenet5 CONFIG: trains and evaluates LeNet-5 on MNIST or data of the same form.
#include <cstdint>
#include <string>
#include <vector>

#include "apps/classifier/config/program.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/networks/lenet5.hpp>

namespace mnist_lenet5 {
namespace {

using classifier::Config;
using gradtable::Dataset;
using gradtable::Pooling;
using gradtable::config::choice;

void require_size(const Dataset& data) {
  constexpr std::int64_t kLeast = gradtable::kLeNet5LeastPixels;
  if (data.rows() < kLeast || data.columns() < kLeast)
    throw gradtable::ConfigError(
        fmt::format("{}: images of {}x{}; expected at least {}x{}, which LeNet-5 takes", data.source,
                    data.rows(), data.columns(), kLeast, kLeast));
}

struct LeNet5 : classifier::Model {
  std::string activation = "relu";
  Pooling pooling = Pooling::max;

  std::vector<gradtable::config::Field> fields() override {
    return {
        choice("model.activation", activation, classifier::activation_names(),
               "function after each layer but the last"),
        choice("model.pooling", pooling, {{"max", Pooling::max}, {"average", Pooling::average}},
               "pooling, which halves the images: the largest of 2x2 pixels, or their mean"),
        output_field(),
        initializer_field(),
    };
  }

  gradtable::Sequential network(gradtable::Graph& graph, const Config& config,
                                const Dataset& data) const override {
    require_size(data);
    const std::vector<gradtable::Layer> layers = gradtable::lenet5({.classes = data.classes,
                                                                    .rows = data.rows(),
                                                                    .columns = data.columns(),
                                                                    .activation = activation,
                                                                    .pooling = pooling,
                                                                    .output = output,
                                                                    .dropout = config.training.dropout});
    return {graph, {data.features()}, layers, network_options(config)};
  }

  std::string describe(const Dataset&) const override {
    return fmt::format("LeNet-5, {}, {} pooling{}", activation, pooling == Pooling::max ? "max" : "average",
                       describe_output());
  }
};

}  // namespace

classifier::Program program() {
  return {.name = "mnist_lenet5", .purpose = "the convolutional network LeNet-5", .model = LeNet5()};
}

}  // namespace mnist_lenet5
