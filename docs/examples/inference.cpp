// Trains on batches of 64 images, then asks for one image at a time, from two threads: two programs, one set
// of parameters.
#include <future>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  const Dataset digits = draw_digits(6400, 1), others = draw_digits(100, 2);

  // [inference]
  Graph g;
  const Sequential network(g, {784}, fcnn({128, 10}));
  Trainer trainer(g, network, {.batch_size = 64, .optimizer = {.learning_rate = 0.1}});
  for (std::uint64_t epoch = 1; epoch <= 5; ++epoch) trainer.train_epoch(digits, epoch);

  // Another input, the same parameters: nothing is copied.
  const Tensor image = g.input("image", {1, 28, 28}, DType::uint8);
  const Tensor pixels = reshape(cast(image, DType::float32) / 255, {1, 784});
  const Tensor probabilities = softmax(network(pixels));
  const Tensor digit = argmax(probabilities);
  const Program predict = compile(g, {.outputs = {probabilities, digit}});

  // infer is const: any number of threads may call it at the same time.
  const auto count_right = [&](std::int64_t begin, std::int64_t end) {
    int right = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::vector<Array> answers = predict.infer({{image, others.inputs.rows(i, 1)}});
      right += static_cast<std::int64_t>(answers[1].item()) == others.label(i) ? 1 : 0;
    }
    return right;
  };
  auto first_half = std::async(std::launch::async, count_right, 0, 50);
  const int right = count_right(50, 100) + first_half.get();
  std::cout << right << " of 100 right\n";
  // [/inference]
  return right > 80 ? 0 : 1;
}
