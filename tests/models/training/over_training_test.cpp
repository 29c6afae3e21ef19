// A network that is too large for its data learns them by heart: Goodfellow et al., sections 5.2 and 7.8.
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/training/early_stopping.hpp"
#include "gradtable/models/training/parameters.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {
namespace {

TEST(OverTraining, IsCaughtByEarlyStopping) {
  Dataset train = draw_digits(300, 1);
  const Dataset validation = take_last(train, 120), test = draw_digits(500, 2);
  Graph g;
  const Sequential network(g, {784}, fcnn({256, 10}));
  Trainer trainer(g, network,
                  {.batch_size = 16, .optimizer = {.type = "adam", .learning_rate = 0.003}, .threads = 1});

  constexpr std::uint64_t kEpochs = 40;
  EarlyStopping stopping(Better::lower, 5);
  std::uint64_t stopped = 0;
  NamedArrays best;
  std::vector<double> trained, validated;
  for (std::uint64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    trained.push_back(trainer.train_epoch(train, epoch).loss());
    validated.push_back(trainer.evaluate(validation).loss());
    if (stopped > 0) continue;  // to see what comes of going on
    if (stopping.is_best(static_cast<std::int64_t>(epoch), validated.back()))
      best = values_of(g, network.parameters());
    if (stopping.stop()) stopped = epoch;
  }

  EXPECT_LT(trained.back(), 0.01);  // by heart
  EXPECT_GT(stopped, 0U);
  EXPECT_LT(stopped, kEpochs / 2);
  EXPECT_EQ(stopped, static_cast<std::uint64_t>(stopping.state().best_epoch) + 5);
  EXPECT_GT(validated.back(), 1.1 * stopping.state().best);
  const double last = trainer.evaluate(test).loss();
  set_values(g, network.parameters(), best, "the best epoch");
  EXPECT_LT(trainer.evaluate(test).loss(), last);
}

}  // namespace
}  // namespace gradtable
