// The answers of a network for each image of a data set, as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace gradtable {

// "Current batch: 0", then for every image of the batch " - image 0: Prediction=7. Label=7"; images are
// numbered through the whole data set.
class PredictionLog {
 public:
  void add_batch(std::span<const std::int32_t> predictions, std::span<const std::int32_t> labels);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::int64_t batch_ = 0;
  std::int64_t image_ = 0;
};

}  // namespace gradtable
