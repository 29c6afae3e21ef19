#include "apps/lectures/questions.hpp"

#include <array>

namespace lectures {

std::span<const Question> questions() {
  static constexpr std::array<Question, 17> kQuestions = {{
      {"perceptron", "Why can a perceptron with sign not learn by gradients?", perceptron},
      {"activations", "Which derivatives have sign, sigmoid, ReLU and softplus?", activations},
      {"probabilities", "How can sigmoid or ReLU units produce probabilities?", probabilities},
      {"clipped_output", "What is the problem with the clipped linear output layer?", clipped_output},
      {"linear_hidden", "Can hidden units be linear?", linear_hidden},
      {"features", "Can (x + 1)^2 be approximated by a linear function?", features},
      {"polynomials", "How complicated should a network be?", polynomials},
      {"figure_5", "Figure 5: what do computational graphs look like?", figure_5},
      {"figure_6", "Figure 6: what is dz/dw of z = f(f(f(w)))?", figure_6},
      {"figures_7_8", "Figures 7 and 8: what is in grad_table, line by line?", figures_7_8},
      {"figures_9_10", "Figures 9 and 10: what does build_grad make of an MLP?", figures_9_10},
      {"figure_11", "Figure 11: what does symbol-to-symbol mean?", figure_11},
      {"one_update", "What does one update of one weight do to the loss?", one_update},
      {"initialization", "What do zero and uniform initialization do?", initialization},
      {"parameter_counts", "How many parameters has a full layer on 250 x 250 pixels?", parameter_counts},
      {"receptive_field", "Which inputs does a unit of a convolutional network see?", receptive_field},
      {"equivariance", "What becomes of the output when the input is translated?", equivariance},
  }};
  return kQuestions;
}

}  // namespace lectures
