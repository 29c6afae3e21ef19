// Trains a network of one hidden layer, written out node by node, on digits that the program draws.
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  const Dataset digits = draw_digits(6400, 1);

  // [training]
  Graph g;
  Random random(42);
  const Tensor pixels = g.input("pixels", {6400, 784}, DType::uint8);  // the whole set, as bytes
  const Tensor classes = g.input("classes", {6400}, DType::uint8);
  const Tensor batch = g.input("batch", {64}, DType::int32);  // indices of images
  const Tensor x = cast(gather(pixels, batch), DType::float32) / 255;
  const Tensor t = cast(gather(classes, batch), DType::int32);
  const Tensor W1 = g.parameter("W1", kaiming_uniform({784, 128}, random));
  const Tensor b1 = g.parameter("b1", zeros({128}));
  const Tensor W2 = g.parameter("W2", kaiming_uniform({128, 10}, random));
  const Tensor b2 = g.parameter("b2", zeros({10}));

  const Tensor hidden = relu(add_bias(matmul(x, W1), b1));
  const Tensor loss = softmax_cross_entropy(add_bias(matmul(hidden, W2), b2), t);
  const GradTable table = build_grad(loss, {W1, b1, W2, b2});  // more nodes of g
  Program step = compile(g, {.outputs = {loss}, .updates = sgd(table, 0.1)});

  for (std::uint64_t epoch = 1; epoch <= 5; ++epoch) {
    const auto order = shuffled_order(digits.size(), 42, epoch);
    const Batches batches(order, 64);
    for (std::int64_t i = 0; i < batches.size(); ++i)
      step.run({{pixels, digits.input_rows()}, {classes, digits.targets}, {batch, batches[i]}});
    std::cout << "epoch " << epoch << ", last batch: loss " << step.value(loss).item() << '\n';
  }
  // [/training]
  return step.value(loss).item() < 0.5 ? 0 : 1;
}
