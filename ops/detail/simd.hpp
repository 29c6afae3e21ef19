// Functions compiled for several instruction sets, of which the loader takes the best that the CPU has.
#pragma once

// Before a function that is not a template. Sanitizers run before the loader may choose, and not every target
// and C library has such functions: there they are compiled once.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GRADTABLE_SIMD __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define GRADTABLE_SIMD
#endif
