#include "gradtable/models/training/losses.hpp"

#include <array>

#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
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

Tensor targets(const Tensor& outputs, const Tensor& labels, Location at) {
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
  return half_squared_error(y, targets(y, labels, at)) / examples(y);
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
  return binary_cross_entropy_with_logits(scores, targets(scores, labels, at)) * classes;
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

constexpr ClassifierLoss kLosses[] = {
    {"softmax_cross_entropy", kScores, true, of_scores, true, softmax_of},
    {"cross_entropy", kDistribution, false, of_distribution, true, unchanged},
    {"squared_error", {}, false, squared_error, false, unchanged},
    {"misclassification_probability", kProbabilities, false, misclassification, true, unchanged},
    {"expected_squared_distance", kProbabilities, false, squared_distance, true, unchanged},
    {"multiclass_hinge", kScores, false, hinges, true, softmax_of},
    {"binary_cross_entropy", kScores, false, one_against_all, true, sigmoid_of},
};

}  // namespace

std::span<const ClassifierLoss> classifier_losses() {
  return kLosses;
}

const ClassifierLoss& find_classifier_loss(std::string_view name) {
  return detail::find_named("loss", name, classifier_losses());
}

}  // namespace gradtable
