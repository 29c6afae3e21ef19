#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {

Change dead_nodes(const Computation& from) {
  const std::size_t dead = from.graph->size() - needed_nodes(from).size();
  if (dead == 0) return {};
  Rewriter rewriter(from);
  return {rewriter.run([](NodeId) { return Tensor(); }), fmt::format("{} nodes that nothing needs", dead)};
}

}  // namespace gradtable::detail
