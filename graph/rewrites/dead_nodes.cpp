#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {

Change dead_nodes(const Computation& from) {
  Rewriter rewriter(from);
  const std::size_t dead = from.graph->size() - rewriter.order().size();
  if (dead == 0) return {};
  return {rewriter.run([](NodeId) { return Tensor(); }), fmt::format("{} nodes that nothing needs", dead)};
}

}  // namespace gradtable::detail
