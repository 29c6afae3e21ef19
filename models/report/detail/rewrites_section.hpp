// The part of a graph's page about the passes of compile.
#pragma once

#include <string>

#include "gradtable/graph/pass_effects.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"

namespace gradtable::report::detail {

// A table, a row for each pass, with links to those of the nodes that it changed. Row i links to #s<i>, by
// which the page's script shows in the picture what is left after the first i passes.
std::string rewrites_section(const Graph& graph, const PassEffects& effects);

// The same for the script: {passes: [{pass, made: [[node, op], ...], gone: [node, ...]}, ...], in_parameters:
// [[node, parameter], ...]}.
Json json_of(const PassEffects& effects);

}  // namespace gradtable::report::detail
