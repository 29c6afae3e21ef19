// The time and rate of a matrix product with the kernels that gradtable::tune_blas() leaves in use, as one
// JSON line.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <vector>

#include <CLI/CLI.hpp>
#include <cblas.h>
#include <fmt/format.h>

#include "gradtable/core/machine/blas.hpp"

namespace {

struct Settings {
  std::array<int, 3> shape = {1024, 1024, 1024};  // m, n, k
  bool transpose_a = false;
  bool float64 = false;
  int repetitions = 15;
  int threads = 1;
};

void product(const Settings& s, const float* a, const float* b, float* c) {
  const auto [m, n, k] = s.shape;
  cblas_sgemm(CblasRowMajor, s.transpose_a ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n, k, 1.0F, a,
              s.transpose_a ? m : k, b, n, 0.0F, c, n);
}

void product(const Settings& s, const double* a, const double* b, double* c) {
  const auto [m, n, k] = s.shape;
  cblas_dgemm(CblasRowMajor, s.transpose_a ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n, k, 1.0, a,
              s.transpose_a ? m : k, b, n, 0.0, c, n);
}

// The median time of one product, in microseconds.
template <typename T>
double microseconds(const Settings& s) {
  const auto m = static_cast<std::size_t>(s.shape[0]);
  const auto n = static_cast<std::size_t>(s.shape[1]);
  const auto k = static_cast<std::size_t>(s.shape[2]);
  const std::vector<T> a(m * k, T{1}), b(k * n, T{2});
  std::vector<T> c(m * n);
  product(s, a.data(), b.data(), c.data());  // the first call makes memory and threads
  std::vector<double> times;
  for (int i = 0; i < s.repetitions; ++i) {
    const auto start = std::chrono::steady_clock::now();
    product(s, a.data(), b.data(), c.data());
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  const auto middle = times.begin() + s.repetitions / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app("Measures C = A B with the BLAS kernels in use; A is (m,k), B is (k,n).");
  app.add_option("--shape", s.shape, "m n k")->check(CLI::Range(1, 20000))->capture_default_str();
  app.add_flag("--transpose-a", s.transpose_a, "A is stored as (k,m)");
  app.add_flag("--float64", s.float64, "double precision");
  app.add_option("--repetitions", s.repetitions, "products, of which the median counts")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--threads", s.threads, "threads of a product")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const gradtable::BlasInfo& info = gradtable::tune_blas();
  gradtable::set_blas_threads(s.threads);
  const double us = s.float64 ? microseconds<double>(s) : microseconds<float>(s);
  const double flops = 2.0 * s.shape[0] * s.shape[1] * s.shape[2];
  fmt::print(
      "{{\"gflops\":{:.2f},\"us\":{:.2f},\"kernels\":\"{}\",\"chosen_by\":\"{}\",\"library\":\"{}\","
      "\"threads\":{}}}\n",
      flops / us * 1e-3, us, info.kernels, info.chosen_by, info.library, gradtable::blas_threads());
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "error: {}\n", error.what());
  return 1;
}
