// ECE408, "Multi-Layer Perceptron for an Image": consider a 250 x 250 image.
#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

struct Count {
  std::int64_t parameters;
  double flops;  // of a forward pass for one image
};

// [counting]
// Inputs have shapes and no numbers: nothing is allocated for the weights.
Count fully_connected(const std::vector<std::int64_t>& widths) {
  Graph graph;
  Count count{};
  Tensor h = graph.input("x", {1, widths[0]});
  for (std::size_t k = 1; k < widths.size(); ++k) {
    const Tensor W = graph.input(fmt::format("W{}", k), {widths[k - 1], widths[k]});
    const Tensor b = graph.input(fmt::format("b{}", k), {widths[k]});
    h = relu(add_bias(matmul(h, W), b));
    count.parameters += W.shape().size() + b.shape().size();
  }
  count.flops = compile(graph, {.outputs = {h}}).plan().flops;
  return count;
}
// [/counting]

Count convolution(std::int64_t side, std::int64_t channels, std::int64_t kernel) {
  Graph graph;
  const Tensor x = graph.input("x", {1, 1, side, side});
  const Tensor w = graph.input("w", {channels, 1, kernel, kernel}), b = graph.input("b", {channels});
  const Tensor h = relu(conv2d(x, w, b));
  return {w.shape().size() + b.shape().size(), compile(graph, {.outputs = {h}}).plan().flops};
}

std::string with_commas(std::int64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string in_bytes(std::int64_t parameters) {
  const double bytes = 4.0 * static_cast<double>(parameters);
  if (bytes >= 1e9) return fmt::format("{:.1f} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.1f} MB", bytes / 1e6);
  return fmt::format("{:.1f} kB", bytes / 1e3);
}

}  // namespace

void parameter_counts(Answer& answer) {
  answer.print("{:<36}{:>16}{:>12}{:>14}\n", "", "parameters", "as float32", "operations");
  const auto row = [&](const char* name, const Count& count) {
    answer.print("{:<36}{:>16}{:>12}{:>14.1e}\n", name, with_commas(count.parameters),
                 in_bytes(count.parameters), count.flops);
  };
  constexpr std::int64_t kPixels = 250 * 250;
  row("28 x 28: 784-10-10", fully_connected({784, 10, 10}));
  row("28 x 28: 784-1024", fully_connected({784, 1024}));
  row("250 x 250: one node", fully_connected({kPixels, 1}));
  row("250 x 250: as many nodes as pixels", fully_connected({kPixels, kPixels}));
  row("250 x 250: two such layers", fully_connected({kPixels, kPixels, kPixels}));
  row("250 x 250: 6 kernels of 5 x 5", convolution(250, 6, 5));

  Curve full{"as many nodes as pixels", 0, {}}, shared{"6 kernels of 5 x 5", 1, {}};
  for (std::int64_t side = 10; side <= 250; side += 10) {
    const auto x = static_cast<double>(side);
    full.points.push_back({x, static_cast<double>(fully_connected({side * side, side * side}).parameters)});
    shared.points.push_back({x, static_cast<double>(convolution(side, 6, 5).parameters)});
  }
  answer.plot("parameter_counts", {.title = "Parameters of the first layer by the side of the image",
                                   .x_name = "pixels along a side",
                                   .curves = {full, shared},
                                   .logarithmic = true});
}

}  // namespace lectures
