// The run of apps/mnist_fcnn/configs/mnist.json in libtorch, to compare with: reads MNIST from MNIST_DIR,
// trains 784-128-10 for ten epochs, tests once. scripts/bench_vs_torch.sh builds it.
//
// The images become numbers once, when they are read; a batch is one index_select. It adds up the loss of
// each epoch, but does not count right answers while it trains, as mnist_fcnn does. One JSON object.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <torch/torch.h>
#include <zlib.h>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The elements of an IDX file of bytes whose header has `header` bytes.
torch::Tensor read_idx(const std::string& path, std::size_t header) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error(path + ": cannot be opened");
  gzbuffer(file, 1U << 17);
  std::vector<std::uint8_t> bytes;
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  int count = 0;
  do {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunk);
    count = gzread(file, bytes.data() + size, kChunk);
    bytes.resize(size + static_cast<std::size_t>(std::max(count, 0)));
  } while (count > 0);
  gzclose(file);
  if (count < 0 || bytes.size() <= header) throw std::runtime_error(path + ": not an IDX file");
  const auto size = static_cast<std::int64_t>(bytes.size() - header);
  return torch::from_blob(bytes.data() + header, {size}, torch::kByte).clone();
}

struct Data {
  torch::Tensor images;  // (count,784), in [0,1]
  torch::Tensor labels;
};

Data load(const std::string& directory, const std::string& name) {
  const torch::Tensor pixels = read_idx(directory + "/" + name + "-images-idx3-ubyte.gz", 16);
  const torch::Tensor labels = read_idx(directory + "/" + name + "-labels-idx1-ubyte.gz", 8);
  return {pixels.view({-1, 784}).to(torch::kFloat).div_(255), labels.to(torch::kLong)};
}

// The mean loss of the epoch.
double train_epoch(torch::nn::Sequential& network, torch::optim::SGD& optimizer, const Data& data,
                   std::int64_t batch) {
  double loss_sum = 0;
  const std::int64_t count = data.images.size(0);
  for (const torch::Tensor& indices : torch::randperm(count).split(batch)) {
    optimizer.zero_grad();
    const torch::Tensor scores = network->forward(data.images.index_select(0, indices));
    const torch::Tensor loss =
        torch::nn::functional::cross_entropy(scores, data.labels.index_select(0, indices));
    loss.backward();
    optimizer.step();
    loss_sum += loss.item<double>() * static_cast<double>(indices.size(0));
  }
  return loss_sum / static_cast<double>(count);
}

double accuracy(torch::nn::Sequential& network, const Data& data, std::int64_t batch) {
  const torch::NoGradGuard no_grad;
  std::int64_t correct = 0;
  const std::vector<torch::Tensor> images = data.images.split(batch), labels = data.labels.split(batch);
  for (std::size_t i = 0; i < images.size(); ++i)
    correct += network->forward(images[i]).argmax(1).eq(labels[i]).sum().item<std::int64_t>();
  return static_cast<double>(correct) / static_cast<double>(data.images.size(0));
}

void run(int threads, int epochs, const std::string& directory) {
  constexpr std::int64_t kBatch = 64;
  torch::set_num_threads(threads);
  torch::manual_seed(42);
  auto start = Clock::now();
  const Data train = load(directory, "train");
  const Data test = load(directory, "t10k");
  const double load_seconds = seconds_since(start);

  start = Clock::now();
  torch::nn::Sequential network(torch::nn::Linear(784, 128), torch::nn::ReLU(), torch::nn::Linear(128, 10));
  torch::optim::SGD optimizer(network->parameters(), 0.1);
  double loss = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) loss = train_epoch(network, optimizer, train, kBatch);
  const double train_seconds = seconds_since(start);
  std::printf(R"({"impl":"libtorch","threads":%d,"epochs":%d,"load_seconds":%.3f,"train_seconds":%.3f,)"
              R"("loss":%.5f,"test_accuracy":%.4f})"
              "\n",
              threads, epochs, load_seconds, train_seconds, loss, accuracy(network, test, kBatch));
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Trains 784-128-10 on MNIST in libtorch: SGD, batches of 64, learning rate 0.1.");
  int threads = 1, epochs = 10;
  app.add_option("--threads", threads, "threads of libtorch and its BLAS")->check(CLI::Range(1, 256));
  app.add_option("--epochs", epochs, "passes over the training images")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  const char* directory = std::getenv("MNIST_DIR");
  run(threads, epochs, directory != nullptr ? directory : "data/mnist");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
