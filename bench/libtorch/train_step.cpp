// The training steps of bench/train_step.cpp in libtorch, to compare with. scripts/bench_vs_torch.sh builds
// it.
//
// The same networks, batches and update; images and labels lie in memory, and a step takes the next slice of
// them. Each figure is the best of several rounds. One JSON object a line.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <torch/torch.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Case {
  std::vector<std::int64_t> widths;  // of a fully connected network; none for LeNet-5
  std::int64_t batch;
  int steps;  // of one round

  bool is_lenet5() const { return widths.empty(); }
  std::int64_t features() const { return is_lenet5() ? 784 : widths.front(); }
  std::int64_t classes() const { return is_lenet5() ? 10 : widths.back(); }
  std::string model() const {
    if (is_lenet5()) return "lenet5";
    std::string name;
    for (const std::int64_t width : widths) name += (name.empty() ? "" : "-") + std::to_string(width);
    return name;
  }
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

torch::nn::Sequential make_network(const std::vector<std::int64_t>& widths) {
  torch::nn::Sequential network;
  for (std::size_t layer = 1; layer < widths.size(); ++layer) {
    if (layer > 1) network->push_back(torch::nn::ReLU());
    network->push_back(torch::nn::Linear(widths[layer - 1], widths[layer]));
  }
  return network;
}

torch::nn::Sequential make_lenet5() {
  using namespace torch::nn;
  return Sequential(Unflatten(UnflattenOptions(1, {1, 28, 28})), Conv2d(Conv2dOptions(1, 6, 5).padding(2)),
                    ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(400, 120),
                    ReLU(), Linear(120, 84), ReLU(), Linear(84, 10));
}

double seconds_per_step(const Case& c, int rounds) {
  torch::nn::Sequential network = c.is_lenet5() ? make_lenet5() : make_network(c.widths);
  torch::optim::SGD optimizer(network->parameters(), 0.01);
  const std::int64_t samples = std::max<std::int64_t>(8192, c.batch);
  const torch::Tensor images = torch::rand({samples, c.features()});
  const torch::Tensor labels = torch::randint(c.classes(), {samples}, torch::kLong);
  const auto step = [&](int i) {
    const std::int64_t begin = i % (samples / c.batch) * c.batch;
    optimizer.zero_grad();
    const torch::Tensor scores = network->forward(images.narrow(0, begin, c.batch));
    torch::nn::functional::cross_entropy(scores, labels.narrow(0, begin, c.batch)).backward();
    optimizer.step();
  };
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < c.steps; ++i) step(i);
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count() / c.steps);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Time of one training step in libtorch: forward, backward, SGD; float32.");
  int threads = 1, rounds = 5;
  std::int64_t batch = 0;
  std::string only;
  app.add_option("--threads", threads, "threads of libtorch and its BLAS")->check(CLI::Range(1, 256));
  app.add_option("--rounds", rounds, "the best of so many rounds counts")->check(CLI::Range(1, 1000));
  app.add_option("--model", only, "this model alone, as 784-128-10 or lenet5");
  app.add_option("--batch", batch, "this batch size alone")->check(CLI::Range(1, 1000000));
  CLI11_PARSE(app, argc, argv);

  torch::set_num_threads(threads);
  torch::manual_seed(1);
  for (const Case& c : kCases) {
    if ((!only.empty() && only != c.model()) || (batch != 0 && batch != c.batch)) continue;
    std::printf(R"({"impl":"libtorch","model":"%s","batch":%d,"threads":%d,"us_per_step":%.2f})"
                "\n",
                c.model().c_str(), static_cast<int>(c.batch), threads, 1e6 * seconds_per_step(c, rounds));
    std::fflush(stdout);
  }
}
