#include "apps/small_networks/convolutional.hpp"

#include <gtest/gtest.h>

namespace small_networks {
namespace {

TEST(ConvolutionalNetwork, TellsSignalsApart) {
  const Outcome outcome = tell_apart(signal_layers(), signals(30, 1), signals(300, 2), 300);
  EXPECT_EQ(outcome.parameters, 4 * 5 + 4 + 8 * 4 * 3 + 8 + 8 * 3 + 3);
  EXPECT_GT(outcome.first_loss, 0.5);
  EXPECT_LT(outcome.last_loss, 0.05);
  EXPECT_GE(outcome.accuracy, 0.97);
}

TEST(ConvolutionalNetwork, TellsVolumesApart) {
  const Outcome outcome = tell_apart(volume_layers(), volumes(40, 1), volumes(100, 2), 150);
  EXPECT_EQ(outcome.parameters, 6 * 27 + 6 + 8 * 6 * 27 + 8 + 8 * 8 * 2 + 2);
  EXPECT_GT(outcome.first_loss, 0.3);
  EXPECT_LT(outcome.last_loss, 0.05);
  EXPECT_GE(outcome.accuracy, 0.95);
}

// Its accuracy is about fresh examples, not about those it has learned from.
TEST(ConvolutionalNetwork, IsWrongWhereLabelsAre) {
  Examples fresh = signals(300, 2);
  for (std::int32_t& label : fresh.t.as<std::int32_t>()) label = (label + 1) % 3;
  EXPECT_LE(tell_apart(signal_layers(), signals(30, 1), fresh, 300).accuracy, 0.03);
}

}  // namespace
}  // namespace small_networks
