// The order of the passes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/plan.hpp"
#include "gradtable/graph/rewrites/passes.hpp"

namespace gradtable::detail {

// How results are cut in deterministic programs, whatever the number of threads.
inline constexpr int kFixedSlices = 4;

struct Pass {
  std::string_view name;
  Change (*apply)(const Computation& from, int slices);
};

// Three groups, in this order: passes that choose the formulas that are computed, whose nodes messages are
// about; passes that do not depend on the division of products; and passes that do.
std::span<const Pass> source_passes();
std::span<const Pass> first_passes();
std::span<const Pass> last_passes();

// Applies the passes except those named in `without`, and appends a description of each change to the list.
Computation rewrite(Computation computation, std::span<const Pass> passes, int slices,
                    const std::vector<std::string>& without, std::vector<Rewrite>& list);

}  // namespace gradtable::detail
