// ECE408, "Why Convolution": sparse interactions; several layers for a wide receptive field.
#include <algorithm>

#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

void print_paths(Answer& answer) {
  // [paths]
  constexpr std::int64_t kSide = 9;
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({1, 1, kSide, kSide}, DType::float64));
  const Tensor ones = graph.constant(full({1, 1, 3, 3}, 1, DType::float64));
  const Tensor h = conv2d(conv2d(x, ones, {.padding = 1}), ones, {.padding = 1});
  const Tensor middle = slice(h, {{.axis = 2, .start = 4, .stop = 5}, {.axis = 3, .start = 4, .stop = 5}});
  const std::vector<double> dx = numbers(build_grad(sum(middle), {x})[x]);
  // [/paths]
  answer.print("Paths from each pixel to the middle of two layers of 3 x 3 kernels:\n\n");
  for (std::size_t i = 0; i < dx.size(); ++i) {
    dx[i] == 0 ? answer.print("  .") : answer.print("{:>3}", dx[i]);
    if ((i + 1) % kSide == 0) answer.print("\n");
  }
}

struct Stack {
  const char* name;
  std::int64_t kernel, stride, pool;  // of each layer; a pool of 1 is none
};

// [width]
// The inputs for which the derivative of the middle output is not 0.
std::int64_t width(const Stack& stack, int layers) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({1, 1, 300}, DType::float64));
  const Tensor ones = graph.constant(full({1, 1, stack.kernel}, 1, DType::float64));
  Tensor h = x;
  for (int k = 0; k < layers; ++k) h = avg_pool1d(conv1d(h, ones, {.stride = stack.stride}), stack.pool);
  const std::int64_t middle = h.shape()[2] / 2;
  const Tensor y = sum(slice(h, {{.axis = 2, .start = middle, .stop = middle + 1}}));
  const std::vector<double> dx = numbers(build_grad(y, {x})[x]);
  return static_cast<std::int64_t>(dx.size()) - std::ranges::count(dx, 0.0);
}
// [/width]

// r <- r + (k - 1) j for a kernel or window of k, and j <- j s for a stride of s.
std::int64_t formula(const Stack& stack, int layers) {
  std::int64_t r = 1, j = 1;
  for (int k = 0; k < layers; ++k) {
    r += (stack.kernel - 1) * j;
    j *= stack.stride;
    r += (stack.pool - 1) * j;
    j *= stack.pool;
  }
  return r;
}

}  // namespace

void receptive_field(Answer& answer) {
  constexpr int kLayers = 5;
  print_paths(answer);
  answer.print("\nInputs along an axis that a unit sees, by its gradient (by the formula):\n\n");
  answer.print("{:<22}", "layers");
  for (int layers = 1; layers <= kLayers; ++layers) answer.print("{:>11}", layers);
  answer.print("\n");
  Chart chart{.title = "Receptive field by layers", .x_name = "layers", .curves = {}};
  for (const Stack& stack : {Stack{"3", 3, 1, 1}, Stack{"5", 5, 1, 1}, Stack{"3, stride 2", 3, 2, 1},
                             Stack{"3, pooling 2", 3, 1, 2}}) {
    Curve widths{stack.name, static_cast<int>(chart.curves.size()), {}};
    answer.print("{:<22}", fmt::format("kernel {}", stack.name));
    for (int layers = 1; layers <= kLayers; ++layers) {
      const std::int64_t counted = width(stack, layers);
      answer.print("{:>11}", fmt::format("{} ({})", counted, formula(stack, layers)));
      widths.points.push_back({static_cast<double>(layers), static_cast<double>(counted)});
    }
    answer.print("\n");
    chart.curves.push_back(widths);
  }
  answer.plot("receptive_field", chart);
}

}  // namespace lectures
