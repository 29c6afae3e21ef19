// One op of an audit, alone in a graph of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradtable/graph/checks/audit.hpp"

namespace gradtable::detail {

// Fills in the verdict, what was checked, the error and the message of a row, for y = op(inputs). `stream`
// tells the random vectors of one node from those of another.
void audit_op(const std::shared_ptr<const Op>& op, const std::vector<ConstView>& inputs,
              const AuditOptions& options, std::uint64_t stream, AuditRow& row);

}  // namespace gradtable::detail
