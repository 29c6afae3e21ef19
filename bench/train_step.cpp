// bench_train_step: the time of one training step (forward, backward, SGD) of fully connected networks and of
// LeNet-5.
//
// Each figure is the best of several rounds; compare it only with others of the same run of the same machine.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/gradtable.hpp>

namespace {

using namespace gradtable;
using Clock = std::chrono::steady_clock;

struct Case {
  std::vector<std::int64_t> widths;  // of a fully connected network; none for LeNet-5
  std::int64_t batch;
  int steps;  // of one round

  bool is_lenet5() const { return widths.empty(); }
  std::string model() const { return is_lenet5() ? "lenet5" : fmt::format("{}", fmt::join(widths, "-")); }
  std::int64_t features() const { return is_lenet5() ? 784 : widths.front(); }
  std::int64_t classes() const { return is_lenet5() ? 10 : widths.back(); }
};

const std::vector<Case> kCases = {
    {{2, 2, 2}, 4, 3000},
    {{784, 500, 10}, 1, 1000},
    {{784, 128, 10}, 32, 2000},
    {{784, 128, 10}, 64, 2000},
    {{784, 128, 10}, 256, 600},
    {{784, 500, 10}, 100, 400},
    {{784, 512, 512, 10}, 128, 200},
    {{784, 1024, 1024, 1024, 10}, 256, 30},
    {{}, 64, 300},
};

struct Scores {
  Tensor scores;
  std::vector<Tensor> parameters;
};

Scores convolutional(Graph& graph, const Tensor& x) {
  const Sequential network(graph, {784}, lenet5(), {.seed = 1});
  return {network(x), network.parameters()};
}

Scores fully_connected(Graph& graph, const Tensor& x, const std::vector<std::int64_t>& widths) {
  const Sequential network(graph, {widths.front()}, fcnn({widths.begin() + 1, widths.end()}), {.seed = 1});
  return {network(x), network.parameters()};
}

// Images and labels in memory, from which each step takes the next batch where it lies.
struct Samples {
  std::int64_t count;
  Array images;
  Array labels;

  Samples(std::int64_t wanted, std::int64_t features, std::int64_t classes)
      : count(wanted), images(DType::float32, {wanted, features}), labels(DType::int32, {wanted}) {
    Random random(1);
    for (float& pixel : images.as<float>()) pixel = static_cast<float>(random.uniform());
    for (std::int32_t& label : labels.as<std::int32_t>())
      label = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(classes)));
  }
};

// How the program is compiled, and how often it is measured.
struct Settings {
  int threads = 1;
  int min_threads = 1;
  bool deterministic = false;
  std::vector<std::string> without;
  int rounds = 5;
  bool show_plan = false;
};

void show(const Program& program) {
  for (const Rewrite& rewrite : program.rewrites())
    fmt::print("{:22} {:5} -> {:5} nodes  {}\n", rewrite.pass, rewrite.nodes_before, rewrite.nodes_after,
               rewrite.reason);
  fmt::print("{}", to_string(program.plan()));
}

double seconds_per_step(const Case& c, const Settings& settings) {
  Graph graph;
  const std::int64_t features = c.features();
  const Tensor x = graph.input("x", {c.batch, features});
  const Tensor t = graph.input("t", {c.batch}, DType::int32);
  const auto [scores, parameters] =
      c.is_lenet5() ? convolutional(graph, x) : fully_connected(graph, x, c.widths);
  const Tensor loss = softmax_cross_entropy(scores, t).named("loss");
  Program step = compile(graph, {.outputs = {loss},
                                 .updates = sgd(build_grad(loss, parameters), 0.01),
                                 .threads = settings.threads,
                                 .min_threads = settings.min_threads,
                                 .deterministic = settings.deterministic,
                                 .without = settings.without});
  if (settings.show_plan) show(step);
  const Samples samples(std::max<std::int64_t>(8192, c.batch), features, c.classes());
  double best = 1e9;
  for (int round = 0; round < settings.rounds; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < c.steps; ++i) {
      const std::int64_t begin = i % (samples.count / c.batch) * c.batch;
      const float* images = samples.images.as<float>().data() + begin * features;
      const std::int32_t* labels = samples.labels.as<std::int32_t>().data() + begin;
      step.run({{x, ConstView(x.type(), images)}, {t, ConstView(t.type(), labels)}});
    }
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count() / c.steps);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Time of one training step: forward, backward, SGD; float32.");
  Settings settings;
  std::int64_t batch = 0;
  bool json = false;
  std::string only;
  app.add_option("--threads", settings.threads, "at most so many threads")->check(CLI::Range(1, 256));
  app.add_option("--rounds", settings.rounds, "the best of so many rounds counts")
      ->check(CLI::Range(1, 1000));
  app.add_option("--model", only, "this model alone, as 784-128-10 or lenet5");
  app.add_option("--batch", batch, "this batch size alone")->check(CLI::Range(1, 1000000));
  app.add_option("--min-threads", settings.min_threads, "at least so many, whatever the cost model says")
      ->check(CLI::Range(1, 256));
  app.add_option("--without", settings.without, "passes to leave out");
  app.add_flag("--deterministic", settings.deterministic, "the same bits for every number of threads");
  app.add_flag("--plan", settings.show_plan, "show how the graph was rewritten and planned");
  app.add_flag("--json", json, "one JSON object a line");
  CLI11_PARSE(app, argc, argv);

  if (!json) fmt::print("{}, {} threads\n", to_string(tune_blas()), settings.threads);
  for (const Case& c : kCases) {
    if ((!only.empty() && only != c.model()) || (batch != 0 && batch != c.batch)) continue;
    const double us = 1e6 * seconds_per_step(c, settings);
    if (json)
      fmt::print(R"({{"impl":"gradtable","model":"{}","batch":{},"threads":{},"us_per_step":{:.2f}}})"
                 "\n",
                 c.model(), c.batch, settings.threads, us);
    else
      fmt::print("{:24} batch {:4}  {:10.2f} us\n", c.model(), c.batch, us);
    std::fflush(stdout);
  }
}
