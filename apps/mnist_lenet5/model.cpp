#include "apps/mnist_lenet5/model.hpp"

#include <algorithm>

#include "apps/classifier/model_fields.hpp"

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
             "what halves the size of the images: the largest of 2x2 pixels, or their mean"),
      classifier::output_field(model),
      classifier::initializer_field(model),
  };
}

}  // namespace

classifier::Program program() {
  return {.name = "mnist_lenet5", .purpose = "the convolutional network LeNet-5", .model_fields = fields};
}

}  // namespace mnist_lenet5
