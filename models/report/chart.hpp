// Curves, as over the epochs of a run, in SVG.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gradtable::report {

struct Point {
  double x = 0;
  double y = 0;
};

struct Curve {
  std::string name;
  int style = 0;              // 0 to 3: four colours, told apart by their dashes too
  std::vector<Point> points;  // in the order of x
  bool line = true;           // from point to point; without it dots alone, as for examples
};

struct Chart {
  std::string title;
  std::string x_name;
  double x_step = 1;  // least distance of two numbers along x: 1 for epochs, 0 where x is a real number
  std::vector<Curve> curves;
  bool percent = false;      // whether y is a share, to be written as 12 %
  bool logarithmic = false;  // where y is above 0 everywhere and extends over more than a power of ten
  std::optional<double> marked_x = {};  // a vertical line
  std::string mark_name = {};           // where curves seldom are: at the top, with `percent` at the bottom
};

// An <svg> element without a size: it takes the width of what it is in. Axes end on round numbers; a curve is
// broken where y is not finite, and drawn with at most 500 points, evenly chosen. Colours and fonts come from
// the page's style. With no finite point it is empty but for the title.
std::string svg(const Chart& chart);

// The same as a file of its own: under its title, on white, 550 units wide.
std::string svg_file(const Chart& chart);

}  // namespace gradtable::report
