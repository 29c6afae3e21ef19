// Trains on batches of 64 images, then asks for one image at a time: two programs, one set of parameters.
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  const Dataset digits = draw_digits(6400, 1), others = draw_digits(100, 2);

  // [inference]
  Graph g;
  const Fcnn network(g, {784, 128, 10});
  Trainer trainer(g, network, {.batch_size = 64, .learning_rate = 0.1});
  for (std::uint64_t epoch = 1; epoch <= 5; ++epoch) trainer.train_epoch(digits, epoch);

  // Another input, the same parameters: nothing is copied, and training may go on.
  const Tensor image = g.input("image", {1, 784});
  const Tensor probabilities = softmax(network(image));
  const Tensor digit = argmax(probabilities);
  Program predict = compile(g, {.outputs = {probabilities, digit}});

  Array pixels = zeros(image.shape()), label = zeros({1}, DType::int32);
  int right = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    gather(others, {{i}}, pixels.view(), label.view());
    predict.run({{image, pixels}});
    right += predict.value(digit).item() == label.item() ? 1 : 0;
  }
  std::cout << right << " of 100 right; the last is a " << label.item() << " with probability "
            << predict.value(probabilities).as<float>()[static_cast<std::size_t>(label.item())] << '\n';
  // [/inference]
  return right > 80 ? 0 : 1;
}
