// What this machine does at best, for comparison with the steps of a profile.
#pragma once

#include "gradtable/graph/profile.hpp"

namespace gradtable {

// Of so many threads together: the operations of a product of two (512,512) matrices, and the bytes of a sum
// over arrays of 32 MB, which few caches hold. Both are programs of their own; the best of several runs
// counts. Takes about half a second. A step whose arrays lie in the caches may move more bytes a second.
// Throws GraphError for no threads, or more than kMostThreads.
MachinePeak measured_peak(int threads, DType dtype = DType::float32);

}  // namespace gradtable
