#include "apps/classifier/verdict.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gradtable/graph/program.hpp>
#include <gradtable/models/networks/activations.hpp>
#include <gradtable/models/training/divergence.hpp>
#include <gradtable/models/training/losses.hpp>

namespace classifier {
namespace {

double share_of_most_frequent(const gradtable::Dataset& images) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(images.classes), 0);
  for (const auto label : images.labels) ++counts[static_cast<std::size_t>(label)];
  return static_cast<double>(std::ranges::max(counts)) / static_cast<double>(images.size());
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
  const double accuracy = epochs.back().train_accuracy, most = share_of_most_frequent(images);
  // A first epoch may well end there.
  if (epochs.size() < 2 || last <= equal || accuracy > most) return std::nullopt;
  return fmt::format(
      "the training did not learn: {:.2f} % right in the last epoch, {:.2f} % with one answer for all "
      "images; "
      "learning rate {}: try another one, or more epochs",
      100 * accuracy, 100 * most, config.training.optimizer.learning_rate);
}

}  // namespace classifier
