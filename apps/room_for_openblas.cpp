// OpenBLAS takes a buffer for each of its threads when it is loaded, before main, and retries without end
// where the system refuses one. So every program asks first, before the libraries are initialized: in the
// array of functions that run then, which only programs have, not libraries.
#include <cstddef>
#include <string_view>

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
[[gnu::weak]] char* openblas_get_config(void);
}

namespace {

constexpr std::size_t kBufferBytes = (std::size_t{128} << 20) + 8192;
constexpr int kMostThreads = 64;  // that it takes buffers for
constexpr int kOutput = 6;        // gradtable::ExitCode::output, which says so
constexpr std::string_view kMessage =
    "error: out of memory: OpenBLAS takes 128 MB of address space for each thread when it is loaded; "
    "expected room for it, or OMP_NUM_THREADS=1 in the environment\n";

// Nothing is initialized yet: not the environment of the C library, and no sanitizer.
#define GRADTABLE_EARLY __attribute__((no_sanitize("address", "thread", "undefined")))

GRADTABLE_EARLY int cores_of_process() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return kMostThreads;
  const int count = CPU_COUNT(&cores);
  return count < kMostThreads ? count : kMostThreads;
}

// As many as there are cores, or fewer where OMP_NUM_THREADS says so.
GRADTABLE_EARLY int threads_of_openblas(char** environment) {
  const int cores = cores_of_process();
  constexpr std::string_view kName = "OMP_NUM_THREADS=";
  for (; *environment != nullptr; ++environment) {
    const char* entry = *environment;
    std::size_t same = 0;
    while (same < kName.size() && entry[same] == kName[same]) ++same;
    if (same < kName.size()) continue;
    int threads = 0;
    for (const char* digit = entry + same; *digit >= '0' && *digit <= '9' && threads < kMostThreads; ++digit)
      threads = 10 * threads + (*digit - '0');
    if (threads > 0) return threads < cores ? threads : cores;
  }
  return cores;
}

GRADTABLE_EARLY void require_room(int /*argc*/, char** /*argv*/, char** environment) {
  if (openblas_get_config == nullptr) return;  // another BLAS
  void* buffers[kMostThreads];
  const int wanted = threads_of_openblas(environment);
  int got = 0;
  for (; got < wanted; ++got) {
    buffers[got] = mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffers[got] == MAP_FAILED) break;
  }
  for (int i = 0; i < got; ++i) munmap(buffers[i], kBufferBytes);
  if (got == wanted) return;
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  _exit(kOutput);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const ask_first)(int, char**, char**) = require_room;

}  // namespace
