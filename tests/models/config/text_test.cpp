#include "gradtable/models/config/text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gradtable::config {
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

TEST(NearestKey, PrefersTheGroupThatTheKeyIsIn) {
  const std::vector<std::string> known = {
      "training.l1",
      "training.weight_decay",
      "training.optimizer.type",
      "training.optimizer.learning_rate",
      "training.optimizer.beta1",
      "training.schedule.type",
      "training.schedule.factor",
  };
  EXPECT_EQ(nearest_key("training.optimizer.lr", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("training.optimizer.beta", known), "training.optimizer.beta1");
  EXPECT_EQ(nearest_key("training.schedule.typ", known), "training.schedule.type");
  EXPECT_EQ(nearest_key("training.optimizer.xx", known), "training.optimizer.type");
  EXPECT_EQ(nearest_key("training.l2", known), "training.l1");
}

TEST(NearestKey, FindsNamesByWhatIsShortForThem) {
  const std::vector<std::string> known = {
      "training.l1", "training.batch_size", "training.weight_decay", "training.optimizer.learning_rate",
      "output.dir",  "output.report"};
  EXPECT_EQ(nearest_key("output.directory", known), "output.dir");
  EXPECT_EQ(nearest_key("training.lr", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("training.optimizer.decay", known), "training.weight_decay");
  EXPECT_EQ(nearest_key("training.batch", known), "training.batch_size");
  EXPECT_EQ(nearest_key("wd", known), "training.weight_decay");
}

}  // namespace
}  // namespace gradtable::config
