// The questions of four lectures on deep learning, each answered by one function.
#pragma once

#include <span>
#include <string_view>

#include "apps/lectures/answer.hpp"

namespace lectures {

struct Question {
  std::string_view name;      // on the command line
  std::string_view question;  // one sentence
  void (*answer)(Answer& answer);
};

// In the order of docs/lectures.md.
std::span<const Question> questions();

void perceptron(Answer& answer);
void activations(Answer& answer);
void probabilities(Answer& answer);
void clipped_output(Answer& answer);
void linear_hidden(Answer& answer);
void features(Answer& answer);
void polynomials(Answer& answer);
void figure_5(Answer& answer);
void figure_6(Answer& answer);
void figures_7_8(Answer& answer);
void figures_9_10(Answer& answer);
void figure_11(Answer& answer);
void one_update(Answer& answer);
void initialization(Answer& answer);
void parameter_counts(Answer& answer);
void receptive_field(Answer& answer);
void equivariance(Answer& answer);

}  // namespace lectures
