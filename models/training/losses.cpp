#include "gradtable/models/training/losses.hpp"

#include <algorithm>
#include <array>

#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/regression.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

constexpr std::array<std::string_view, 1> kScores = {"linear"};
constexpr std::array<std::string_view, 1> kDistribution = {"softmax"};
constexpr std::array<std::string_view, 2> kProbabilities = {"softmax", "sigmoid"};

double examples(const Tensor& outputs) {
  return static_cast<double>(outputs.shape()[0]);
}

Tensor one_hot_targets(const Tensor& outputs, const Tensor& labels, Location at) {
  return one_hot(labels, outputs.shape()[1], outputs.dtype(), -1, at).named("targets");
}

Tensor of_scores(const Tensor& scores, const Tensor& labels, double smoothing, Location at) {
  return softmax_cross_entropy(scores, labels, {.label_smoothing = smoothing}, at);
}

Tensor of_distribution(const Tensor& probabilities, const Tensor& labels, double, Location at) {
  const Graph::Scope scope(probabilities.graph(), at);
  return cross_entropy(probabilities, labels) / examples(probabilities);
}

Tensor squared_error(const Tensor& y, const Tensor& labels, double, Location at) {
  const Graph::Scope scope(y.graph(), at);
  return half_squared_error(y, one_hot_targets(y, labels, at)) / examples(y);
}

Tensor misclassification(const Tensor& probabilities, const Tensor& labels, double, Location at) {
  return misclassification_probability(probabilities, labels, at);
}

Tensor squared_distance(const Tensor& probabilities, const Tensor& labels, double, Location at) {
  return expected_squared_distance(probabilities, labels, at);
}

Tensor hinges(const Tensor& scores, const Tensor& labels, double, Location at) {
  return multiclass_hinge(scores, labels, at);
}

// The op averages over the classes too.
Tensor one_against_all(const Tensor& scores, const Tensor& labels, double, Location at) {
  const Graph::Scope scope(scores.graph(), at);
  const auto classes = static_cast<double>(scores.shape()[1]);
  return binary_cross_entropy_with_logits(scores, one_hot_targets(scores, labels, at)) * classes;
}

Tensor softmax_of(const Tensor& scores, Location at) {
  return softmax(scores, -1, at);
}

Tensor sigmoid_of(const Tensor& scores, Location at) {
  return sigmoid(scores, at);
}

Tensor unchanged(const Tensor& outputs, Location) {
  return outputs;
}

Tensor squares(const Tensor& y, const Tensor& t, double, Location at) {
  return mean_squared_error(y, t, at);
}

Tensor distances(const Tensor& y, const Tensor& t, double, Location at) {
  const Graph::Scope scope(y.graph(), at);
  return mean(abs(y - t));
}

using enum Targets;

constexpr NamedLoss kLosses[] = {
    {"softmax_cross_entropy", classes, kScores, true, of_scores, true, softmax_of},
    {"cross_entropy", classes, kDistribution, false, of_distribution, true, unchanged},
    {"squared_error", classes, {}, false, squared_error, false, unchanged},
    {"misclassification_probability", classes, kProbabilities, false, misclassification, true, unchanged},
    {"expected_squared_distance", classes, kProbabilities, false, squared_distance, true, unchanged},
    {"multiclass_hinge", classes, kScores, false, hinges, true, softmax_of},
    {"binary_cross_entropy", classes, kScores, false, one_against_all, true, sigmoid_of},
    {"mean_squared_error", numbers, {}, false, squares, false, unchanged},
    {"mean_absolute_error", numbers, {}, false, distances, false, unchanged},
};

}  // namespace

std::span<const NamedLoss> named_losses() {
  return kLosses;
}

bool takes_outputs(const NamedLoss& loss, std::string_view activation) {
  return loss.outputs.empty() || std::ranges::find(loss.outputs, activation) != loss.outputs.end();
}

std::vector<std::string> loss_names(std::optional<Targets> targets) {
  std::vector<std::string> names;
  for (const NamedLoss& loss : kLosses)
    if (!targets || loss.targets == *targets) names.emplace_back(loss.name);
  return names;
}

const NamedLoss& find_loss(std::string_view name) {
  return detail::find_named("loss", name, named_losses());
}

}  // namespace gradtable
