#include "gradtable/core/machine/blas.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/detail/blas_kernels.hpp"
#include "gradtable/core/machine/detail/openblas.hpp"

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

// How many threads the library was built for, as it says itself: "... MAX_THREADS=64".
int most_threads_by_config() {
  constexpr std::string_view kName = "MAX_THREADS=";
  int most = std::numeric_limits<int>::max();
  if (openblas_get_config == nullptr) return most;
  const std::string_view config = openblas_get_config();
  const std::size_t at = config.find(kName);
  if (at == std::string_view::npos) return most;
  std::from_chars(config.data() + at + kName.size(), config.data() + config.size(), most);
  return std::max(1, most);
}

// The most threads that the library takes: as it says, or fewer once it has taken fewer than it was told.
std::atomic<int>& most_threads() {
  static std::atomic<int> most{most_threads_by_config()};
  return most;
}

int threads_told() {
  // openblas_get_num_threads() of an OpenMP build answers for whichever thread called BLAS last.
  if (parallel() == kOpenMp && omp_get_max_threads != nullptr) return omp_get_max_threads();
  return openblas_get_num_threads != nullptr ? std::max(1, openblas_get_num_threads()) : 1;
}

// Address space of the size of one of OpenBLAS's buffers, until the end of its scope.
class Room {
 public:
  Room() {
    if (start_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~Room() { munmap(start_, kBytes); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

 private:
  static constexpr std::size_t kBytes = std::size_t{128} << 20;  // BUFFER_SIZE of OpenBLAS on x86-64
  void* start_ = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
};

// OpenBLAS asks for a buffer again and again, without end, when the system refuses it. Throws std::bad_alloc
// where it would. One by one, as it takes them: a system may refuse at once what it gives in pieces.
void require_room_for_buffers(int count) {
  const std::vector<Room> rooms(static_cast<std::size_t>(count));
}

BlasInfo tune() {
  reserve_blas_buffers(1);
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

std::string_view blas_kernels() {
  return detail::current_kernels();
}

void reserve_blas_buffers(int threads) {
  if (blas_memory_alloc == nullptr || blas_memory_free == nullptr) return;
  static std::mutex one_at_a_time;
  static int reserved = 0;
  const std::lock_guard lock(one_at_a_time);
  const int wanted = std::min(threads, most_threads_by_config());
  if (wanted <= reserved) return;
  require_room_for_buffers(wanted - reserved);
  std::vector<void*> buffers(static_cast<std::size_t>(wanted));
  for (void*& buffer : buffers) buffer = blas_memory_alloc(0);
  std::ranges::for_each(buffers, blas_memory_free);
  reserved = wanted;
}

void set_blas_threads(int threads) {
  if (threads < 1) {
    throw ConfigError(fmt::format("set_blas_threads: expected at least 1 thread, got {}", threads));
  }
  if (openblas_set_num_threads == nullptr) return;
  const int possible = std::min(threads, most_threads().load());
  const int before = threads_told();
  if (possible == before) return;
  // OpenBLAS takes and gives back the buffers of its threads here, and does not guard them itself.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  if (possible > before) require_room_for_buffers(possible - before);  // one each
  openblas_set_num_threads(possible);
  if (const int taken = threads_told(); taken < possible) most_threads() = taken;
}

int blas_threads() {
  return std::min(threads_told(), most_threads().load());
}

// OpenBLAS on OpenMP asks at each call how many threads OpenMP would take.
OneBlasThread::OneBlasThread() : before_(0) {
  if (parallel() != kOpenMp || omp_set_num_threads == nullptr) {
    set_blas_threads(1);
  } else if (const int told = threads_told(); told != 1) {
    before_ = told;
    omp_set_num_threads(1);
  }
}

OneBlasThread::~OneBlasThread() {
  if (before_ != 0) omp_set_num_threads(before_);
}

}  // namespace gradtable
