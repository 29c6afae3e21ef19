#include "gradtable/ops/patterns/stable_forms.hpp"

#include <fmt/format.h>

#include "gradtable/graph/rewrites/passes.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable::detail {

Change stable_forms(const Computation& from) {
  const auto may = [&](const Node& node) { return may_have_stable_form(*from.graph, node); };
  if (!any_result(*from.graph, may)) return {};
  Rewriter rewriter(from);
  int replaced = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Node& node = rewriter.node(id);
    if (!node.op) return Tensor();
    const Tensor form = stable_form(*node.op, rewriter.inputs_of(id));
    if (!form.empty()) ++replaced;
    return form;
  });
  if (replaced == 0) return {};
  return {std::move(made), fmt::format("{} formulas in a form that does not overflow", replaced)};
}

}  // namespace gradtable::detail
