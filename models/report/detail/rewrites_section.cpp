#include "gradtable/models/report/detail/rewrites_section.hpp"

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/report/detail/frame_texts.hpp"
#include "gradtable/models/report/detail/markup.hpp"

namespace gradtable::report::detail {
namespace {

constexpr std::string_view kBegin = R"(<section id="rewrites" aria-label="Rewrites">
<details open>
<summary><h2>What is computed</h2></summary>
<p><code>compile</code> rewrites the graph by passes, each to a graph of the same values. A program computes what is left after the last one.</p>
<div class="scroll" tabindex="0"><table>
<thead><tr><th>after the pass</th><th>nodes</th><th>what it did</th><th>now computed by</th><th>fused or removed</th></tr></thead>
<tbody>
<tr><td><a href="#s0">as written</a></td><td>{}</td><td></td><td></td><td></td></tr>
)";

std::string link(const Graph& graph, NodeId id) {
  return fmt::format(R"(<a href="#n{}">{}</a>)", id, escaped(called(graph, id)));
}

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

std::string row(const Graph& graph, const PassEffect& effect, std::size_t number) {
  std::string made, gone;
  for (const auto& [node, op] : effect.made)
    append(made, fmt::format("{}&nbsp;by&nbsp;{}", link(graph, node),
                             op.empty() ? "a constant" : escaped(printable(op))));
  for (const NodeId node : effect.gone) append(gone, link(graph, node));
  return fmt::format(
      "<tr><td><a href=\"#s{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", number,
      escaped(effect.rewrite.pass), effect.rewrite.nodes_after, escaped(effect.rewrite.reason), made, gone);
}

}  // namespace

std::string rewrites_section(const Graph& graph, const PassEffects& effects) {
  if (effects.passes.empty() && effects.in_parameters.empty()) return "";
  const std::size_t count = effects.passes.empty() ? 0 : effects.passes.front().rewrite.nodes_before;
  std::string text = fmt::format(kBegin, count);
  for (std::size_t i = 0; i < effects.passes.size(); ++i) text += row(graph, effects.passes[i], i + 1);
  text += "</tbody>\n</table></div>\n";
  std::string in_place;
  for (const auto& [node, parameter] : effects.in_parameters)
    append(in_place, fmt::format("{} in {}", link(graph, node), link(graph, parameter)));
  if (!in_place.empty())
    text +=
        fmt::format("<p>Computed in a parameter's own memory, where nothing is copied: {}.</p>\n", in_place);
  return text + "</details>\n</section>\n";
}

Json json_of(const PassEffects& effects) {
  Json json = {{"passes", Json::array()}, {"in_parameters", Json::array()}};
  for (const PassEffect& effect : effects.passes) {
    Json pass = {{"pass", effect.rewrite.pass},
                 {"nodes", effect.rewrite.nodes_after},
                 {"reason", effect.rewrite.reason},
                 {"made", Json::array()},
                 {"gone", effect.gone}};
    for (const auto& [node, op] : effect.made)
      pass["made"].push_back({node, op.empty() ? "constant" : printable(op)});
    json["passes"].push_back(pass);
  }
  for (const auto& [node, parameter] : effects.in_parameters)
    json["in_parameters"].push_back({node, parameter});
  return json;
}

}  // namespace gradtable::report::detail
