#include "gradtable/models/report/results_json.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gradtable::report {
namespace {

using Classes = std::vector<std::int32_t>;
using nlohmann::json;

TEST(ResultsJson, HasTheScoresAndTheMatrix) {
  ConfusionMatrix confusion(2);
  confusion.add(Classes{0, 0, 1, 1}, Classes{0, 1, 1, 1});
  const json results = json::parse(results_json(confusion, 0.25));
  EXPECT_EQ(results["images"], 4);
  EXPECT_EQ(results["correct"], 3);
  EXPECT_EQ(results["loss"], 0.25);
  EXPECT_EQ(results["accuracy"], 0.75);
  EXPECT_EQ(results["balanced_accuracy"], confusion.balanced_accuracy());
  EXPECT_EQ(results["macro"]["precision"], 0.75);
  EXPECT_EQ(results["macro"]["f1"], confusion.macro().f1);
  EXPECT_EQ(results["confusion_matrix"], json::parse("[[1,0],[1,2]]"));
  ASSERT_EQ(results["classes"].size(), 2U);
  const json& second = results["classes"][1];
  EXPECT_EQ(second["class"], 1);
  EXPECT_EQ(second["images"], 3);
  EXPECT_EQ(second["predicted"], 2);
  EXPECT_EQ(second["precision"], 1.0);
  EXPECT_EQ(second["recall"], 2.0 / 3);
  EXPECT_EQ(second["f1"], 0.8);
}

TEST(ResultsJson, IsJsonWhereTheLossIsNot) {
  EXPECT_TRUE(json::parse(results_json(ConfusionMatrix(2), std::nan("")))["loss"].is_null());
}

}  // namespace
}  // namespace gradtable::report
