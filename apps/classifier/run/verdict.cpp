#include "apps/classifier/run/verdict.hpp"

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
  for (std::int64_t i = 0; i < images.size(); ++i) ++counts[static_cast<std::size_t>(images.label(i))];
  return static_cast<double>(std::ranges::max(counts)) / static_cast<double>(images.size());
}

double loss_of(const gradtable::EpochMetrics& epoch) {
  return epoch.at("train_loss");
}

bool learns(const gradtable::Dataset& images, std::span<const gradtable::EpochMetrics> epochs) {
  constexpr double kClearly = 0.25;  // of the way from the most frequent class to all images
  const double share = largest_share(images);
  return loss_of(epochs.back()) <= loss_of(epochs.front()) &&
         epochs.back().at("train_accuracy") >= share + kClearly * (1 - share);
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
      gradtable::find_output_activation(config.model->output).function(zeros, here);
  const gradtable::Tensor each = graph.constant(std::move(labels));
  const gradtable::NamedLoss& loss = gradtable::find_loss(config.training.loss);
  return evaluate(loss.mean(outputs, each, config.training.label_smoothing, here)).item();
}

std::optional<std::string> fault_of(const Config& config, const gradtable::Dataset& images,
                                    std::span<const gradtable::EpochMetrics> epochs) {
  constexpr double kFarAbove = 10, kAbove = 1.5;
  if (epochs.empty()) return std::nullopt;
  const double first = loss_of(epochs.front()), last = loss_of(epochs.back());
  const double equal = loss_of_equal_answers(config, images.classes);
  const auto found = [&](std::string_view other, double loss) {
    return fmt::format("loss {:.4g} in the last epoch, {:.4g} {}", last, loss, other);
  };
  // The first epoch of a training that does not diverge has about the loss of equal answers.
  const double highest = loss_of(std::ranges::max(epochs, {}, loss_of));
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
