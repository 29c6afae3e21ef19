#include "gradtable/models/config/text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("epohcs", "epochs"), 1U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(NearestKey, FindsTyposAndMisplacedNames) {
  const std::vector<std::string> known = {"seed", "data.dir", "output.dir", "training.epochs",
                                          "training.optimizer.learning_rate"};
  EXPECT_EQ(nearest_key("sead", known), "seed");
  EXPECT_EQ(nearest_key("training.epoch", known), "training.epochs");
  EXPECT_EQ(nearest_key("learning_rate", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("optimizer.learnign_rate", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("outputs.dir", known), "output.dir");
}

}  // namespace
}  // namespace gradtable
