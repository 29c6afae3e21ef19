// Loops compiled for several instruction sets; the best version for the processor runs.
//
// With g++ on x86-64; elsewhere the same loops are compiled once.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define GRADTABLE_SEVERAL_INSTRUCTION_SETS
#endif

// Of the body of a loop, so that it is compiled within the function whose instruction set it takes.
#define GRADTABLE_INLINE __attribute__((always_inline))

// No turn of the loop that follows reads what another one writes.
#if defined(__GNUC__) && !defined(__clang__)
#define GRADTABLE_INDEPENDENT _Pragma("GCC ivdep")
#else
#define GRADTABLE_INDEPENDENT
#endif

namespace gradtable::detail {

// x86-64 and its levels v3 (AVX2) and v4 (AVX-512), worst first; elsewhere there is only the first.
enum class InstructionSet { baseline, avx2, avx512 };

// The best one of this processor.
inline InstructionSet instruction_set() {
#ifdef GRADTABLE_SEVERAL_INSTRUCTION_SETS
  static const InstructionSet best = __builtin_cpu_supports("x86-64-v4")   ? InstructionSet::avx512
                                     : __builtin_cpu_supports("x86-64-v3") ? InstructionSet::avx2
                                                                           : InstructionSet::baseline;
  return best;
#else
  return InstructionSet::baseline;
#endif
}

#ifdef GRADTABLE_SEVERAL_INSTRUCTION_SETS
// noipa: one compiled version each, so that equal numbers give equal bits wherever they are computed.
template <class Body>
__attribute__((noipa, target("arch=x86-64-v4"))) void run_avx512(Body body) {
  body();
}

template <class Body>
__attribute__((noipa, target("arch=x86-64-v3"))) void run_avx2(Body body) {
  body();
}

template <class Body>
__attribute__((noipa)) void run_baseline(Body body) {
  body();
}
#endif

// Calls body, a lambda that captures by value and is GRADTABLE_INLINE, compiled for `set`, which the
// processor has.
template <class Body>
void simd(const Body& body, InstructionSet set = instruction_set()) {
#ifdef GRADTABLE_SEVERAL_INSTRUCTION_SETS
  if (set == InstructionSet::avx512) return run_avx512(body);
  if (set == InstructionSet::avx2) return run_avx2(body);
  run_baseline(body);
#else
  static_cast<void>(set);
  body();
#endif
}

}  // namespace gradtable::detail
