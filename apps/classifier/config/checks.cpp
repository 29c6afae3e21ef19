// What the table of keys cannot say of one key alone.
#include <algorithm>
#include <string>
#include <string_view>

#include "apps/classifier/config/fit_options.hpp"
#include "apps/classifier/config/load.hpp"
#include "apps/classifier/config/normalization.hpp"
#include "apps/classifier/config/place.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/data/digits.hpp>
#include <gradtable/models/training/fit_options.hpp>
#include <gradtable/models/training/losses.hpp>
#include <gradtable/models/training/trainer_fields.hpp>

namespace classifier {
namespace {

using gradtable::ConfigError;

void require_classes(const Config::Data& data, const Place& place) {
  const std::int64_t digits = gradtable::draw_digits(0, 0).classes;
  if (data.source == "digits" && data.classes > 0 && data.classes < digits)
    place.refuse("/data/classes", data.classes,
                 fmt::format("0, or at least {} with the source digits", digits));
}

void require_loss(const Config& config, const Place& place) {
  const gradtable::NamedLoss& loss = gradtable::find_loss(config.training.loss);
  const std::string& output = config.model->output;
  if (!gradtable::takes_outputs(loss, output))
    place.refuse("/model/output", fmt::format("\"{}\"", output),
                 fmt::format("\"{}\" with the loss {}", fmt::join(loss.outputs, "\" or \""), loss.name));
}

// Of an option of the training.
std::string pointer_to(std::string option) {
  std::ranges::replace(option, '.', '/');
  return "/training/" + option;
}

// What the library refuses, as the keys of the config.
void require_options(const Config& config, const Place& place) {
  try {
    gradtable::require_valid(fit_options(config));
  } catch (const gradtable::OptionError& error) {
    place.refuse(pointer_to(error.key), error.found, error.expected);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", place.at("/training/optimizer"), error.what()));
  }
}

// A metric of validation images needs such images.
void require_metric(const Config& config, const Place& place) {
  const std::string& metric = config.training.early_stopping.metric;
  const auto use = gradtable::use_of_metric(fit_options(config));
  if (use && metric.starts_with("validation_") && config.training.validation_fraction == 0)
    place.refuse(pointer_to(use->key), use->value,
                 fmt::format("a training.validation_fraction above 0 for the metric {}, or \"train_loss\" as "
                             "training.early_stopping.metric",
                             metric));
}

// The last row of a matrix has no place in a module of PyTorch.
void require_layout(const Config& config, const Place& place) {
  if (config.output.weights_layout == "pytorch" && config.model->has_bias_rows())
    place.refuse("/output/weights_layout", "\"pytorch\"", "\"gradtable\" with biases in rows of the weights");
}

}  // namespace

void refuse_option(const std::filesystem::path& file, const gradtable::OptionError& error) {
  Place(file).refuse(pointer_to(error.key), error.found, error.expected);
}

void require_consistent(const Config& config, const std::filesystem::path& file) {
  const Place place(file);
  require_classes(config.data, place);
  require_normalization(config, file);
  config.model->check(config, place);
  require_loss(config, place);
  require_options(config, place);
  require_metric(config, place);
  require_layout(config, place);
}

}  // namespace classifier
