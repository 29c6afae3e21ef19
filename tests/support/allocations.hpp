// Counts what the test program takes from the heap by operator new. The BLAS library allocates by malloc and
// is not counted.
#pragma once

#include <cstdint>

namespace gradtable::testing {

// Of the calling thread, since it started.
std::int64_t allocations();

}  // namespace gradtable::testing
