// Trains LeNet-5 on digits that the program draws, changed in every epoch, and keeps the best epoch.
#include <cstdint>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  const Dataset digits = draw_digits(1500, 1), validation = draw_digits(500, 2);

  // [training]
  Graph g;
  const Sequential network(g, {784}, lenet5());
  Trainer trainer(g, network,
                  {.batch_size = 64,
                   .optimizer = {.type = "adam", .learning_rate = 0.002},
                   .schedule = {.type = "cosine", .epochs = 4},
                   .augmentation = {.shift = 2, .rotate = 10, .elastic = {.sigma = 5, .alpha = 30}}});
  EarlyStopping stopping(Better::higher, 3);
  NamedArrays best;
  for (std::int64_t epoch = 1; epoch <= 4 && !stopping.stop(); ++epoch) {
    trainer.train_epoch(digits, static_cast<std::uint64_t>(epoch));
    const double accuracy = trainer.evaluate(validation).accuracy();
    std::cout << "epoch " << epoch << ": " << 100 * accuracy << " %\n";
    if (stopping.is_best(epoch, accuracy)) best = values_of(g, network.parameters());
  }
  set_values(g, network.parameters(), best, "the best epoch");
  // [/training]
  return trainer.evaluate(validation).accuracy() > 0.8 ? 0 : 1;
}
