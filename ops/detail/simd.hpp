// Loops compiled for several instruction sets, of which the best one that the processor has is run, and the
// functions that such loops can call on whole vectors at once.
//
// With g++ on x86-64 and glibc, whose vector functions these are; elsewhere the same loops are compiled once
// and call the scalar functions.
#pragma once

#include <cmath>

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

#if defined(GRADTABLE_SEVERAL_INSTRUCTION_SETS) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 22)
#define GRADTABLE_VECTOR_FUNCTION __attribute__((simd("notinbranch"), const))
#endif
#if __GLIBC_PREREQ(2, 35)
#define GRADTABLE_VECTOR_FUNCTION_2_35 GRADTABLE_VECTOR_FUNCTION
#endif
#endif
#ifndef GRADTABLE_VECTOR_FUNCTION
#define GRADTABLE_VECTOR_FUNCTION
#endif
#ifndef GRADTABLE_VECTOR_FUNCTION_2_35
#define GRADTABLE_VECTOR_FUNCTION_2_35
#endif

namespace gradtable::detail {

// The functions of libm, within 4 units in the last place; <cmath> declares them without their vector
// versions unless -ffast-math is given.
GRADTABLE_VECTOR_FUNCTION float exp(float) noexcept __asm__("expf");
GRADTABLE_VECTOR_FUNCTION double exp(double) noexcept __asm__("exp");
GRADTABLE_VECTOR_FUNCTION float log(float) noexcept __asm__("logf");
GRADTABLE_VECTOR_FUNCTION double log(double) noexcept __asm__("log");
GRADTABLE_VECTOR_FUNCTION float sin(float) noexcept __asm__("sinf");
GRADTABLE_VECTOR_FUNCTION double sin(double) noexcept __asm__("sin");
GRADTABLE_VECTOR_FUNCTION float cos(float) noexcept __asm__("cosf");
GRADTABLE_VECTOR_FUNCTION double cos(double) noexcept __asm__("cos");
GRADTABLE_VECTOR_FUNCTION float pow(float, float) noexcept __asm__("powf");
GRADTABLE_VECTOR_FUNCTION double pow(double, double) noexcept __asm__("pow");
GRADTABLE_VECTOR_FUNCTION_2_35 float expm1(float) noexcept __asm__("expm1f");
GRADTABLE_VECTOR_FUNCTION_2_35 double expm1(double) noexcept __asm__("expm1");
GRADTABLE_VECTOR_FUNCTION_2_35 float log1p(float) noexcept __asm__("log1pf");
GRADTABLE_VECTOR_FUNCTION_2_35 double log1p(double) noexcept __asm__("log1p");
GRADTABLE_VECTOR_FUNCTION_2_35 float tanh(float) noexcept __asm__("tanhf");
GRADTABLE_VECTOR_FUNCTION_2_35 double tanh(double) noexcept __asm__("tanh");
GRADTABLE_VECTOR_FUNCTION_2_35 float erfc(float) noexcept __asm__("erfcf");
GRADTABLE_VECTOR_FUNCTION_2_35 double erfc(double) noexcept __asm__("erfc");
GRADTABLE_VECTOR_FUNCTION_2_35 float erf(float) noexcept __asm__("erff");
GRADTABLE_VECTOR_FUNCTION_2_35 double erf(double) noexcept __asm__("erf");

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
