#include "apps/classifier/run/evaluation.hpp"

#include <gradtable/models/training/prediction_log.hpp>

namespace classifier {
namespace {

// By a trainer or a Fit.
template <class Evaluator>
Evaluation evaluated(Evaluator& evaluator, const gradtable::Dataset& data) {
  gradtable::ConfusionMatrix confusion(data.classes);
  gradtable::report::WorstMistakes mistakes;
  gradtable::PredictionLog log;
  const gradtable::Score score = evaluator.evaluate(data, [&](const gradtable::Answers& batch) {
    confusion.add(batch.predictions, batch.labels);
    mistakes.add(batch.first, batch.probabilities, batch.labels);
    log.add_batch(batch.predictions, batch.labels);
  });
  return {score, std::move(confusion), mistakes.worst(), log.text()};
}

}  // namespace

Evaluation evaluate(gradtable::Trainer& trainer, const gradtable::Dataset& data) {
  return evaluated(trainer, data);
}

Evaluation evaluate(gradtable::Fit& fit, const gradtable::Dataset& data) {
  return evaluated(fit, data);
}

}  // namespace classifier
