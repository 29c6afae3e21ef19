#include "apps/mnist_fcnn/model.hpp"

#include "apps/classifier/config_ranges.hpp"
#include "apps/classifier/model_fields.hpp"

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
                         "function after every hidden layer, or that of each"),
      classifier::output_field(model),
      choice("model.bias", model.bias, {{"node", Bias::node}, {"row", Bias::row}, {"none", Bias::none}},
             "biases as parameters of their own, or as the last row of the weights, or none"),
      classifier::initializer_field(model),
  };
}

}  // namespace

classifier::Program program() {
  return {.name = "mnist_fcnn", .purpose = "a fully connected network", .model_fields = fields};
}

}  // namespace mnist_fcnn
