// bench_profile: what a run takes without a profile, and the sum of the profile's steps and waits.
//
// Runs with and without take turns, so that both see the same machine; figures are medians.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gradtable/gradtable.hpp>
#include <gradtable/graph/peak.hpp>

namespace {

using namespace gradtable;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatch = 64;

// A program with what it is fed.
struct Case {
  std::string name;
  Program program;
  std::vector<Array> values;
  std::vector<Feed> feeds;
};

Case training_step(const std::string& name, const std::vector<Layer>& layers, int threads) {
  Graph graph;
  const Tensor x = graph.input("x", {kBatch, 784}), t = graph.input("t", {kBatch}, DType::int32);
  const Sequential network(graph, {784}, layers, {.seed = 1});
  const Tensor loss = softmax_cross_entropy(network(x), t).named("loss");
  std::vector<Array> values;
  values.push_back(full(x.shape(), 0.5));
  values.push_back(zeros(t.shape(), DType::int32));
  const std::vector<Feed> feeds = {{x, values[0]}, {t, values[1]}};
  return {name,
          compile(graph, {.outputs = {loss},
                          .updates = sgd(build_grad(loss, network.parameters()), 0.01),
                          .threads = threads}),
          std::move(values), feeds};
}

// A chain of 600 products and activations with its gradient: about 3000 nodes.
Case long_chain(std::int64_t width, int threads) {
  Graph graph;
  const Tensor W = graph.parameter("W", full({width, width}, 1.0 / static_cast<double>(width)));
  Tensor h = graph.parameter("h", full({width, width}, 0.1));
  for (int i = 0; i < 600; ++i) h = tanh(matmul(h, W));
  const Tensor loss = mean(h).named("loss");
  const Tensor gradient = build_grad(loss, {W})[W];
  const std::string name = fmt::format("{} nodes of {}x{}", graph.size(), width, width);
  return {name, compile(graph, {.outputs = {loss, gradient}, .threads = threads}), {}, {}};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Of a profile the time of a run, as its steps and waits have it.
double sum_of(const ProgramProfile& profile) {
  double sum = 0;
  for (const ProfiledStep& step : profile.steps) sum += step.total_seconds();
  for (const double waiting : profile.waiting) sum += waiting;
  return sum / static_cast<double>(profile.threads());
}

double seconds_of_run(Case& c, int runs) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    c.program.run(c.feeds);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return median(seconds);
}

// In turn, so that both meet the same machine.
void measure(Case& c, int rounds, bool show_table) {
  constexpr int kTurns = 10;
  const int runs = std::max(1, rounds / kTurns);
  c.program.run(c.feeds);
  std::vector<double> plain, profiled, ratios;
  for (int i = 0; i < kTurns; ++i) {
    plain.push_back(seconds_of_run(c, runs));
    profiled.push_back(sum_of(c.program.profile(c.feeds, static_cast<std::size_t>(runs))));
    ratios.push_back(profiled.back() / plain.back());
  }
  fmt::print("{:24} {:>12.2f} us {:>12.2f} us {:>+7.2f} %\n", c.name, 1e6 * median(plain),
             1e6 * median(profiled), 100 * (median(ratios) - 1));
  if (!show_table) return;
  ProgramProfile profile = c.program.profile(c.feeds, static_cast<std::size_t>(rounds));
  profile.peak = measured_peak(static_cast<int>(profile.threads()));
  fmt::print("{}\n", to_string(profile));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The time of a run, beside the sum of steps and waits in its profile.");
  int threads = 2, rounds = 300;
  bool table = false;
  app.add_option("--threads", threads, "at most so many threads")->check(CLI::Range(1, 256));
  app.add_option("--rounds", rounds, "the median of so many runs counts")->check(CLI::Range(1, 100000));
  app.add_flag("--table", table, "show the tables, too");
  CLI11_PARSE(app, argc, argv);
  fmt::print("{}, {} threads\n{:24} {:>15} {:>15} {:>9}\n", to_string(tune_blas()), threads, "", "run",
             "profile", "more");
  std::vector<Case> cases;
  cases.push_back(training_step("784-128-10", fcnn({128, 10}), threads));
  cases.push_back(training_step("lenet5", lenet5(), threads));
  for (const std::int64_t width : {4, 32}) cases.push_back(long_chain(width, threads));
  for (Case& c : cases) measure(c, rounds, table);
}
