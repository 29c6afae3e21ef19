#include "gradtable/core/detail/graph_slot.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {
namespace {

TEST(GraphSlot, LeadsToAGraphThatLives) {
  const Graph graph, other;
  EXPECT_EQ(graph.slot().graph.load(), &graph);
  EXPECT_EQ(graph.slot().serial.load(), graph.serial());
  EXPECT_NE(&graph.slot(), &other.slot());
  EXPECT_NE(graph.serial(), other.serial());
}

TEST(GraphSlot, IsEmptyAfterwardsAndTakenAgain) {
  auto graph = std::make_unique<Graph>();
  const GraphSlot& slot = graph->slot();
  const std::uint32_t serial = graph->serial();
  graph.reset();
  EXPECT_EQ(slot.graph.load(), nullptr);
  EXPECT_EQ(slot.serial.load(), 0U);
  const Graph later;
  EXPECT_EQ(&later.slot(), &slot);
  EXPECT_NE(later.serial(), serial);
}

TEST(GraphSlot, IsThatOfOneGraphAtATime) {
  std::vector<std::unique_ptr<Graph>> graphs(100);
  for (int round = 0; round < 3; ++round) {
    for (auto& graph : graphs) graph = std::make_unique<Graph>();
    for (const auto& graph : graphs) EXPECT_EQ(graph->slot().graph.load(), graph.get());
    for (std::size_t i = 0; i < graphs.size(); i += 2) graphs[i].reset();
    for (std::size_t i = 1; i < graphs.size(); i += 2)
      EXPECT_EQ(graphs[i]->slot().graph.load(), graphs[i].get());
  }
}

}  // namespace
}  // namespace gradtable::detail
