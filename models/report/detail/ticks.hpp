// Round numbers along an axis.
#pragma once

#include <string>
#include <vector>

namespace gradtable::report::detail {

// About `wanted` multiples of 1, 2 or 5 times a power of ten, which reach from at most `low` to at least
// `high`; at least two. The step is at least `least_step`.
std::vector<double> linear_ticks(double low, double high, int wanted, double least_step = 0);

// Powers of ten, and 2 and 5 times them, that reach from at most `low` to at least `high`, both above 0:
// fewer of them where there are many powers between.
std::vector<double> logarithmic_ticks(double low, double high);

// As few digits as tell ticks of this distance apart: "0.05", "2", "1e-06".
std::string tick_label(double value, double step);

}  // namespace gradtable::report::detail
