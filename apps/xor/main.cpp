// xor: a network that computes XOR, with the solution of the book and then with one that it learns.
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <string>

#include "apps/showcase/start.hpp"
#include "apps/xor/network.hpp"
#include "apps/xor/stuck.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/core/text.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/report/graph_page.hpp>

namespace {

using namespace gradtable;
using namespace xor_example;

struct Options {
  std::optional<std::string> seed;
  bool gradients = false;
  std::optional<std::string> page;
};

// Throws ConfigError for what is no integer from 0 to 2^64 - 1.
std::uint64_t as_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seed);
  if (error != std::errc() || end != last)
    throw ConfigError(fmt::format("--seed: {}; expected an integer from 0 to {}", in_quotes(text),
                                  std::numeric_limits<std::uint64_t>::max()));
  return seed;
}

// Two numbers in a line, the first line behind the name.
void print_rows(const std::string& name, const Tensor& tensor, int digits) {
  const Array values = evaluate(tensor);
  for (std::size_t i = 0; i < values.as<double>().size(); ++i)
    fmt::print("{}{:>12.{}g}",
               i % 2 > 0 ? "" : fmt::format("{}   {:<5}", i > 0 ? "\n" : "", i > 0 ? "" : name),
               values.as<double>()[i], digits);
  fmt::print("\n");
}

// The parameters in more digits, so that the gradients can be computed from them by hand.
void print_parameters_and_gradients(const XorNetwork& net) {
  const GradTable table = build_grad(net.loss, {net.W, net.c, net.w, net.b});
  for (const auto& [parameter, gradient] : table) print_rows(parameter.label(), parameter, 5);
  for (const auto& [parameter, gradient] : table) print_rows("dJ/d" + parameter.label(), gradient, 3);
}

// 0.000 in place of -0.000.
double shown(double y) {
  return std::abs(y) < 0.0005 ? 0 : y;
}

void print(const XorNetwork& net, const Options& options) {
  const Array x = evaluate(net.x), hidden = evaluate(net.hidden), y = evaluate(net.y);
  fmt::print("   x1  x2     h1      h2      y\n");
  for (std::size_t i = 0; i < 4; ++i) {
    const auto input = x.as<double>().subspan(2 * i, 2);
    const auto h = hidden.as<double>().subspan(2 * i, 2);
    fmt::print("   {}   {}   {:6.3f}  {:6.3f}  {:6.3f}\n", input[0], input[1], h[0], h[1],
               shown(y.as<double>()[i]));
  }
  if (options.gradients) print_parameters_and_gradients(net);
}

bool learns(std::uint64_t seed, const Options& options) {
  constexpr double kLearningRate = 0.1;
  constexpr int kMostSteps = 10000;
  Graph graph;
  const XorNetwork net = build(graph, random_parameters(seed));
  if (options.gradients) {
    fmt::print("\nSeed {}, before the first step, at a loss of {:.4f}:\n", seed, evaluate(net.loss).item());
    print(net, options);
  }
  const std::optional<int> steps = learn(graph, net, kLearningRate, kMostSteps);
  if (steps)
    fmt::print("\nSeed {}: learned in {} steps of gradient descent, learning rate {}:\n", seed, *steps,
               kLearningRate);
  else
    fmt::print("\nSeed {}: stuck at a loss of {:.4f} after {} steps, learning rate {}:\n", seed,
               evaluate(net.loss).item(), kMostSteps, kLearningRate);
  print(net, options);
  if (!steps)
    for (const std::string& reason : why_stuck(net)) fmt::print("   {}\n", reason);
  return steps.has_value();
}

// How the gradients are made, as a page: at the random weights of a seed, or at weights beside the solution,
// where they are not 0.
void write_page(const std::string& file, const Parameters& parameters) {
  if (file.empty()) throw ConfigError("--page: an empty name; expected a file");
  Graph graph;
  const XorNetwork net = build(graph, parameters);
  report::GraphPageOptions page{.title = "XOR: a network and its gradient",
                                .feeds = std::vector<report::PageFeed>()};
  page.program = {.outputs = {net.loss}};
  const auto note = [&](const GradientEvent& event) { page.events.push_back(event); };
  for (const auto& [parameter, gradient] :
       build_grad(net.loss, {net.W, net.c, net.w, net.b}, {.observer = note}))
    page.program->outputs.push_back(gradient);
  std::ostringstream text;
  report::write_graph_page(text, graph, page);
  write_file_atomically(file, text.str());
  fmt::print("{}: open it in a browser\n", printable(file));
}

ExitCode show(const Options& options) {
  const std::uint64_t only = options.seed ? as_seed(*options.seed) : 0;
  if (options.page) {
    write_page(*options.page, options.seed ? random_parameters(only) : beside_the_solution());
    return ExitCode::ok;
  }
  fmt::print("The solution of the book, Deep Learning, section 6.1:\n");
  Graph given;
  print(build(given, given_solution()), options);
  if (options.seed) {
    learns(only, options);
    return ExitCode::ok;
  }
  for (std::uint64_t seed = 1; !learns(seed, options); ++seed)
    fmt::print("   The next seed starts elsewhere.\n");
  return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return showcase::start(
      {.name = "xor",
       .purpose = "A network that computes XOR: the solution of the book, and one that is learned.",
       .arguments = "[--seed N] [--gradients] [--page FILE]",
       .options = "  --seed N     learn from the random weights of this seed alone; without it from\n"
                  "               those of 1, 2, ... until a network learns\n"
                  "  --gradients  print the parameters and the gradients of the loss J, too: at the\n"
                  "               book's weights, before the first step and after the last one\n"
                  "  --page FILE  write a page that shows step by step how the gradients are made,\n"
                  "               and nothing else: at w = [1,-1] in place of the book's [1,-2],\n"
                  "               where they are not 0, or at the random weights of --seed\n",
       .define =
           [&](CLI::App& app) {
             app.add_option("--seed", options.seed);
             app.add_flag("--gradients", options.gradients);
             app.add_option("--page", options.page);
           },
       .show = [&] { return show(options); }},
      argc, argv);
}
