// bench_augmentation: how long an augmented image takes, on one thread.
//
// Each figure is the best of several rounds; compare it only with others of the same run of the same machine.
#include "gradtable/models/data/augmentation.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gradtable/models/data/batches.hpp"
#include "gradtable/models/data/digits.hpp"

namespace {

using namespace gradtable;
using Clock = std::chrono::steady_clock;

struct Case {
  std::string name;
  AugmentationOptions options;
};

// Microseconds an image.
double measure(const AugmentationOptions& options, const Dataset& digits, int rounds) {
  const Augmenter augmenter(options, digits.rows(), digits.columns(), 42);
  const auto order = shuffled_order(digits.size(), 42, 1);
  Array result(DType::uint8, digits.input_rows().shape());
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    augmenter.augment(digits.input_rows(), order, 1, {0, digits.size()}, result.view());
    const std::chrono::duration<double, std::micro> taken = Clock::now() - start;
    best = std::min(best, taken.count() / static_cast<double>(digits.size()));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The time of an augmented image of 28x28 pixels, in microseconds.");
  std::int64_t images = 1000;
  int rounds = 20;
  app.add_option("--images", images, "images in a round")->check(CLI::Range(1, 60000))->capture_default_str();
  app.add_option("--rounds", rounds, "the best of so many rounds counts")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);

  const Dataset digits = draw_digits(images, 7);
  for (const Case& each :
       {Case{"shift", {.shift = 2}}, Case{"shift, rotate, scale", {.shift = 2, .rotate = 10, .scale = 0.1}},
        Case{"elastic, sigma 6", {.elastic = {.sigma = 6, .alpha = 34}}},
        Case{"elastic, sigma 4", {.elastic = {.sigma = 4, .alpha = 34}}},
        Case{"elastic, sigma 2", {.elastic = {.sigma = 2, .alpha = 10}}},
        Case{"all, sigma 4",
             {.shift = 2, .rotate = 10, .scale = 0.1, .elastic = {.sigma = 4, .alpha = 34}}}}) {
    fmt::print("{:24} {:6.2f}\n", each.name, measure(each.options, digits, rounds));
    std::fflush(stdout);
  }
}
