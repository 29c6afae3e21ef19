// Trains LeNet-5 on digits that the program draws, changed in every epoch, and keeps the best epoch. With the
// argument "resume" it continues the training that was stopped by Ctrl-C.
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main(int argc, char** argv) {
  const bool resume = argc > 1 && std::string(argv[1]) == "resume";
  const Dataset train = draw_digits(1500, 1), validation = draw_digits(500, 2);

  // [training]
  Graph g;
  const Sequential network(g, {784}, lenet5());
  Fit fit(g, network, {.train = train, .validation = validation},
          {.epochs = 4,
           .early_stopping = {.metric = "validation_accuracy", .patience = 3},
           .keep_best = true,
           .checkpoint = "digits.safetensors",
           .trainer = {.batch_size = 64,
                       .optimizer = {.type = "adam", .learning_rate = 0.002},
                       .schedule = {.type = "cosine"},
                       .augmentation = {.shift = 2, .rotate = 10, .elastic = {.sigma = 5, .alpha = 30}}}});
  if (resume) fit.resume("digits.safetensors");
  const FitResult result = fit.run();
  for (const EpochMetrics& epoch : result.epochs)
    std::cout << "epoch " << epoch.epoch << ": " << 100 * epoch.at("validation_accuracy") << " %\n";
  std::cout << "kept epoch " << *result.kept_epoch << '\n';
  // [/training]
  const bool learned = fit.evaluate(validation).accuracy() > 0.8;
  std::remove("digits.safetensors");
  return learned ? 0 : 1;
}
