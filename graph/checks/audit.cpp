#include "gradtable/graph/checks/audit.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/checks/op_audit.hpp"

namespace gradtable {
namespace {

constexpr int kMostDirections = 1'000'000;

// The cells of a table, each column as wide as its widest cell.
std::string aligned(const std::vector<std::vector<std::string>>& lines, std::span<const std::string> below) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) line += fmt::format("{:<{}}  ", lines[n][i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    if (!below[n].empty()) text += fmt::format("    {}\n", below[n]);
  }
  return text;
}

std::string error_of(const AuditRow& row) {
  return row.verdict == Verdict::right || row.verdict == Verdict::wrong
             ? fmt::format("{:.1e}", row.largest_error)
             : "-";
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames{"right", "WRONG", "kink", "no derivative", "not finite"};
  return kNames[static_cast<std::size_t>(verdict)];
}

bool Audit::passed() const {
  return count(Verdict::wrong) == 0;
}

std::size_t Audit::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(rows, verdict, &AuditRow::verdict));
}

Audit audit(Graph& graph, const Tensor& loss, const std::vector<Feed>& feeds, const AuditOptions& options) {
  if (loss.empty() || &loss.graph() != &graph)
    throw GraphError(fmt::format("audit: expected a tensor of the graph, got {}",
                                 loss.empty() ? "an empty tensor" : "one of another graph"));
  if (options.directions < 1)
    throw ConfigError(fmt::format("audit: expected at least 1 direction, got {}", options.directions));
  if (options.directions > kMostDirections)
    throw ConfigError(
        fmt::format("audit: expected at most {} directions, got {}", kMostDirections, options.directions));
  const std::array<NodeId, 1> last{loss.id()};
  const std::vector<NodeId> ids = ancestors(graph, last);
  std::vector<Tensor> values;
  for (const NodeId id : ids) values.push_back(graph.tensor(id));
  Program program = compile(graph, {.outputs = values, .without = pass_names()});
  program.run(feeds);

  Audit made;
  for (const NodeId id : ids) {
    const Node& node = graph.node(id);
    if (!node.op) continue;
    std::vector<ConstView> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(program.value(graph.tensor(input)));
    AuditRow& row = made.rows.emplace_back();
    row.node = id;
    row.label = node.name.empty() ? fmt::format("%{}", id) : node.name;  // op and place stand beside it
    row.op = node.op->name();
    row.place = to_string(node.location);
    detail::audit_op(node.op, inputs, options, static_cast<std::uint64_t>(id), row);
  }
  return made;
}

std::string to_text(const Audit& audit) {
  std::vector<std::vector<std::string>> lines = {{"node", "op", "source", "checked", "error", "verdict"}};
  std::vector<std::string> below = {""};
  for (const AuditRow& row : audit.rows) {
    lines.push_back({printable(row.label, 40), row.op, printable(row.place, 60), row.checked, error_of(row),
                     std::string(to_string(row.verdict))});
    below.push_back(printable(row.message));
  }
  std::string text = aligned(lines, below);
  text += fmt::format("{} {}", audit.rows.size(), audit.rows.size() == 1 ? "node" : "nodes");
  for (const Verdict verdict :
       {Verdict::right, Verdict::wrong, Verdict::kink, Verdict::no_derivative, Verdict::not_finite}) {
    if (audit.count(verdict) > 0) text += fmt::format(", {} {}", audit.count(verdict), to_string(verdict));
  }
  return text + '\n';
}

std::ostream& operator<<(std::ostream& out, const Audit& audit) {
  return out << to_text(audit);
}

}  // namespace gradtable
