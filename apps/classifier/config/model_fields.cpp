#include "apps/classifier/config/model_fields.hpp"

#include <span>

#include <gradtable/models/networks/activations.hpp>
#include <gradtable/models/networks/initializers.hpp>

namespace classifier {
namespace {

template <class Entry>
std::vector<std::string> names_of(std::span<const Entry> table) {
  std::vector<std::string> names;
  for (const Entry& entry : table) names.emplace_back(entry.name);
  return names;
}

}  // namespace

gradtable::Field output_field(Config::Model& model) {
  return gradtable::choice(
      "model.output", model.output, names_of(gradtable::output_activations()),
      "function after the last layer: \"linear\" for scores, others as the loss needs them");
}

gradtable::Field initializer_field(Config::Model& model) {
  return gradtable::choice(
      "model.initializer", model.initializer, names_of(gradtable::initializers()),
      "first weights: Kaiming (He), Xavier (Glorot), uniform in [-1/n, 1/n] for n inputs, or zeros");
}

std::vector<std::string> activation_names() {
  return names_of(gradtable::activations());
}

}  // namespace classifier
