// The rule behind tune_blas(), in parts that can be tested on any CPU.
#pragma once

#include <string_view>
#include <vector>

namespace gradtable::detail {

// Ordered: a newer generation runs everything that an older one does.
enum class CpuGeneration { baseline, avx2, avx512 };

// avx512 means F, BW, DQ and VL; avx2 means AVX2 and FMA; both with the operating system's support. Always
// baseline on other architectures than x86.
CpuGeneration cpu_generation();

// Names of OpenBLAS kernels that are newer than `current` and run on the CPU, best first. None where
// `current` is as new as the CPU allows, or not a name that this function knows.
std::vector<std::string_view> better_kernels(CpuGeneration cpu, std::string_view current);

// The kernels that OpenBLAS uses now; "unknown" with another BLAS.
std::string_view current_kernels();

// Replaces OpenBLAS's kernels by better ones when there are any, checks that they are in use and multiply
// correctly, and goes back to the library's choice when not. True when replaced. Leaves the environment as it
// was. Nothing else may use BLAS or the environment meanwhile.
bool use_best_kernels();

// Whether sgemm and dgemm, on one thread, give exactly what plain loops give.
bool products_are_right();

}  // namespace gradtable::detail
