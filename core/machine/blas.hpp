// Which BLAS runs the matrix products, with which kernels and on how many threads.
#pragma once

#include <string>
#include <string_view>

namespace gradtable {

struct BlasInfo {
  std::string library;    // "OpenBLAS 0.3.21", or "unknown" for a BLAS that does not tell
  std::string threading;  // "openmp", "pthreads", "none" or "unknown"
  std::string kernels;    // the core type, as in OPENBLAS_CORETYPE: "SkylakeX"; "unknown" likewise
  std::string chosen_by;  // who chose the kernels: "library", "user" (by OPENBLAS_CORETYPE) or "gradtable"
};

// "OpenBLAS 0.3.21 (openmp), SkylakeX kernels chosen by gradtable"
std::string to_string(const BlasInfo& info);

// Makes OpenBLAS use kernels as new as this CPU allows, unless the user chose with OPENBLAS_CORETYPE or the
// library's own choice is as new; docs/decisions/blas-kernels.md has the reasons. Another BLAS is left alone.
// The first call does it, later calls return the same answer; safe from several threads. The first call may
// write the environment and replace kernels in use, so it belongs at the start of the program: it must not
// run while any other thread calls BLAS or reads or writes the environment.
const BlasInfo& tune_blas();

// The kernels in use now, as BlasInfo names them; chooses none.
std::string_view blas_kernels();

// Makes room for the matrix products of so many threads at the same time, each with one thread of BLAS.
// OpenBLAS takes a buffer of 128 MB of address space where it has none that is free, keeps it for whoever
// needs one next, and retries without end where the system refuses it. Throws std::bad_alloc where it would.
// Costs nothing when there is room for as many.
void reserve_blas_buffers(int threads);

// BLAS calls of the calling thread use this many threads, until set again; threads >= 1. Each thread sets its
// own number: a new one starts with OpenMP's default, whatever was set elsewhere. Only a BLAS built on
// pthreads has one number for the whole process. More threads than the library was built for (often 64) are
// taken for that number; a BLAS that cannot be told ignores it. Costs nothing when nothing changes for the
// calling thread. Throws ConfigError, and std::bad_alloc when there is no memory for the threads' buffers.
void set_blas_threads(int threads);
// The number of threads that BLAS calls of the calling thread use; 1 for a BLAS that does not tell.
int blas_threads();

// BLAS calls of the calling thread use one thread until the end of the scope, as those of a team must; costs
// a few nanoseconds. With a BLAS built on pthreads, which has one number for the process, it stays at one.
class OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;  // 0: nothing to put back
};

}  // namespace gradtable
