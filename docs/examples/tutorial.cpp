// From a line through four points to a network that is trained, saved, loaded and asked.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

bool line() {
  // [graph]
  Graph g;
  const Tensor x = g.input("x", {4, 1}), t = g.input("t", {4, 1});
  const Tensor w = g.parameter("w", zeros({1, 1})), b = g.parameter("b", zeros({1}));
  const Tensor y = add_bias(matmul(x, w), b);
  const Tensor loss = mean(square(y - t));
  // [/graph]

  // [gradient]
  const GradTable grad_table = build_grad(loss, {w, b});
  const Array xs = Array::of<float>({4, 1}, {0, 1, 2, 3}), ts = Array::of<float>({4, 1}, {1, 3, 5, 7});
  std::cout << "dloss/dw = " << evaluate(grad_table[w], {{x, xs}, {t, ts}}).item() << '\n';  // -17
  // [/gradient]
  const bool right = evaluate(grad_table[w], {{x, xs}, {t, ts}}).item() == -17;

  // [step]
  Program step = compile(g, {.outputs = {loss}, .updates = sgd(grad_table, 0.1)});
  for (int i = 0; i < 200; ++i) step.run({{x, xs}, {t, ts}});
  std::cout << "y = " << g.value(w).item() << " x + " << g.value(b).item() << '\n';  // y = 2 x + 1, nearly
  // [/step]
  return right && std::abs(g.value(w).item() - 2) < 0.01 && std::abs(g.value(b).item() - 1) < 0.01;
}

// [data]
// 64 points of y = sin(x), for random x from -3 to 3, as columns.
struct Sine {
  Array x{DType::float32, {64, 1}}, y{DType::float32, {64, 1}};

  Sine() {
    Random random(2);
    for (float& number : x.as<float>()) number = static_cast<float>(random.uniform(-3, 3));
    std::ranges::transform(x.as<float>(), y.as<float>().begin(),
                           [](float number) { return std::sin(number); });
  }
};
// [/data]

bool hidden_layer() {
  // [hidden]
  Graph g;
  Random random(1);
  const Tensor x = g.input("x", {64, 1}), t = g.input("t", {64, 1});
  const Tensor W1 = g.parameter("W1", xavier_uniform({1, 16}, random)), b1 = g.parameter("b1", zeros({16}));
  const Tensor W2 = g.parameter("W2", xavier_uniform({16, 1}, random)), b2 = g.parameter("b2", zeros({1}));
  const Tensor h = tanh(add_bias(matmul(x, W1), b1));
  const Tensor y = add_bias(matmul(h, W2), b2);
  const Tensor loss = mean(square(y - t));

  const GradTable grad_table = build_grad(loss, {W1, b1, W2, b2});
  Program step = compile(g, {.outputs = {loss}, .updates = adam(grad_table, 0.01)});
  const Sine sine;
  for (int i = 0; i < 2000; ++i) step.run({{x, sine.x}, {t, sine.y}});
  std::cout << "loss " << step.value(loss).item() << '\n';  // below 0.001
  // [/hidden]
  return step.value(loss).item() < 1e-3;
}

bool sequential(const std::string& path) {
  // [sequential]
  Graph g;
  const Sequential network(g, {1}, fcnn({16, 1}, {.activation = {"tanh"}}));
  const Tensor x = g.input("x", {64, 1}), t = g.input("t", {64, 1});
  const Tensor loss = mean(square(network(x) - t));
  Program step =
      compile(g, {.outputs = {loss}, .updates = adam(build_grad(loss, network.parameters()), 0.01)});
  const Sine sine;
  for (int i = 0; i < 2000; ++i) step.run({{x, sine.x}, {t, sine.y}});
  // [/sequential]

  // [save]
  write_weights(path, g, network);
  // [/save]

  // [load]
  Graph other;
  const Sequential loaded(other, {1}, fcnn({16, 1}, {.activation = {"tanh"}}));
  read_weights(path, other, loaded);

  const Tensor one = other.input("one", {1, 1});  // one example at a time
  const Tensor answer = loaded(one);
  const Program predict = compile(other, {.outputs = {answer}});
  const Array half = Array::of<float>({1, 1}, {0.5F});
  std::cout << "sin(0.5) is about " << predict.infer({{one, half}})[0].item() << '\n';  // 0.48
  // [/load]
  return std::abs(predict.infer({{one, half}})[0].item() - std::sin(0.5)) < 0.05;
}

}  // namespace

int main() {
  const std::string path = "tutorial_weights.safetensors";
  const bool right = line() && hidden_layer() && sequential(path);
  std::remove(path.c_str());
  return right ? 0 : 1;
}
