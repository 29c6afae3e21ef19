#include "apps/classifier/config/model.hpp"

#include <span>

#include "apps/classifier/config/config.hpp"
#include <fmt/format.h>
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

gradtable::config::Field Model::output_field() {
  return gradtable::config::choice(
      "model.output", output, names_of(gradtable::output_activations()),
      "function after the last layer: \"linear\" for scores, others as the loss needs them");
}

gradtable::config::Field Model::initializer_field() {
  return gradtable::config::choice(
      "model.initializer", initializer, names_of(gradtable::initializers()),
      "first weights: Kaiming (He), Xavier (Glorot), uniform in [-1/n, 1/n] for n inputs, or zeros");
}

std::string Model::describe_output() const {
  return output == "linear" ? "" : fmt::format(", outputs {}", output);
}

std::vector<std::string> activation_names() {
  return names_of(gradtable::activations());
}

gradtable::NetworkOptions network_options(const Config& config) {
  return {.initializer = config.model->initializer, .dtype = config.dtype, .seed = config.seed};
}

}  // namespace classifier
