// What OpenBLAS exports beside BLAS. Weak, so that linking with another BLAS, or with an OpenBLAS for a
// single kind of CPU, still works: there these addresses are null.
#pragma once

#include <cblas.h>

extern "C" {
[[gnu::weak]] char* openblas_get_config(void);
[[gnu::weak]] char* openblas_get_corename(void);
[[gnu::weak]] int openblas_get_parallel(void);
[[gnu::weak]] int openblas_get_num_threads(void);
[[gnu::weak]] void openblas_set_num_threads(int);
// Its buffers, one for each thread that needs one at the same time; `position` has no meaning any more.
[[gnu::weak]] void* blas_memory_alloc(int position);
[[gnu::weak]] void blas_memory_free(void* buffer);
// Forget the kernels in use; choose them anew, by OPENBLAS_CORETYPE or else by the CPU.
[[gnu::weak]] void gotoblas_dynamic_quit(void);
[[gnu::weak]] void gotoblas_dynamic_init(void);
// Of the OpenMP run time that an OpenBLAS of that flavour brings along.
[[gnu::weak]] int omp_get_max_threads(void);
[[gnu::weak]] void omp_set_num_threads(int threads);
[[gnu::weak]] int omp_get_num_places(void);
[[gnu::weak]] int omp_get_place_num_procs(int place);
[[gnu::weak]] void omp_get_place_proc_ids(int place, int* cores);
}
