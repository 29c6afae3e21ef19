#include "apps/classifier/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gradtable/graph/program.hpp>
#include <gradtable/models/networks/activations.hpp>
#include <gradtable/models/optimizers/divergence.hpp>
#include <gradtable/models/training/losses.hpp>

namespace classifier {
namespace {

// Of the most frequent class.
double largest_share(const gradtable::Dataset& images) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(images.classes), 0);
  for (const std::uint8_t label : images.labels) ++counts[label];
  return static_cast<double>(std::ranges::max(counts)) / static_cast<double>(images.size());
}

bool learns(const gradtable::Dataset& images, std::span<const gradtable::EpochMetrics> epochs) {
  constexpr double kClearly = 0.25;  // of the way from the most frequent class to all images
  const double share = largest_share(images);
  return epochs.back().train_loss <= epochs.front().train_loss &&
         epochs.back().train_accuracy >= share + kClearly * (1 - share);
}

}  // namespace

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
  constexpr double kFarAbove = 10, kAbove = 1.5;
  if (epochs.empty()) return std::nullopt;
  const double first = epochs.front().train_loss, last = epochs.back().train_loss;
  const double equal = loss_of_equal_answers(config, images.classes);
  const auto found = [&](std::string_view other, double loss) {
    return fmt::format("loss {:.4g} in the last epoch, {:.4g} {}", last, loss, other);
  };
  // The first epoch of a training that does not diverge has about the loss of equal answers.
  const double highest = std::ranges::max(epochs, {}, &gradtable::EpochMetrics::train_loss).train_loss;
  const double uncertain = equal / std::sqrt(static_cast<double>(images.size()));
  const bool diverged_before = epochs.size() > 1 && highest > kAbove * equal && last > equal + uncertain;
  if (last <= equal || learns(images, epochs)) return std::nullopt;
  if (last > first && last <= kFarAbove * equal)
    return diverged(found("in the first", first), config.training.optimizer);
  if (last > kFarAbove * equal || diverged_before)
    return diverged(found("with equal answers for all images", equal), config.training.optimizer);
  return std::nullopt;
}

}  // namespace classifier
