// mnist_fcnn CONFIG: trains and evaluates a fully connected network on MNIST or data of the same form.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/classifier/config/place.hpp"
#include "apps/classifier/config/program.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/models/networks/fcnn.hpp>

namespace mnist_fcnn {
namespace {

using classifier::Config;
using gradtable::Bias;
using gradtable::Dataset;
using gradtable::config::choice;
using gradtable::config::choices;
using gradtable::config::Field;
using gradtable::config::integer;
using gradtable::config::integers;
using gradtable::config::Range;

constexpr Range<std::int64_t> kWidth{1, 1'000'000};

struct Fcnn : classifier::Model {
  std::vector<std::int64_t> hidden = {128};
  std::vector<std::string> activation = {"relu"};  // one, or one for each hidden layer
  Bias bias = Bias::node;

  std::vector<Field> fields() override {
    return {
        integers("model.hidden", hidden, {0, 1000}, kWidth,
                 "widths of the hidden layers, first to last; []: none, which is softmax regression"),
        choices("model.activation", activation, classifier::activation_names(), {1, 1000},
                "function after the hidden layers: one for all, or one for each"),
        output_field(),
        choice("model.bias", bias, {{"node", Bias::node}, {"row", Bias::row}, {"none", Bias::none}},
               "biases as parameters of their own, or as the last row of the weights, or none"),
        initializer_field(),
    };
  }

  std::optional<Field> hidden_size() override {
    return integer("hidden_size", hidden.front(), kWidth, "width of the hidden layer");
  }

  void check(const Config& config, const classifier::Place& place) const override {
    const std::size_t count = activation.size();
    if (count != 1 && count != hidden.size())
      place.refuse("/model/activation", fmt::format("a list of {}", count),
                   fmt::format("one name, or a list of {}, the number of hidden layers", hidden.size()));
    if (config.training.dropout > 0 && hidden.empty())
      place.refuse("/training/dropout", config.training.dropout, "0 without hidden layers");
  }

  bool has_bias_rows() const override { return bias == Bias::row; }

  gradtable::Sequential network(gradtable::Graph& graph, const Config& config,
                                const Dataset& data) const override {
    const std::vector<gradtable::Layer> layers = gradtable::fcnn(
        widths(data),
        {.activation = activation, .output = output, .bias = bias, .dropout = config.training.dropout});
    return {graph, {data.features()}, layers, network_options(config)};
  }

  // "784-128-10, relu", and what its outputs are.
  std::string describe(const Dataset& data) const override {
    std::string text = fmt::format("{}-{}", data.features(), fmt::join(widths(data), "-"));
    if (!hidden.empty()) text += fmt::format(", {}", fmt::join(activation, ", "));
    return text + describe_output();
  }

  // Of the hidden layers and the outputs.
  std::vector<std::int64_t> widths(const Dataset& data) const {
    std::vector<std::int64_t> widths = hidden;
    widths.push_back(data.classes);
    return widths;
  }
};

}  // namespace

classifier::Program program() {
  return {.name = "mnist_fcnn", .purpose = "a fully connected network", .model = Fcnn()};
}

}  // namespace mnist_fcnn
