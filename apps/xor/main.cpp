// xor: a network that computes XOR, with the solution of the book and then with one that it learns.
#include <cstdint>
#include <optional>
#include <span>

#include "apps/showcase/start.hpp"
#include "apps/xor/network.hpp"
#include <fmt/format.h>

namespace {

using namespace gradtable;
using namespace xor_example;

void print(const XorNetwork& net) {
  const Array x = evaluate(net.x), hidden = evaluate(net.hidden), y = evaluate(net.y);
  fmt::print("   x1  x2     h1      h2      y\n");
  for (std::size_t i = 0; i < 4; ++i) {
    const auto input = x.as<double>().subspan(2 * i, 2);
    const auto h = hidden.as<double>().subspan(2 * i, 2);
    fmt::print("   {}   {}   {:6.3f}  {:6.3f}  {:6.3f}\n", input[0], input[1], h[0], h[1], y.as<double>()[i]);
  }
}

ExitCode show() {
  constexpr double kLearningRate = 0.1;
  constexpr int kMostSteps = 10000;

  fmt::print("The solution of the book, Deep Learning, section 6.1:\n");
  Graph given;
  print(build(given, given_solution()));

  for (std::uint64_t seed = 1;; ++seed) {
    Graph graph;
    const XorNetwork net = build(graph, random_parameters(seed));
    const std::optional<int> steps = learn(graph, net, kLearningRate, kMostSteps);
    if (!steps) {
      fmt::print("\nSeed {}: stuck at a loss of {:.4f}; the next seed starts elsewhere.\n", seed,
                 evaluate(net.loss).item());
      continue;
    }
    fmt::print("\nSeed {}: learned in {} steps of gradient descent, learning rate {}:\n", seed, *steps,
               kLearningRate);
    print(net);
    return ExitCode::ok;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return showcase::start(
      {.name = "xor",
       .purpose = "A network that computes XOR: the solution of the book, and one that is learned.",
       .show = show},
      argc, argv);
}
