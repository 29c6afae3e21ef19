#include "gradtable/models/training/prediction_log.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

using Classes = std::vector<std::int32_t>;

TEST(PredictionLog, NumbersImagesThroughTheWholeSet) {
  PredictionLog log;
  EXPECT_EQ(log.text(), "");
  log.add_batch(Classes{7, 2}, Classes{7, 3});
  log.add_batch(Classes{10}, Classes{0});
  EXPECT_EQ(log.text(),
            "Current batch: 0\n"
            " - image 0: Prediction=7. Label=7\n"
            " - image 1: Prediction=2. Label=3\n"
            "Current batch: 1\n"
            " - image 2: Prediction=10. Label=0\n");
}

}  // namespace
}  // namespace gradtable
