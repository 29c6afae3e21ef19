#include "gradtable/core/machine/detail/blas_kernels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/machine/detail/openblas.hpp"

namespace gradtable::detail {
namespace {

// Every kernel set of OpenBLAS for x86 that AVX2 and FMA, or AVX-512, outdo. Names that are absent, such as
// those of newer releases or other architectures, are left alone.
constexpr std::array<std::string_view, 22> kOlderThanAvx2 = {
    "Unknown",   "Katmai",     "Coppermine",  "Northwood",   "Prescott",     "Banias",
    "Atom",      "Core2",      "Penryn",      "Dunnington",  "Nehalem",      "Athlon",
    "Opteron",   "Barcelona",  "Nano",        "Sandybridge", "Opteron_SSE3", "Bobcat",
    "Bulldozer", "Piledriver", "Steamroller", "Generic"};
constexpr std::array<std::string_view, 3> kAvx2 = {"Haswell", "Excavator", "Zen"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Sets an environment variable, and puts back what was there.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) {
      had_value_ = true;
      old_value_ = old;
    }
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (had_value_) {
      ::setenv(name_, old_value_.c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  bool had_value_ = false;
  std::string old_value_;
};

void choose_again() {
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
}

// Small integers: every order of summation gives the same bits.
template <typename T>
std::vector<T> integers(std::size_t count, int step) {
  std::vector<T> values(count);
  int value = 0;
  for (T& v : values) {
    v = static_cast<T>(value - 3);
    value = (value + step) % 7;
  }
  return values;
}

void gemm(CBLAS_TRANSPOSE trans, int m, int n, int k, const float* a, const float* b, float* c) {
  cblas_sgemm(CblasRowMajor, trans, CblasNoTrans, m, n, k, 1.0F, a, trans == CblasTrans ? m : k, b, n, 0.0F,
              c, n);
}

void gemm(CBLAS_TRANSPOSE trans, int m, int n, int k, const double* a, const double* b, double* c) {
  cblas_dgemm(CblasRowMajor, trans, CblasNoTrans, m, n, k, 1.0, a, trans == CblasTrans ? m : k, b, n, 0.0, c,
              n);
}

template <typename T>
bool product_is_right(CBLAS_TRANSPOSE trans, int m, int n, int k) {
  const auto rows = static_cast<std::size_t>(m), columns = static_cast<std::size_t>(n),
             depth = static_cast<std::size_t>(k);
  const std::vector<T> a = integers<T>(rows * depth, 3);
  const std::vector<T> b = integers<T>(depth * columns, 5);
  std::vector<T> got(rows * columns, T{-1});
  gemm(trans, m, n, k, a.data(), b.data(), got.data());
  std::vector<T> expected(rows * columns, T{0});
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t p = 0; p < depth; ++p) {
      const T left = trans == CblasTrans ? a[p * rows + i] : a[i * depth + p];
      for (std::size_t j = 0; j < columns; ++j) expected[i * columns + j] += left * b[p * columns + j];
    }
  }
  return got == expected;
}

// The small size is for the kernels that do not pack (up to 10^6 multiplications), the large one for those
// that do; odd extents, so that the borders of the register blocks are run too.
template <typename T>
bool all_right() {
  for (const CBLAS_TRANSPOSE trans : {CblasNoTrans, CblasTrans}) {
    if (!product_is_right<T>(trans, 37, 29, 41) || !product_is_right<T>(trans, 131, 93, 107)) return false;
  }
  return true;
}

}  // namespace

CpuGeneration cpu_generation() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx2 && avx512) return CpuGeneration::avx512;
  if (avx2) return CpuGeneration::avx2;
#endif
  return CpuGeneration::baseline;
}

std::vector<std::string_view> better_kernels(CpuGeneration cpu, std::string_view current) {
  const bool older_than_avx2 = contains(kOlderThanAvx2, current);
  std::vector<std::string_view> better;
  if (cpu >= CpuGeneration::avx512 && (older_than_avx2 || contains(kAvx2, current)))
    better.push_back("SkylakeX");
  if (cpu >= CpuGeneration::avx2 && older_than_avx2) better.push_back("Haswell");
  return better;
}

std::string_view current_kernels() {
  return openblas_get_corename != nullptr ? openblas_get_corename() : "unknown";
}

bool use_best_kernels() {
  if (gotoblas_dynamic_quit == nullptr || gotoblas_dynamic_init == nullptr) return false;
  const std::vector<std::string_view> better = better_kernels(cpu_generation(), current_kernels());
  if (better.empty()) return false;
  for (const std::string_view name : better) {
    const ScopedVariable choice("OPENBLAS_CORETYPE", std::string(name));
    choose_again();
    if (current_kernels() == name && products_are_right()) return true;
  }
  choose_again();  // by the variable as the user left it: the library's own choice
  return false;
}

bool products_are_right() {
  const int threads = blas_threads();
  set_blas_threads(1);  // OpenMP threads started here would break a program that forks later
  const bool right = all_right<float>() && all_right<double>();
  set_blas_threads(threads);
  return right;
}

}  // namespace gradtable::detail
