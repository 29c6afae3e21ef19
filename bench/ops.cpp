// bench_ops: each public op as a compiled program of its own, fed from memory; float32.
//
// A product shows GFLOP/s, the others GB/s: the bytes of the inputs and the output, whatever the caches save.
// "peak%" compares with what was measured at the start, times the number of threads: multiply-adds of one
// core, or a copy that touches the same number of bytes. An op that writes little can pass 100 %, and one
// that skips most of its input, as cross_entropy does, passes it far.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/peak.hpp"
#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/gradtable.hpp>

namespace {

using namespace gradtable;

// A graph, and the numbers that its inputs are fed.
class Inputs {
 public:
  // Uniform in [0.5, 1), where every op is defined.
  Tensor numbers(const Shape& shape) {
    Array values(DType::float32, shape);
    for (float& value : values.as<float>()) value = static_cast<float>(random_.uniform(0.5, 1));
    return add(std::move(values));
  }
  Tensor labels(std::int64_t count, std::int64_t classes) {
    Array values(DType::int32, {count});
    for (std::int32_t& label : values.as<std::int32_t>())
      label = static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(classes)));
    return add(std::move(values));
  }

  Graph& graph() { return graph_; }
  std::vector<Feed> feeds() const {
    std::vector<Feed> feeds;
    for (std::size_t i = 0; i < tensors_.size(); ++i) feeds.push_back({tensors_[i], values_[i]});
    return feeds;
  }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Array& value : values_) sum += value.type().bytes();
    return sum;
  }

 private:
  Tensor add(Array values) {
    tensors_.push_back(graph_.input(fmt::format("x{}", tensors_.size()), values.shape(), values.dtype()));
    values_.push_back(std::move(values));
    return tensors_.back();
  }

  Graph graph_;
  Random random_{1};
  std::vector<Tensor> tensors_;
  std::vector<Array> values_;
};

// (m,k,n): batch, inputs and outputs of a layer of the models of bench_train_step.
const std::vector<Shape> kLayers = {{4, 2, 2},       {1, 784, 500},    {32, 784, 128},   {64, 784, 128},
                                    {256, 784, 128}, {100, 784, 500},  {128, 784, 512},  {128, 512, 512},
                                    {64, 128, 10},   {256, 784, 1024}, {256, 1024, 1024}};
// What a layer computes, and a million elements.
const std::vector<Shape> kSizes = {{64, 128}, {1024, 1024}};
// Scores of classes.
const std::vector<Shape> kScores = {{64, 10}, {256, 10}, {1024, 1000}};

enum class Counts { bytes, products };  // what an op is measured by

struct OpCase {
  std::string name;
  const std::vector<Shape>& sizes;
  Tensor (*build)(Inputs& in, const Shape& s);
  Counts counts = Counts::bytes;
};

using F = Inputs;
using S = const Shape&;

// A new op is one row.
const std::vector<OpCase> kCases = {
    {"matmul", kLayers,  // forward
     [](F& in, S s) {
       return matmul(in.numbers({s[0], s[1]}), in.numbers({s[1], s[2]}));
     },
     Counts::products},
    {"matmul/left_transposed", kLayers,  // X^T E, the gradient of the weights
     [](F& in, S s) {
       return matmul(in.numbers({s[0], s[1]}), in.numbers({s[0], s[2]}), Transpose::yes);
     },
     Counts::products},
    {"matmul/right_transposed", kLayers,  // E W^T, the gradient of the layer's input
     [](F& in, S s) {
       return matmul(in.numbers({s[0], s[2]}), in.numbers({s[1], s[2]}), Transpose::no, Transpose::yes);
     },
     Counts::products},
    {"add_bias", kSizes, [](F& in, S s) { return add_bias(in.numbers(s), in.numbers({s[1]})); }},
    {"add", kSizes, [](F& in, S s) { return add(in.numbers(s), in.numbers(s)); }},
    {"sub", kSizes, [](F& in, S s) { return sub(in.numbers(s), in.numbers(s)); }},
    {"mul", kSizes, [](F& in, S s) { return mul(in.numbers(s), in.numbers(s)); }},
    {"mul/row", kSizes, [](F& in, S s) { return mul(in.numbers(s), in.numbers({s[1]})); }},
    {"mul/column", kSizes,
     [](F& in, S s) {
       return mul(in.numbers(s), in.numbers({s[0], 1}));
     }},
    {"div", kSizes, [](F& in, S s) { return div(in.numbers(s), in.numbers(s)); }},
    {"neg", kSizes, [](F& in, S s) { return neg(in.numbers(s)); }},
    {"scale", kSizes, [](F& in, S s) { return scale(in.numbers(s), 0.1); }},
    {"square", kSizes, [](F& in, S s) { return square(in.numbers(s)); }},
    {"exp", kSizes, [](F& in, S s) { return exp(in.numbers(s)); }},
    {"log", kSizes, [](F& in, S s) { return log(in.numbers(s)); }},
    {"tanh", kSizes, [](F& in, S s) { return tanh(in.numbers(s)); }},
    {"sigmoid", kSizes, [](F& in, S s) { return sigmoid(in.numbers(s)); }},
    {"relu", kSizes, [](F& in, S s) { return relu(in.numbers(s)); }},
    {"heaviside", kSizes, [](F& in, S s) { return heaviside(in.numbers(s)); }},
    {"broadcast_to/rows", kSizes, [](F& in, S s) { return broadcast_to(in.numbers({s[1]}), s); }},
    {"broadcast_to/columns", kSizes,
     [](F& in, S s) {
       return broadcast_to(in.numbers({s[0], 1}), s);
     }},
    {"sum_to/row", kSizes, [](F& in, S s) { return sum_to(in.numbers(s), {s[1]}); }},
    {"sum_to/column", kSizes,
     [](F& in, S s) {
       return sum_to(in.numbers(s), {s[0], 1});
     }},
    {"sum", kSizes, [](F& in, S s) { return sum(in.numbers(s)); }},
    {"sum/columns", kSizes, [](F& in, S s) { return sum(in.numbers(s), {0}); }},
    {"sum/rows", kSizes, [](F& in, S s) { return sum(in.numbers(s), {1}); }},
    {"mean", kSizes, [](F& in, S s) { return mean(in.numbers(s)); }},
    {"var/columns", kSizes, [](F& in, S s) { return var(in.numbers(s), {0}); }},
    {"var/rows", kSizes, [](F& in, S s) { return var(in.numbers(s), {1}); }},
    {"max/columns", kSizes, [](F& in, S s) { return max(in.numbers(s), {0}); }},
    {"max/rows", kSizes, [](F& in, S s) { return max(in.numbers(s), {1}); }},
    {"prod/rows", kSizes, [](F& in, S s) { return prod(in.numbers(s), {1}); }},
    {"logsumexp/columns", kSizes, [](F& in, S s) { return logsumexp(in.numbers(s), {0}); }},
    {"logsumexp/rows", kSizes, [](F& in, S s) { return logsumexp(in.numbers(s), {1}); }},
    {"reshape", kSizes, [](F& in, S s) { return reshape(in.numbers(s), {s.size()}); }},
    {"transpose", kSizes, [](F& in, S s) { return transpose(in.numbers(s)); }},
    {"slice/columns", kSizes,
     [](F& in, S s) {
       return slice(in.numbers({s[0], 2 * s[1]}), {{.axis = 1, .start = s[1]}});
     }},
    {"slice/every_second", kSizes,
     [](F& in, S s) {
       return slice(in.numbers({s[0], 2 * s[1]}), {{.axis = 1, .step = 2}});
     }},
    {"pad/columns", kSizes,
     [](F& in, S s) {
       return pad(in.numbers({s[0], s[1] / 2}), {{.axis = 1, .before = 1, .after = s[1] - s[1] / 2 - 1}});
     }},
    {"concat/rows", kSizes,
     [](F& in, S s) {
       return concat({in.numbers(s), in.numbers(s)}, 0);
     }},
    {"concat/columns", kSizes,
     [](F& in, S s) {
       return concat({in.numbers(s), in.numbers(s)}, 1);
     }},
    {"gather/rows", kSizes, [](F& in, S s) { return gather(in.numbers(s), in.labels(s[0], s[0])); }},
    {"gather/columns", kSizes, [](F& in, S s) { return gather(in.numbers(s), in.labels(s[1], s[1]), 1); }},
    {"softmax", kScores, [](F& in, S s) { return softmax(in.numbers(s)); }},
    {"softmax/columns", kScores, [](F& in, S s) { return softmax(in.numbers(s), 0); }},
    {"log_softmax", kScores, [](F& in, S s) { return log_softmax(in.numbers(s)); }},
    {"cross_entropy", kScores,
     [](F& in, S s) { return cross_entropy(in.numbers(s), in.labels(s[0], s[1])); }},
    {"softmax_cross_entropy", kScores,
     [](F& in, S s) { return softmax_cross_entropy(in.numbers(s), in.labels(s[0], s[1])); }},
    {"one_hot", kScores, [](F& in, S s) { return one_hot(in.labels(s[0], s[1]), s[1]); }},
    {"argmax", kScores, [](F& in, S s) { return argmax(in.numbers(s)); }},
    {"argmax/columns", kScores, [](F& in, S s) { return argmax(in.numbers(s), 0); }},
};

struct Machine {
  int threads = 1;
  double flops = bench::peak_flops();
  bench::CopyRates copies;
};

void measure(benchmark::State& state, const OpCase& c, const Shape& size, Machine& machine) {
  Inputs in;
  const Tensor output = c.build(in, size);
  Program program = compile(in.graph(), {.outputs = {output}, .threads = machine.threads});
  const std::vector<Feed> feeds = in.feeds();
  program.run(feeds);

  const auto start = std::chrono::steady_clock::now();
  for ([[maybe_unused]] const auto _ : state) program.run(feeds);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  const bool products = c.counts == Counts::products;
  const std::size_t bytes = in.bytes() + output.type().bytes();
  const double work = products ? 2.0 * static_cast<double>(size.size()) : static_cast<double>(bytes);
  const double rate = work * static_cast<double>(state.iterations()) / elapsed.count();
  const double peak = machine.threads * (products ? machine.flops : machine.copies(bytes));
  state.counters[products ? "GFLOP/s" : "GB/s"] = 1e-9 * rate;
  state.counters["peak%"] = 100 * rate / peak;
}

void register_all(Machine& machine) {
  for (const OpCase& c : kCases) {
    for (const Shape& size : c.sizes) {
      const std::string name = fmt::format("{}/{}", c.name, fmt::join(size.extents(), "x"));
      benchmark::RegisterBenchmark(
          name.c_str(), [&c, &size, &machine](benchmark::State& state) { measure(state, c, size, machine); })
          ->Unit(benchmark::kMicrosecond)
          ->UseRealTime();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Time and rate of each op. Takes Google Benchmark's options, too, as --benchmark_filter=matmul,\n"
      "--benchmark_format=json, --benchmark_min_time=0.5 (seconds of each).");
  Machine machine;
  app.add_option("--threads", machine.threads, "threads of the programs")->check(CLI::Range(1, 256));
  app.allow_extras();
  CLI11_PARSE(app, argc, argv);

  std::vector<std::string> options = app.remaining();
  options.insert(options.begin(),
                 {argv[0], "--benchmark_min_time=0.05", "--benchmark_counters_tabular=true"});
  std::vector<char*> arguments;
  for (std::string& option : options) arguments.push_back(option.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;

  benchmark::AddCustomContext("blas", to_string(tune_blas()));
  benchmark::AddCustomContext("threads", fmt::format("{}", machine.threads));
  benchmark::AddCustomContext("peak of a core", fmt::format("{:.0f} GFLOP/s", 1e-9 * machine.flops));
  for (const std::size_t kilobytes : {16U, 256U, 4096U, 65536U})
    benchmark::AddCustomContext(fmt::format("copy of {} KB", kilobytes),
                                fmt::format("{:.0f} GB/s", 1e-9 * machine.copies(1024 * kilobytes)));
  register_all(machine);
  benchmark::RunSpecifiedBenchmarks();
}
