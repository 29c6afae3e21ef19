// Counts what the test program takes from the heap by operator new. The BLAS library allocates by malloc and
// is not counted.
#pragma once

#include <cstdint>

namespace gradtable::testing {

// Of the calling thread, since it started.
std::int64_t allocations();
// The bytes that the calling thread asked for with an alignment: numbers of arrays and programs, and teams.
std::int64_t aligned_bytes();
// Of all threads, since the program started.
std::int64_t allocations_of_all_threads();

}  // namespace gradtable::testing
