#include "gradtable/models/training/prediction_log.hpp"

#include <iterator>

#include <fmt/format.h>

namespace gradtable {

void PredictionLog::add_batch(std::span<const std::int32_t> predictions,
                              std::span<const std::int32_t> labels) {
  const auto out = std::back_inserter(text_);
  fmt::format_to(out, "Current batch: {}\n", batch_++);
  for (std::size_t i = 0; i < predictions.size(); ++i)
    fmt::format_to(out, " - image {}: Prediction={}. Label={}\n", image_++, predictions[i], labels[i]);
}

}  // namespace gradtable
