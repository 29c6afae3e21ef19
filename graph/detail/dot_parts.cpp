#include "gradtable/graph/detail/dot_parts.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gradtable::detail {
namespace {

struct Cluster {
  std::string_view name;
  std::string_view fill;
  std::string_view border;
};

constexpr std::array<Cluster, 3> kClusters = {{{"forward", "#f5f8fc", "#c3d3e6"},  // by Phase
                                               {"gradient", "#fdf6f4", "#e8cbc2"},
                                               {"update", "#f5faf4", "#c5dcc0"}}};

constexpr std::string_view kClusterBegin = R"(  subgraph cluster_{0} {{
    graph [label="{1}", labeljust=l, labelloc=t, style="filled,rounded", fillcolor="{2}", color="{3}"];
)";

}  // namespace

std::string cluster_begin(Phase phase, int band) {
  const Cluster& cluster = kClusters[static_cast<std::size_t>(phase)];
  const bool is_of_higher_order = phase == Phase::gradient && band > 1;
  return fmt::format(kClusterBegin,
                     is_of_higher_order ? fmt::format("gradient_{}", band) : std::string(cluster.name),
                     is_of_higher_order ? fmt::format("gradient of order {}", band) : cluster.name,
                     cluster.fill, cluster.border);
}

std::string to_dot(const DotEdge& edge) {
  // Graphviz draws an edge along a row from cluster to cluster twice, unless it is written backwards.
  const bool is_backwards = edge.in_row && edge.is_across;
  std::vector<std::string> look;
  if (is_backwards) look.emplace_back("dir=back");
  if (edge.input)
    look.push_back(fmt::format("{}=\"{}\"", is_backwards ? "taillabel" : "headlabel", *edge.input));
  // Paler on its way from cluster to cluster, so that each of them reads as a drawing of its own.
  if (edge.is_across) look.emplace_back("color=\"#b8c4d0\"");
  if (edge.has_rows && !edge.in_row && !edge.is_forward) look.emplace_back("constraint=false");
  return fmt::format("  {} -> {}{};\n", is_backwards ? edge.to : edge.from,
                     is_backwards ? edge.from : edge.to,
                     look.empty() ? "" : fmt::format(" [{}]", fmt::join(look, ", ")));
}

}  // namespace gradtable::detail
