// Trains a regression on data of its own, with validation, early stopping and a checkpoint. Stopped and
// resumed, it gives the same bits.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <utility>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// [data]
// 200 examples of two features and one target: y = x1 x2, both features from -1 to 1.
Dataset products() {
  Array x(DType::float32, {200, 2}), y(DType::float32, {200, 1});
  Random random(1);
  for (float& number : x.as<float>()) number = static_cast<float>(random.uniform(-1, 1));
  for (std::size_t i = 0; i < 200; ++i) y.as<float>()[i] = x.as<float>()[2 * i] * x.as<float>()[2 * i + 1];
  return {.inputs = std::move(x), .targets = std::move(y)};
}
// [/data]

// The loss on the validation examples at the end.
double train_on_products(const std::string& file, const std::function<bool()>& go_on) {
  // [fit]
  Graph g;
  const Sequential network(g, {2}, fcnn({16, 1}, {.activation = "tanh"}));
  Dataset train = products();
  const Dataset validation = take_last(train, 40);
  Fit fit(g, network, {.train = train, .validation = validation},
          {.epochs = 1000,
           .early_stopping = {.metric = "validation_loss", .patience = 20},
           .keep_best = true,
           .checkpoint = file,
           .trainer = {.loss = "mean_squared_error", .optimizer = {.type = "adam", .learning_rate = 0.01}}});
  if (std::filesystem::exists(file)) fit.resume(file);
  const FitResult result = fit.run({.go_on = go_on});
  std::cout << result.epochs.size() << " epochs, loss " << fit.evaluate(validation).loss() << '\n';
  // [/fit]
  return fit.evaluate(validation).loss();
}

}  // namespace

int main() {
  const std::string file = "regression.safetensors";
  const auto always = [] { return true; };
  std::filesystem::remove(file);
  const double whole = train_on_products(file, always);
  std::filesystem::remove(file);

  int asked = 0;
  train_on_products(file, [&asked] { return ++asked < 100; });  // stopped in the middle of an epoch
  const double resumed = train_on_products(file, always);
  std::filesystem::remove(file);
  return whole == resumed && whole < 0.002 ? 0 : 1;
}
