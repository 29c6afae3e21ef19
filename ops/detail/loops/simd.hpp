// The functions that loops of core/machine/simd.hpp can call on whole vectors at once.
//
// With g++ on x86-64 and glibc, whose vector functions these are; elsewhere the loops call the scalar
// functions.
#pragma once

#include <cmath>

#include "gradtable/core/machine/simd.hpp"

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

}  // namespace gradtable::detail
