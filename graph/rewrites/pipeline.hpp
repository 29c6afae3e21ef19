// The order of the passes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradtable/graph/plan.hpp"
#include "gradtable/graph/rewrites/passes.hpp"

namespace gradtable::detail {

struct Pass {
  std::string_view name;
  Change (*apply)(const Computation& from, int slices);
};

// The passes that choose the formulas that are computed, which messages are about; those behind them that do
// not depend on how products will be divided; and those that do.
std::span<const Pass> source_passes();
std::span<const Pass> first_passes();
std::span<const Pass> last_passes();

// Applies the passes but for those named in `without`, and appends to the list what each of them did.
Computation rewrite(Computation computation, std::span<const Pass> passes, int slices,
                    const std::vector<std::string>& without, std::vector<Rewrite>& list);

}  // namespace gradtable::detail
