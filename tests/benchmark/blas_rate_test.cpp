// A measurement, for a quiet machine: not among the tests that must pass everywhere.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/machine/detail/blas_kernels.hpp"

namespace gradtable {
namespace {

// The rate that the benchmark program prints, run with the environment changed as `env` does; 0 when it
// fails.
double rate(const std::string& environment) {
  const std::string command = "env " + environment + " '" GRADTABLE_PROGRAMS "/bench_blas_rate'";
  FILE* pipe = ::popen(command.c_str(), "r");
  double gflops = 0.0;
  if (pipe == nullptr || std::fscanf(pipe, "{\"gflops\":%lf", &gflops) != 1) gflops = 0.0;
  while (pipe != nullptr && std::fgetc(pipe) != EOF) {
  }
  return pipe != nullptr && ::pclose(pipe) == 0 ? gflops : 0.0;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

TEST(BlasRate, IsThatOfTheRightKernelsGivenByHand) {
  const std::vector<std::string_view> right = detail::better_kernels(detail::cpu_generation(), "Prescott");
  if (right.empty()) GTEST_SKIP() << "no kernels to choose for this CPU";
  std::vector<double> by_gradtable, by_hand;
  for (int round = 0; round < 7; ++round) {  // in turn, so that a disturbance hits both
    by_gradtable.push_back(rate("-u OPENBLAS_CORETYPE"));
    by_hand.push_back(rate("OPENBLAS_CORETYPE=" + std::string(right.front())));
  }
  ASSERT_GT(median(by_hand), 0.0) << "bench_blas_rate did not run";
  EXPECT_GE(median(by_gradtable), 0.9 * median(by_hand))
      << "GFLOP/s, with " << right.front() << " given by hand";
}

}  // namespace
}  // namespace gradtable
