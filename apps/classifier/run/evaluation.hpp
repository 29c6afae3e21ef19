// The evaluation of a trained classifier on a data set.
#pragma once

#include <string>
#include <vector>

#include <gradtable/models/report/mistakes.hpp>
#include <gradtable/models/training/confusion.hpp>
#include <gradtable/models/training/fit.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

struct Evaluation {
  gradtable::Score score;
  gradtable::ConfusionMatrix confusion;
  std::vector<gradtable::report::Mistake> mistakes;  // the worst ones
  std::string predictions;                           // PredictionLog's text
};

Evaluation evaluate(gradtable::Trainer& trainer, const gradtable::Dataset& data);
// The same of a training, whose loss may have overflowed.
Evaluation evaluate(gradtable::Fit& fit, const gradtable::Dataset& data);

}  // namespace classifier
