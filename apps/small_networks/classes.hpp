// Probabilities of classes from one layer, the most likely ones: Goodfellow et al., sections 6.2.2.2 and
// 6.2.2.3.
#pragma once

#include <vector>

#include "apps/small_networks/data.hpp"

namespace small_networks {

// A network during its training, before the update of this step.
struct Moment {
  int step;
  double loss;  // -ln p(t | x), the mean over the examples
  double gradient_norm;
  double accuracy;  // from 0 to 1
};

struct LearnedClassifier {
  // Of the scores: of class 1 against class 0 for two classes, of classes 0 and 1 against class 2 for three.
  std::vector<Weights> weights;
  // Over the examples, of class 1 for two classes, of each class for three: what the network gives, and how
  // often the label is that class. Equal at the most likely weights, where the gradient for the bias is 0.
  std::vector<double> mean_probabilities, label_shares;
  std::vector<Moment> moments;  // at the steps 0, 1, 10, 100, ..., and at the last
};

// Logistic regression: a Bernoulli output, p(t = 1 | x) = sigmoid(score), for points_of_two_classes().
// Gradient descent on all examples at once; steps > 0.
LearnedClassifier learn_bernoulli(const Examples& points, int steps);
// Softmax regression: a multinoulli output, p(t = j | x) = softmax(scores)_j, for points_of_three_classes().
LearnedClassifier learn_multinoulli(const Examples& points, int steps);

}  // namespace small_networks
