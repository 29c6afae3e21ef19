#include "gradtable/core/blas.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "gradtable/core/detail/blas_kernels.hpp"
#include "gradtable/core/detail/openblas.hpp"
#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

// The values of openblas_get_parallel().
constexpr int kPthreads = 1;
constexpr int kOpenMp = 2;

int parallel() {
  return openblas_get_parallel != nullptr ? openblas_get_parallel() : -1;
}

// The first two words of "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...".
std::string library_name() {
  if (openblas_get_config == nullptr) return "unknown";
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

std::string threading_name() {
  switch (parallel()) {
    case 0:
      return "none";
    case kPthreads:
      return "pthreads";
    case kOpenMp:
      return "openmp";
    default:
      return "unknown";
  }
}

bool user_chose() {
  const char* value = std::getenv("OPENBLAS_CORETYPE");
  return value != nullptr && *value != '\0';
}

BlasInfo tune() {
  std::string chosen_by = "library";
  if (user_chose()) {
    chosen_by = "user";
  } else if (detail::use_best_kernels()) {
    chosen_by = "gradtable";
  }
  return {library_name(), threading_name(), std::string(detail::current_kernels()), chosen_by};
}

}  // namespace

std::string to_string(const BlasInfo& info) {
  return fmt::format("{} ({}), {} kernels chosen by {}", info.library, info.threading, info.kernels,
                     info.chosen_by);
}

const BlasInfo& tune_blas() {
  static const BlasInfo info = tune();
  return info;
}

void set_blas_threads(int threads) {
  if (threads < 1) {
    throw ConfigError(fmt::format("set_blas_threads: expected at least 1 thread, got {}", threads));
  }
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(threads);
}

int blas_threads() {
  // openblas_get_num_threads() of an OpenMP build answers for whichever thread called BLAS last.
  if (parallel() == kOpenMp && omp_get_max_threads != nullptr) return omp_get_max_threads();
  return openblas_get_num_threads != nullptr ? std::max(1, openblas_get_num_threads()) : 1;
}

}  // namespace gradtable
