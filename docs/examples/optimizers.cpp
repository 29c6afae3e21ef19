// Optimizers with clipping and decay, learning rates that change, and one update for several batches.
#include <cmath>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// A line y = x w + b, to be fitted to the points of y = 3 x - 1.
struct Line {
  Graph g;
  const Tensor x, y, w, b, loss;

  Line()
      : x(g.input("x", {4, 1})),
        y(g.input("y", {4, 1})),
        w(g.parameter("w", zeros({1, 1}))),
        b(g.parameter("b", zeros({1}))),
        loss(mean(square(add_bias(matmul(x, w), b) - y))) {}

  bool is_fitted() const {
    std::cout << "y = " << g.value(w).item() << " x + " << g.value(b).item() << '\n';
    return std::abs(g.value(w).item() - 3) < 0.05 && std::abs(g.value(b).item() + 1) < 0.05;
  }
};

const Array kX = Array::of<float>({4, 1}, {-1, 0, 1, 2});
const Array kY = Array::of<float>({4, 1}, {-4, -1, 2, 5});
const Array kMoreX = Array::of<float>({4, 1}, {-1.5F, -0.5F, 0.5F, 1.5F});
const Array kMoreY = Array::of<float>({4, 1}, {-5.5F, -2.5F, 0.5F, 3.5F});

bool transforms_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [transforms]
  const GradTable table = build_grad(loss, {w, b});
  const GradTable clipped = clip_norm(table, 5);
  Program step = compile(g, {.outputs = {loss}, .updates = adamw(clipped, 0.05, {.weight_decay = 1e-3})});
  for (int i = 0; i < 500; ++i) step.run({{x, kX}, {y, kY}});
  const double steps = g.value(g.find("steps of w")).item();     // 500
  const Array& momentum = g.value(g.find("first moment of w"));  // (1,1), as w
  // [/transforms]
  return line.is_fitted() && steps == 500 && momentum.shape() == Shape{1, 1};
}

bool named_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [named]
  const OptimizerOptions options{.type = "nesterov", .learning_rate = 0.05, .clip_norm = 5};
  Program step = compile(g, {.updates = make_updates(options, build_grad(loss, {w, b}))});
  // [/named]
  for (int i = 0; i < 500; ++i) step.run({{x, kX}, {y, kY}});
  return line.is_fitted();
}

bool groups_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [groups]
  const OptimizerOptions options{
      .type = "momentum",
      .learning_rate = 0.05,
      .weight_decay = 1e-4,
      .groups = {{.names = "b*", .rate = 2, .weight_decay = 0}, {.names = "encoder.*", .frozen = true}}};
  Program step = compile(g, {.updates = make_updates(options, build_grad(loss, {w, b}))});
  // [/groups]
  for (int i = 0; i < 500; ++i) step.run({{x, kX}, {y, kY}});
  return line.is_fitted();
}

bool schedule_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [schedule]
  const Tensor rate = g.input("learning rate", {});
  Program step = compile(g, {.updates = momentum(build_grad(loss, {w, b}), rate)});
  const Schedule schedule = warm_up(20, cosine_schedule(0.1, 480, 1e-4));
  for (int done = 0; done < 500; ++done) step.run({{x, kX}, {y, kY}, {rate, full({}, schedule(done))}});
  // [/schedule]
  return line.is_fitted();
}

bool plateau_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [plateau]
  const Tensor rate = g.parameter("learning rate", full({}, 0.2));
  Program step = compile(g, {.outputs = {loss}, .updates = sgd(build_grad(loss, {w, b}), rate)});
  Plateau plateau(0.2, {.factor = 0.5, .patience = 3});
  for (int epoch = 0; epoch < 100; ++epoch) {
    step.run({{x, kX}, {y, kY}});
    g.set_value(rate, full({}, plateau.next(step.value(loss).item())));
  }
  // [/plateau]
  return line.is_fitted();
}

bool accumulation_example() {
  Line line;
  auto& [g, x, y, w, b, loss] = line;
  // [accumulation]
  const Accumulation sums = accumulate(build_grad(loss, {w, b}), 4);  // 4 examples in a batch
  Program batch = compile(g, {.outputs = {loss}, .updates = sums.add});
  Program step = compile(g, {.updates = sums.then(sgd(sums.mean, 0.1))});
  for (int i = 0; i < 300; ++i) {
    batch.run({{x, kX}, {y, kY}});
    batch.run({{x, kMoreX}, {y, kMoreY}});
    step.run();
  }
  // [/accumulation]
  return line.is_fitted() && g.value(g.find("gradient weights of w")).item() == 0;
}

}  // namespace

int main() {
  const bool all = transforms_example() && named_example() && groups_example() && schedule_example() &&
                   plateau_example() && accumulation_example();
  return all ? 0 : 1;
}
