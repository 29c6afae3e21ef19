// Trains on batches of 64 images, then asks for one image at a time: two programs, one set of parameters.
#include <iostream>
#include <span>

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
  const Tensor image = g.input("image", {1, 784}, DType::uint8);
  const Tensor probabilities = softmax(network(cast(image, DType::float32) / 255));
  const Tensor digit = argmax(probabilities);
  Program predict = compile(g, {.outputs = {probabilities, digit}});

  const std::span<const std::uint8_t> pixels = others.pixels;
  int right = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    predict.run({{image, ConstView(pixels.subspan(784 * i, 784), {1, 784})}});
    right += predict.value(digit).item() == others.labels[i] ? 1 : 0;
  }
  const std::uint8_t label = others.labels[99];
  std::cout << right << " of 100 right; the last is a " << int{label} << " with probability "
            << predict.value(probabilities).as<float>()[label] << '\n';
  // [/inference]
  return right > 80 ? 0 : 1;
}
