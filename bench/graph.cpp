// bench_graph: what a graph costs to build, to differentiate, to compile and to run, for each node.
//
// The graphs have scalars for tensors, so that the numbers are next to nothing. They are built in lanes: each
// op takes its first input from the end of a lane, which it becomes, and its second from the end of any lane.
// One lane is a chain; more are a random graph, narrow and deep or wide and shallow.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/gradtable.hpp>

namespace {

using namespace gradtable;
using Clock = std::chrono::steady_clock;

struct Kind {
  std::string_view name;
  std::uint32_t lanes;
};

constexpr std::array kKinds = {Kind{"chain", 1}, Kind{"deep", 16}, Kind{"wide", 4096}};

// z of about `nodes` nodes, all of them between z and w.
Tensor build(const Tensor& w, const Kind& kind, std::int64_t nodes) {
  Random random(1);
  std::vector<Tensor> ends;
  for (std::uint32_t lane = 0; lane < kind.lanes; ++lane) ends.push_back(scale(w, 1.0 / (1.0 + lane)));
  while (static_cast<std::int64_t>(w.graph().size()) < nodes - kind.lanes) {
    Tensor& end = ends[random.below(kind.lanes)];
    const Tensor& other = ends[random.below(kind.lanes)];
    const std::uint32_t op = random.below(3);
    if (op == 0 || end == other)
      end = tanh(end);  // keeps numbers in range
    else
      end = op == 1 ? end + other : end - other;
  }
  Tensor z = ends[0];
  for (std::size_t lane = 1; lane < ends.size(); ++lane) z = z + ends[lane];
  return z;
}

enum Phase : std::size_t { kBuild, kDifferentiate, kCompile, kRun, kPhases };
constexpr std::array<std::string_view, kPhases> kPhaseNames = {"build", "differentiate", "compile", "run"};

// Nanoseconds of each round; of `run`, the best of several runs.
using Times = std::array<std::vector<double>, kPhases>;

struct Sizes {
  std::size_t forward = 0;  // nodes of z
  std::size_t all = 0;      // and of its gradient
};

Sizes measure(const Kind& kind, std::int64_t nodes, int threads, Times& times) {
  constexpr int kRuns = 5;
  auto start = Clock::now();
  const auto lap = [&start] {
    const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    start = Clock::now();
    return ns;
  };
  Graph graph;
  const Tensor w = graph.parameter("w", full({}, 0.5));
  start = Clock::now();
  const Tensor z = build(w, kind, nodes);
  times[kBuild].push_back(lap());
  const std::size_t forward = graph.size();
  start = Clock::now();
  const GradTable table = build_grad(z, {w});
  times[kDifferentiate].push_back(lap());
  Program program = compile(graph, {.outputs = {z, table[w]}, .threads = threads});
  times[kCompile].push_back(lap());
  program.run();
  start = Clock::now();
  std::vector<double> runs;
  for (int i = 0; i < kRuns; ++i) {
    program.run();
    runs.push_back(lap());
  }
  times[kRun].push_back(*std::ranges::min_element(runs));
  return {forward, graph.size()};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// Building and differentiating by nodes of z, compiling and running by all nodes.
void print(const Kind& kind, const Sizes& sizes, const Times& times, bool json) {
  if (json)
    fmt::print(R"({{"impl":"gradtable","graph":"{}","nodes":{},"all_nodes":{})", kind.name, sizes.forward,
               sizes.all);
  else
    fmt::print("{:6}{:10}{:10}", kind.name, sizes.forward, sizes.all);
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    const double nodes = static_cast<double>(phase < kCompile ? sizes.forward : sizes.all);
    const double best = *std::ranges::min_element(times[phase]) / nodes;
    const double middle = median(times[phase]) / nodes;
    if (json)
      fmt::print(R"(,"{0}_ns":{1:.1f},"{0}_median_ns":{2:.1f})", kPhaseNames[phase], best, middle);
    else
      fmt::print("  {:7.1f} {:7.1f}", best, middle);
  }
  fmt::print("{}\n", json ? "}" : "");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Time of a node: to build, to differentiate, to compile, to run; the best round and the median.");
  std::int64_t nodes = 100000;
  int rounds = 5, threads = 1;
  bool json = false;
  app.add_option("--nodes", nodes, "nodes of a graph, at least")
      ->check(CLI::Range(10000, 100000000))
      ->capture_default_str();
  app.add_option("--rounds", rounds, "graphs of each kind")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--threads", threads, "threads of the programs")->check(CLI::Range(1, 256));
  app.add_flag("--json", json, "one JSON object a line");
  CLI11_PARSE(app, argc, argv);

  if (!json) {
    fmt::print(
        "ns for each node, best and median of {} rounds: building and differentiating by nodes of the\n"
        "graph, compiling and running by all nodes, those of the gradient included\n\n",
        rounds);
    fmt::print("{:6}{:>10}{:>10}", "graph", "nodes", "all");
    for (const std::string_view phase : kPhaseNames) fmt::print("  {:>15}", phase);
    fmt::print("\n");
  }
  for (const Kind& kind : kKinds) {
    Times times;
    Sizes sizes;
    for (int round = 0; round < rounds; ++round) sizes = measure(kind, nodes, threads, times);
    print(kind, sizes, times, json);
  }
}
