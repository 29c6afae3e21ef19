#include "gradtable/models/report/detail/graph_drawing.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/report/chart.hpp"
#include "gradtable/models/report/detail/frame_texts.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"
#include "gradtable/models/report/detail/markup.hpp"

namespace gradtable::report::detail {
namespace {

// Of a node, without and with the gap to the next, in units of the drawing.
constexpr double kWidth = 150, kHeight = 54, kColumn = 184, kRow = 92, kMargin = 30;
constexpr std::size_t kMostLetters = 19;

constexpr std::string_view kArrow =
    R"(<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5z"/></marker></defs>
)";

// Cut after so many letters.
std::string shortened(std::string_view text) {
  std::string result;
  for (std::size_t letters = 0; !text.empty(); ++letters) {
    if (letters + 1 == kMostLetters && text.size() > utf8_length(text)) return result + "…";
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    result += text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

class Drawing {
 public:
  Drawing(const Graph& graph, const drawing::GraphLayout& layout) : graph_(graph), layout_(layout) {}

  std::string node(NodeId id) const {
    const Point corner = corner_of(id);
    const Node& drawn = graph_.node(id);
    return fmt::format(
        R"svg(<a class="node {0} {1}" id="n{2}" href="#n{2}" aria-label="{3}" transform="translate({4:g},{5:g})">)svg"
        R"svg(<rect width="{6:g}" height="{7:g}" rx="{8}"/>{9}</a>)svg"
        "\n",
        kind(drawn), to_string(drawn.phase), id,
        escaped(fmt::format("{}, {}", called(graph_, id), line_below(id))), corner.x, corner.y, kWidth,
        kHeight, radius(drawn), lines(id));
  }

  std::string edge(NodeId from, NodeId to, std::string_view kinds) const {
    return fmt::format(R"(<path class="edge{}{}" data-from="{}" data-to="{}" d="{}"/>)"
                       "\n",
                       kinds, layout_.bands[from] == layout_.bands[to] ? "" : " across", from, to,
                       way(from, to));
  }

 private:
  static std::string_view kind(const Node& node) {
    if (node.op && node.op->name() == "cast") return "result cast";
    return node.op ? "result" : op_name(node);
  }

  static int radius(const Node& node) { return node.op ? 8 : node.kind == NodeKind::parameter ? 0 : 27; }

  // "relu (4,2)"; of a node without a name its number, since its op stands above: "%12 (4,2)".
  std::string line_below(NodeId id) const {
    const Node& drawn = graph_.node(id);
    const bool titled_by_op = drawn.name.empty() && drawn.op;
    const std::string what = titled_by_op ? called(graph_, id) : printable(op_name(drawn));
    return fmt::format("{} {}", what, to_string(drawn.type.shape));
  }

  std::string lines(NodeId id) const {
    const Node& drawn = graph_.node(id);
    const std::string title =
        drawn.name.empty() && drawn.op ? printable(drawn.op->name()) : called(graph_, id);
    return fmt::format(
        R"(<text class="title" x="75" y="20">{}</text><text class="kind" x="75" y="34">{}</text>)"
        R"(<text class="value" x="75" y="48"></text>)",
        escaped(shortened(title)), escaped(shortened(line_below(id))));
  }

  Point corner_of(NodeId id) const {
    const drawing::DrawnPlace& place = layout_.places[id];
    return {kMargin + kColumn * place.column, kMargin + kRow * place.row};
  }

  static std::string curve(Point begin, Point first, Point second, Point end) {
    return fmt::format("M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}", begin.x, begin.y, first.x,
                       first.y, second.x, second.y, end.x, end.y);
  }
  static Point top(Point corner) { return {corner.x + kWidth / 2, corner.y}; }
  static Point bottom(Point corner) { return {corner.x + kWidth / 2, corner.y + kHeight}; }

  std::string way(NodeId from, NodeId to) const {
    const Point a = corner_of(from), b = corner_of(to);
    if (std::abs(a.x - b.x) > 2 * kColumn && layout_.bands[from] != layout_.bands[to]) return far(a, b);
    if (a.y == b.y && std::abs(a.x - b.x) > 1.3 * kColumn) return over(a, b);
    if (a.y == b.y || layout_.bands[from] != layout_.bands[to]) return sideways(a, b);
    return a.y < b.y ? along(bottom(a), top(b)) : along(top(a), bottom(b));
  }

  // Down or up a column. Nodes between are passed in a bow.
  static std::string along(Point p, Point q) {
    const bool passes = std::abs(p.x - q.x) < kColumn / 2 && std::abs(p.y - q.y) > kRow;
    const double bow = passes ? 0.85 * kWidth : 0;
    const double reach = (q.y > p.y ? 1 : -1) * (passes ? 0.25 * std::abs(q.y - p.y) : 30);
    return curve(p, {p.x + bow, p.y + reach}, {q.x + bow, q.y - reach}, q);
  }

  static std::string sideways(Point a, Point b) {
    const bool to_the_right = b.x > a.x;
    const Point p = {a.x + (to_the_right ? kWidth : 0), a.y + kHeight / 2};
    const Point q = {b.x + (to_the_right ? 0 : kWidth), b.y + kHeight / 2};
    const double reach = (to_the_right ? 1 : -1) * std::max(16.0, 0.3 * std::abs(q.x - p.x));
    return curve(p, {p.x + reach, p.y}, {q.x - reach, q.y}, q);
  }

  // Over the nodes of a row.
  static std::string over(Point a, Point b) {
    const Point p = top(a), q = top(b);
    return curve(p, {p.x, p.y - 26}, {q.x, q.y - 26}, q);
  }

  // Out of the row at once, between the rows, and into the side.
  static std::string far(Point a, Point b) {
    const bool to_the_right = b.x > a.x;
    const Point p = top(a), q = {b.x + (to_the_right ? 0 : kWidth), b.y + kHeight / 2};
    const double reach = (to_the_right ? 1 : -1) * 0.4 * std::abs(q.x - p.x);
    return curve(p, {p.x + reach / 4, p.y - 44}, {q.x - reach, q.y}, q);
  }

  const Graph& graph_;
  const drawing::GraphLayout& layout_;
};

// Above each band what it is.
std::string headings(const drawing::GraphLayout& layout, bool has_updates) {
  std::string text;
  for (std::size_t band = 0; band < layout.begin.size(); ++band) {
    const bool is_update = has_updates && band + 1 == layout.begin.size();
    const std::string name = band == 0   ? "forward ↓"
                             : is_update ? "updates"
                             : band == 1 ? "gradient ↑"
                                         : fmt::format("gradient of order {} ↑", band);
    text += fmt::format(R"(<text class="heading" x="{:g}" y="16">{}</text>)"
                        "\n",
                        kMargin + kColumn * layout.begin[band], name);
  }
  return text;
}

}  // namespace

std::string graph_drawing(const Graph& graph, std::span<const NodeId> nodes, std::span<const Update> updates,
                          const drawing::GraphLayout& layout) {
  const Drawing drawing(graph, layout);
  const double width = 2 * kMargin + kColumn * layout.columns, height = 2 * kMargin + kRow * layout.rows;
  std::string text = fmt::format(
      R"(<svg id="graph" role="group" aria-label="The graph" viewBox="0 0 {0:g} {1:g}" width="{0:g}" height="{1:g}">)"
      "\n{2}<g id=\"scene\">\n{3}",
      width, height, kArrow, headings(layout, !updates.empty()));
  for (const NodeId id : nodes)
    for (const NodeId input : graph.node(id).inputs) text += drawing.edge(input, id, "");
  for (const Update& update : updates)
    text += drawing.edge(update.value.id(), update.parameter.id(), " update");
  for (const NodeId id : nodes) text += drawing.node(id);
  return text + "</g>\n</svg>\n";
}

}  // namespace gradtable::report::detail
