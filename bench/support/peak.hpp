// What this machine can do at best, to compare with.
#pragma once

#include <cstddef>
#include <map>

namespace bench {

// Floating-point operations a second of one core in float32: the better of a loop of independent
// multiply-adds in registers and a product of large matrices. Takes about a quarter of a second.
double peak_flops();

// Bytes a second, read and written together, of one core that copies in memory: half the bytes come from one
// place, half go to another. What fits in a cache is copied there.
class CopyRates {
 public:
  // Of a copy that touches so many bytes in all; at least 128 are taken. Measured once for each number.
  double operator()(std::size_t bytes);

 private:
  std::map<std::size_t, double> measured_;
};

}  // namespace bench
