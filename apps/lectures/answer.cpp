#include "apps/lectures/answer.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include <gradtable/models/report/graph_svg.hpp>

namespace lectures {

using namespace gradtable;

void Answer::plot(const std::string& name, const Chart& chart) {
  files_.push_back({name + ".svg", report::svg_file(chart)});
}

void Answer::draw(const std::string& name, const Graph& graph, const std::vector<Tensor>& outputs) {
  std::ostringstream dot;
  write_dot(dot, graph, {.outputs = outputs});
  files_.push_back({name + ".dot", dot.str()});
}

Array grid(double low, double high, std::int64_t count, const Shape& shape) {
  Array values(DType::float64, shape);
  for (std::int64_t i = 0; i < count; ++i)
    values.as<double>()[static_cast<std::size_t>(i)] =
        low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1);
  return values;
}

std::vector<double> numbers(const Tensor& tensor) {
  const Array values = evaluate(tensor);
  const auto all = values.as<double>();
  return {all.begin(), all.end()};
}

Curve curve(const std::string& name, int style, std::span<const double> x, std::span<const double> y) {
  Curve result{name, style, {}};
  for (std::size_t i = 0; i < x.size(); ++i) result.points.push_back({x[i], y[i]});
  return result;
}

Curve broken(const Curve& curve, double jump) {
  Curve result = curve;
  result.points.clear();
  for (const report::Point& point : curve.points) {
    if (!result.points.empty() && std::abs(point.y - result.points.back().y) > jump)
      result.points.push_back({point.x, std::numeric_limits<double>::quiet_NaN()});
    result.points.push_back(point);
  }
  return result;
}

double rounded(double value, int digits) {
  return std::abs(value) < 0.5 * std::pow(10, -digits) ? 0 : value;
}

}  // namespace lectures
