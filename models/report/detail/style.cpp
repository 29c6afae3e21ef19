#include "gradtable/models/report/detail/style.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace gradtable::report::detail {
namespace {

struct Colour {
  std::string_view name, light, dark;
};

// The four of curves are told apart by the colour-blind (Okabe and Ito).
constexpr std::array<Colour, 11> kColours = {{{"--page", "#f6f7f9", "#12161c"},
                                              {"--card", "#ffffff", "#1b2129"},
                                              {"--line", "#dde1e7", "#343c47"},
                                              {"--text", "#1b2430", "#e7ebf0"},
                                              {"--soft", "#5b6675", "#a2adba"},
                                              {"--good", "0, 104, 178", "76, 163, 230"},
                                              {"--bad", "214, 60, 30", "240, 100, 70"},
                                              {"--c0", "#0068b2", "#5fb4f2"},
                                              {"--c1", "#c95500", "#f0a04b"},
                                              {"--c2", "#00805d", "#45c79d"},
                                              {"--c3", "#a0468c", "#e08ccb"}}};

constexpr std::string_view kPageRules = R"(* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 48px; max-width: 1120px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1 { margin: 0; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 18px; line-height: 1.3; overflow-wrap: anywhere; }
p { margin: 0 0 12px; color: var(--soft); overflow-wrap: anywhere; }
header p { margin: 4px 0 0; }
section {
  margin-top: 20px; padding: 20px;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: 10px; color: var(--soft); font-size: 13px; line-height: 1.4; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 24px 32px; }
.scroll { overflow: auto; max-height: 85vh; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 18px 0 0; }
.facts div { padding: 10px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd {
  margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th { font-weight: 600; color: var(--soft); }
.heat { width: 100%; border-collapse: separate; border-spacing: 2px; }
.heat th, .heat td { padding: 5px 2px; min-width: 30px; text-align: center; }
.heat td { border-radius: 4px; }
.heat th:first-child { padding-right: 6px; text-align: right; white-space: nowrap; }
.heat .upright {
  padding: 2px 0; text-align: left; white-space: nowrap; writing-mode: vertical-rl; transform: rotate(180deg);
}
.heat .hit { background: rgba(var(--good), var(--a)); }
.heat .miss { background: rgba(var(--bad), var(--a)); }
.heat .none { color: var(--soft); opacity: 0.6; }
.scores { width: 100%; }
.scores th, .scores td {
  padding: 5px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line);
}
.scores tr:last-child > * { border-bottom: 0; font-weight: 600; }
.scores th:first-child { text-align: left; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px; }
.card { padding: 10px; border: 1px solid var(--line); border-radius: 8px; }
.card img {
  display: block; width: 100%; max-width: 140px; margin: 0 auto 8px;
  image-rendering: pixelated; border-radius: 4px;
}
.card figcaption { margin-bottom: 4px; }
.card b { color: var(--text); font-size: 14px; }
.bars { width: 100%; font-size: 12px; }
.bars th, .bars td { padding: 1px 0; text-align: left; white-space: nowrap; }
.bars td:nth-child(2) { width: 100%; padding: 0 6px; }
.bars td:last-child { text-align: right; }
.bars i { display: block; height: 8px; min-width: 1px; border-radius: 2px; background: rgb(var(--bad)); }
.bars .label i { background: rgb(var(--good)); }
.bars .label th { color: rgb(var(--good)); }
.scale { display: flex; align-items: center; gap: 8px; font-size: 13px; font-variant-numeric: tabular-nums; }
.scale img { width: 180px; height: 12px; border-radius: 3px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 8px; }
.tiles img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; }
.matrix img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; }
details summary { cursor: pointer; }
details summary h2 { display: inline; }
details[open] summary { margin-bottom: 12px; }
pre { margin: 0; font-size: 13px; line-height: 1.45; }
.paper { padding: 8px; background: #ffffff; border-radius: 6px; }
@media (max-width: 560px) {
  body { padding: 14px 10px 32px; }
  section { padding: 14px 12px; }
  .heat { border-spacing: 1px; }
  .heat th, .heat td { padding: 4px 0; min-width: 24px; font-size: 11px; }
  .scores th, .scores td { padding: 4px; font-size: 12px; }
  .cards { grid-template-columns: repeat(2, 1fr); }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(60px, 1fr)); gap: 6px; }
}
.chart { display: block; width: 100%; max-width: 550px; height: auto; }
)";

constexpr std::string_view kChartRules =
    R"(.chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.chart .end { text-anchor: end; }
.chart .middle { text-anchor: middle; }
.grid { stroke: var(--line); }
.axis { stroke: var(--soft); }
.mark { stroke: var(--soft); stroke-dasharray: 2 3; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.c0 { stroke: var(--c0); }
.c1 { stroke: var(--c1); stroke-dasharray: 7 4; }
.c2 { stroke: var(--c2); stroke-dasharray: 2 3; }
.c3 { stroke: var(--c3); stroke-dasharray: 10 3 2 3; }
.d0 { fill: var(--c0); }
.d1 { fill: var(--c1); }
.d2 { fill: var(--c2); }
.d3 { fill: var(--c3); }
)";

}  // namespace

std::string style() {
  std::string light, dark;
  for (const Colour& colour : kColours) {
    light += fmt::format("  {}: {};\n", colour.name, colour.light);
    dark += fmt::format("    {}: {};\n", colour.name, colour.dark);
  }
  return fmt::format(":root {{\n{}}}\n@media (prefers-color-scheme: dark) {{\n  :root {{\n{}  }}\n}}\n{}{}",
                     light, dark, kPageRules, kChartRules);
}

std::string chart_style() {
  std::string text(kChartRules);
  for (const Colour& colour : kColours) {
    const std::string variable = fmt::format("var({})", colour.name);
    for (std::size_t at; (at = text.find(variable)) != std::string::npos;)
      text.replace(at, variable.size(), colour.light);
  }
  return ".chart { font-family: Helvetica, Arial, \"Liberation Sans\", sans-serif; }\n"
         ".chart .title { font-size: 13px; font-weight: bold; }\n" +
         text;
}

}  // namespace gradtable::report::detail
