#include "gradtable/models/report/detail/graph_drawing.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <vector>

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
constexpr std::size_t kMostLetters = 19, kMostLettersBelow = 24, kAllLetters = 1000;

constexpr std::string_view kArrow =
    R"(<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5 8 4 0 7.5z"/></marker></defs>
)";

std::string shortened(std::string_view text, std::size_t most_letters) {
  std::string result;
  for (std::size_t letters = 0; !text.empty(); ++letters) {
    if (letters + 1 == most_letters && text.size() > utf8_length(text)) return result + "…";
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    result += text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

Point corner_of(const drawing::DrawnPlace& place) {
  return {kMargin + kColumn * place.column, kMargin + kRow * place.row};
}

// The ways of the edges, around the nodes. A way crosses a row between two nodes, straight down or up, and
// turns between the rows only. The page's script has the same rules for boxes of layers.
class Ways {
 public:
  Ways(std::span<const NodeId> nodes, const drawing::GraphLayout& layout)
      : layout_(layout), rows_(static_cast<std::size_t>(layout.rows)) {
    for (const NodeId id : nodes) lefts(layout.places[id].row).push_back(corner_of(layout.places[id]).x);
    for (std::vector<double>& row : rows_) std::ranges::sort(row);
  }

  std::string between(NodeId from, NodeId to) const {
    const drawing::DrawnPlace &a = layout_.places[from], &b = layout_.places[to];
    return a.row == b.row ? within_row(a, b) : through_rows(a, b, 4.0 * static_cast<double>(from % 5 - 2));
  }

 private:
  // So many rows are passed one by one; a longer way runs on the left of everything.
  static constexpr int kMostRows = 40;
  static constexpr double kGap = kColumn - kWidth, kClearance = 6;

  std::vector<double>& lefts(int row) { return rows_[static_cast<std::size_t>(row)]; }
  const std::vector<double>& lefts(int row) const { return rows_[static_cast<std::size_t>(row)]; }

  std::string within_row(const drawing::DrawnPlace& from, const drawing::DrawnPlace& to) const {
    const Point a = corner_of(from), b = corner_of(to);
    const auto next = std::ranges::upper_bound(lefts(from.row), std::min(a.x, b.x));
    const double y = a.y + kHeight / 2;
    if (next == lefts(from.row).end() || *next >= std::max(a.x, b.x))
      return fmt::format("M{:.0f} {:.0f}H{:.0f}", a.x < b.x ? a.x + kWidth : a.x, y,
                         a.x < b.x ? b.x : b.x + kWidth);
    const double p = a.x + kWidth / 2, q = b.x + kWidth / 2, above = a.y - 26;
    return fmt::format("M{0:.0f} {1:.0f}C{0:.0f} {2:.0f} {3:.0f} {2:.0f} {3:.0f} {1:.0f}", p, a.y, above, q);
  }

  // Down or up. The lane keeps the ways of neighbours apart.
  std::string through_rows(const drawing::DrawnPlace& from, const drawing::DrawnPlace& to,
                           double lane) const {
    const int step = from.row < to.row ? 1 : -1;
    const bool is_long = std::abs(to.row - from.row) > kMostRows;
    const double target = corner_of(to).x + kWidth / 2;
    const auto before = [&](int row) { return kMargin + kRow * row + (step > 0 ? 0 : kHeight); };
    const auto after = [&](int row) { return kMargin + kRow * row + (step > 0 ? kHeight : 0); };
    Point at = {corner_of(from).x + kWidth / 2, after(from.row)};
    std::string way = fmt::format("M{:.0f} {:.0f}", at.x, at.y);
    for (int row = from.row + step; row != to.row; row += step) {
      const double x = is_long ? (kMargin + lane) / 2 : free_x(row, at.x, target, lane);
      if (x != at.x) way += turn(at, {x, before(row)});
      if (is_long) row = to.row - step;
      at = {x, after(row)};
    }
    return way + turn(at, {target, before(to.row)});
  }

  // From where the last line ends; a line before the turn is drawn by the turn.
  static std::string turn(Point from, Point to) {
    if (from.x == to.x) return fmt::format("V{:.0f}", to.y);
    const double middle = (from.y + to.y) / 2;
    return fmt::format("V{:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}", from.y, from.x, middle, to.x,
                       middle, to.x, to.y);
  }

  // Where a line at x, or near it, passes the row between its nodes.
  double free_x(int row, double x, double target, double lane) const {
    const auto next = std::ranges::upper_bound(lefts(row), x + kClearance);
    if (next == lefts(row).begin() || *std::prev(next) + kWidth + kClearance <= x) return x;
    const double left = *std::prev(next) - kGap / 2 + lane, right = left + kWidth + kGap;
    const auto cost = [&](double at) { return std::abs(at - x) + std::abs(at - target) / 2; };
    return cost(left) < cost(right) ? left : right;
  }

  const drawing::GraphLayout& layout_;
  std::vector<std::vector<double>> rows_;  // of each row the left sides of its nodes, ascending
};

class Drawing {
 public:
  Drawing(const Graph& graph, std::span<const NodeId> nodes, const drawing::GraphLayout& layout)
      : graph_(graph), layout_(layout), ways_(nodes, layout) {}

  std::string node(NodeId id) const {
    const Point corner = corner_of(layout_.places[id]);
    const Node& drawn = graph_.node(id);
    return fmt::format(
        R"svg(<a class="node {0} {1}" id="n{2}" href="#n{2}" aria-label="{3}" transform="translate({4:g},{5:g})">)svg"
        R"svg(<rect width="{6:g}" height="{7:g}" rx="{8}"/>{9}</a>)svg"
        "\n",
        kind(drawn), to_string(drawn.phase), id,
        escaped(fmt::format("{}, {}", called(graph_, id), line_below(id, kAllLetters))), corner.x, corner.y,
        kWidth, kHeight, radius(drawn), lines(id));
  }

  std::string edge(NodeId from, NodeId to, std::string_view kinds) const {
    return fmt::format(R"(<path class="edge{}{}" data-from="{}" data-to="{}" d="{}"/>)"
                       "\n",
                       kinds, layout_.bands[from] == layout_.bands[to] ? "" : " across", from, to,
                       ways_.between(from, to));
  }

 private:
  static std::string_view kind(const Node& node) {
    if (node.op && node.op->name() == "cast") return "result cast";
    return node.op ? "result" : op_name(node);
  }

  static int radius(const Node& node) { return node.op ? 8 : node.kind == NodeKind::parameter ? 0 : 27; }

  // "relu (4,2)"; of a node without a name its number, since its op stands above: "%12 (4,2)".
  // The op is cut before its shape is.
  std::string line_below(NodeId id, std::size_t letters) const {
    const Node& drawn = graph_.node(id);
    const bool titled_by_op = drawn.name.empty() && drawn.op;
    const std::string what = titled_by_op ? called(graph_, id) : printable(op_name(drawn));
    const std::string shape = to_string(drawn.type.shape);
    const std::size_t room = letters > shape.size() + 5 ? letters - shape.size() - 1 : 4;
    return fmt::format("{} {}", shortened(what, room), shape);
  }

  std::string lines(NodeId id) const {
    const Node& drawn = graph_.node(id);
    const std::string title =
        drawn.name.empty() && drawn.op ? printable(drawn.op->name()) : called(graph_, id);
    return fmt::format(
        R"(<text class="title" x="75" y="20">{}</text><text class="kind" x="75" y="34">{}</text>)"
        R"(<text class="value" x="75" y="48"></text>)",
        escaped(shortened(title, kMostLetters)), escaped(line_below(id, kMostLettersBelow)));
  }

  const Graph& graph_;
  const drawing::GraphLayout& layout_;
  Ways ways_;
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
  const Drawing drawing(graph, nodes, layout);
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
