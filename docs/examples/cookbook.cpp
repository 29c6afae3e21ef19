// Recipes: a layer and an optimizer of one's own, a check of a gradient, threads, another batch size.
#include <cmath>
#include <cstdint>
#include <future>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// Points of y = x1 x2 with both in [-1, 1].
struct Points {
  explicit Points(std::int64_t count) : x(DType::float32, {count, 2}), y(DType::float32, {count, 1}) {
    Random random(1);
    for (float& number : x.as<float>()) number = static_cast<float>(random.uniform(-1, 1));
    for (std::size_t i = 0; i < y.as<float>().size(); ++i)
      y.as<float>()[i] = x.as<float>()[2 * i] * x.as<float>()[2 * i + 1];
  }

  Array x, y;
};

// [layer]
// y = x + relu(x W + b): a block that adds to its input.
struct Residual {
  Tensor operator()(LayerBuilder& build, const Tensor& x) const {
    const Shape weights = {x.shape()[1], x.shape()[1]};
    const Tensor W = build.weights(weights), b = build.bias(weights);
    return x + relu(add_bias(matmul(x, W), b));
  }
};
// [/layer]

// [optimizer]
// v <- 0.9 v + 0.1 g, theta <- theta - rate sign(v)
std::vector<Update> sign_momentum(const GradTable& table, double rate) {
  std::vector<Update> updates;
  for (const auto& [theta, g] : table) {
    const std::string name = theta.graph().free_name("velocity of " + theta.label());
    const Tensor velocity = theta.graph().parameter(name, Array(theta.dtype(), theta.shape()));
    const Tensor v = 0.9 * velocity + 0.1 * g;
    updates.push_back({velocity, v});
    updates.push_back({theta, theta - rate * sign(v)});
  }
  return updates;
}
// [/optimizer]

bool layer_and_optimizer() {
  const Points points(64);
  // [use]
  Graph g;
  const Sequential network(g, {2}, {layers::FullyConnected{16}, Residual{}, layers::FullyConnected{1}});
  const Tensor x = g.input("x", {64, 2}), t = g.input("t", {64, 1});
  const Tensor loss = mean(square(network(x) - t));
  const GradTable table = build_grad(loss, network.parameters());
  Program step = compile(g, {.outputs = {loss}, .updates = sign_momentum(table, 0.002)});
  for (int i = 0; i < 1000; ++i) step.run({{x, points.x}, {t, points.y}});
  // [/use]
  std::cout << "loss " << step.value(loss).item() << '\n';
  return step.value(loss).item() < 0.005;
}

// [function]
// The Huber loss: e^2 / 2 for |e| < 1, else |e| - 1/2; the mean over all elements.
Tensor huber(const Tensor& y, const Tensor& t) {
  const Tensor e = abs(y - t);
  return mean(where(less(e, 1), square(e) / 2, e - 0.5));
}
// [/function]

bool loss_and_early_stopping() {
  const Points points(300);
  Graph g;
  const Sequential network(g, {2}, fcnn({16, 1}, {.activation = "tanh"}));
  // [loss]
  Dataset train{.inputs = points.x, .targets = points.y};
  const Dataset validation = take_last(train, 60);
  const TrainerOptions options{.batch_size = 30,
                               .loss_function = huber,
                               .metrics = {metrics::r2()},
                               .optimizer = {.type = "adam", .learning_rate = 0.01}};
  // [/loss]

  // [early_stopping]
  Fit fit(g, network, {.train = train, .validation = validation},
          {.epochs = 300,
           .early_stopping = {.metric = "validation_r2", .patience = 20},
           .keep_best = true,
           .trainer = options});
  const FitResult result = fit.run({.end_epoch = [](const EpochMetrics& epoch) {
    if (epoch.epoch % 50 == 0) std::cout << epoch.epoch << ": " << epoch.at("validation_r2") << '\n';
  }});
  std::cout << "the best epoch is " << *result.kept_epoch << '\n';
  // [/early_stopping]
  return fit.evaluate(validation).metric("r2") > 0.95;
}

// [classes]
// Three examples of two features, and their labels.
const Dataset flowers{.inputs = Array::of<float>({3, 2}, {5.1F, 3.5F, 7.0F, 3.2F, 6.3F, 3.3F}),
                      .targets = Array::of<std::int32_t>({3}, {0, 1, 2}),
                      .classes = 3,
                      .class_names = {"setosa", "versicolor", "virginica"}};
// [/classes]

bool gradient_check() {
  // [check]
  const Array y = Array::of<double>({3}, {0.2, -1.7, 2.5}), t = Array::of<double>({3}, {0.9, 1.1, 2.4});
  const CheckGradResult result =
      check_grad([](const std::vector<Tensor>& in) { return huber(in[0], in[1]); }, {y, t});
  std::cout << (result.passed ? "passed" : result.message) << '\n';
  // [/check]
  return result.passed;
}

bool batch_sizes_and_threads() {
  const Points points(1000);
  Graph g;
  const Sequential network(g, {2}, fcnn({32, 1}));
  // [batch]
  const Tensor one = g.input("one", {1, 2}), many = g.input("many", {1000, 2});
  const Program single = compile(g, {.outputs = {network(one)}});
  const Program batch = compile(g, {.outputs = {network(many)}, .threads = 2});

  const Array example = Array::of<float>({1, 2}, {0.5F, -0.5F});
  const Array y1 = single.infer({{one, example}})[0];      // (1,1)
  const Array y1000 = batch.infer({{many, points.x}})[0];  // (1000,1)
  // [/batch]

  // [threads]
  const auto sum_of = [&](std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const ConstView row(std::span(points.x.as<float>()).subspan(2 * i, 2), {1, 2});
      sum += single.infer({{one, row}})[0].item();
    }
    return sum;
  };
  auto first_half = std::async(std::launch::async, sum_of, 0, 500);
  const double sum = sum_of(500, 1000) + first_half.get();
  // [/threads]

  double expected = 0;
  for (const float value : y1000.as<float>()) expected += value;
  std::cout << y1.item() << ", " << sum << '\n';
  return std::abs(sum - expected) < 1e-3;
}

}  // namespace

int main() {
  return flowers.size() == 3 && layer_and_optimizer() && loss_and_early_stopping() && gradient_check() &&
                 batch_sizes_and_threads()
             ? 0
             : 1;
}
