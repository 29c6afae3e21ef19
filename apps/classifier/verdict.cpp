#include "apps/classifier/verdict.hpp"

#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <gradtable/graph/program.hpp>
#include <gradtable/models/networks/activations.hpp>
#include <gradtable/models/optimizers/divergence.hpp>
#include <gradtable/models/training/losses.hpp>

namespace classifier {

double loss_of_equal_answers(const Config& config, std::int64_t classes) {
  const auto here = gradtable::Location::current();
  gradtable::Array labels(gradtable::DType::int32, {classes});
  std::iota(labels.as<std::int32_t>().begin(), labels.as<std::int32_t>().end(), 0);
  gradtable::Graph graph;
  const gradtable::Tensor zeros =
      graph.constant(gradtable::zeros({classes, classes}, gradtable::DType::float64));
  const gradtable::Tensor outputs =
      gradtable::find_output_activation(config.model.output).function(zeros, here);
  const gradtable::Tensor each = graph.constant(std::move(labels));
  const gradtable::ClassifierLoss& loss = gradtable::find_classifier_loss(config.training.loss);
  return evaluate(loss.mean(outputs, each, config.training.label_smoothing, here)).item();
}

std::optional<std::string> fault_of(const Config& config, const gradtable::Dataset& images,
                                    std::span<const gradtable::EpochMetrics> epochs) {
  constexpr double kFarAbove = 10;
  if (epochs.empty()) return std::nullopt;
  const double first = epochs.front().train_loss, last = epochs.back().train_loss;
  const double equal = loss_of_equal_answers(config, images.classes);
  const auto found = [&](std::string_view other, double loss) {
    return fmt::format("loss {:.4g} in the last epoch, {:.4g} {}", last, loss, other);
  };
  if (last > kFarAbove * equal)
    return diverged(found("with equal answers for all images", equal), config.training.optimizer);
  if (last > equal && last > first) return diverged(found("in the first", first), config.training.optimizer);
  return std::nullopt;
}

}  // namespace classifier
