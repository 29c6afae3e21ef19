// What a question is answered with: text, charts and drawings of graphs.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gradtable/gradtable.hpp>
#include <gradtable/models/report/chart.hpp>

namespace lectures {

using gradtable::report::Chart;
using gradtable::report::Curve;

class Answer {
 public:
  struct File {
    std::string name;  // "activations.svg"
    std::string content;
  };

  template <class... Values>
  void print(fmt::format_string<Values...> form, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Values>(values)...);
  }
  // The file NAME.svg.
  void plot(const std::string& name, const Chart& chart);
  // The file NAME.dot, of which Graphviz makes a picture.
  void draw(const std::string& name, const gradtable::Graph& graph,
            const std::vector<gradtable::Tensor>& outputs);

  const std::string& text() const { return text_; }
  const std::vector<File>& files() const { return files_; }

 private:
  std::string text_;
  std::vector<File> files_;
};

// `count` numbers from low to high, equally far apart, of this shape.
gradtable::Array grid(double low, double high, std::int64_t count, const gradtable::Shape& shape);
// The numbers of a float64 tensor.
std::vector<double> numbers(const gradtable::Tensor& tensor);
// The points (x_i, y_i).
Curve curve(const std::string& name, int style, std::span<const double> x, std::span<const double> y);
// Broken where y jumps: where it differs by more than `jump` from one point to the next. With the breaks it
// should have at most 500 points: a chart leaves out points of longer curves.
Curve broken(const Curve& curve, double jump);
// What prints as 0.00 and not as -0.00: numbers that `digits` digits after the point do not show are 0.
double rounded(double value, int digits = 4);

}  // namespace lectures
