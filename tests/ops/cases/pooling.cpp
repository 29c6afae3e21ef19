#include "gradtable/ops/pooling.hpp"

#include <algorithm>
#include <limits>

#include "tests/ops/formulas.hpp"
#include "tests/ops/op_cases.hpp"

namespace gradtable::testing {
namespace {

// Of each spatial axis; `extents` are those of the result, written down for each case.
struct Pool {
  Index kernel, stride, begin, end, dilation, extents;
  bool ceil_mode = false;
  bool count_include_pad = true;

  std::vector<std::int64_t> padding() const {
    std::vector<std::int64_t> both = begin;
    both.insert(both.end(), end.begin(), end.end());
    return both;
  }
};

// y[n,c,o] = f(the elements of window o that are in x, the number of those in x and its padding)
Array pooled(const Array& x, const Pool& p,
             const std::function<double(const std::vector<double>&, double)>& f) {
  Index extents = {x.shape()[0], x.shape()[1]};
  extents.insert(extents.end(), p.extents.begin(), p.extents.end());
  Array y(DType::float64, Shape(extents));
  for_each_index(y.shape(), [&](const Index& out) {
    std::vector<double> elements;
    double padded = 0;
    for_each_index(Shape(p.kernel), [&](const Index& tap) {
      Index in = {out[0], out[1]};
      bool inside = true, in_padding = true;
      for (std::size_t axis = 0; axis < tap.size(); ++axis) {
        const std::int64_t extent = x.shape()[static_cast<int>(axis) + 2];
        in.push_back(out[axis + 2] * p.stride[axis] + tap[axis] * p.dilation[axis] - p.begin[axis]);
        inside = inside && in.back() >= 0 && in.back() < extent;
        in_padding = in_padding && in.back() < extent + p.end[axis];
      }
      if (inside) elements.push_back(at(x, in));
      if (in_padding) ++padded;
    });
    at(y, out) = f(elements, padded);
  });
  return y;
}

OpCase max_case(const std::string& name, const Shape& shape, const Pool& p) {
  const Array x = numbers(shape);
  const MaxPoolOptions options{
      .stride = p.stride, .padding = p.padding(), .dilation = p.dilation, .ceil_mode = p.ceil_mode};
  const auto call = [=](Inputs in) {
    if (p.kernel.size() == 1) return max_pool1d(in[0], p.kernel, options);
    return p.kernel.size() == 2 ? max_pool2d(in[0], p.kernel, options) : max_pool3d(in[0], p.kernel, options);
  };
  return {name, call, {x}, pooled(x, p, [](const std::vector<double>& elements, double) {
            return elements.empty() ? -std::numeric_limits<double>::infinity() : std::ranges::max(elements);
          })};
}

OpCase avg_case(const std::string& name, const Shape& shape, const Pool& p) {
  const Array x = numbers(shape);
  const AvgPoolOptions options{.stride = p.stride,
                               .padding = p.padding(),
                               .ceil_mode = p.ceil_mode,
                               .count_include_pad = p.count_include_pad};
  const auto call = [=](Inputs in) {
    if (p.kernel.size() == 1) return avg_pool1d(in[0], p.kernel, options);
    return p.kernel.size() == 2 ? avg_pool2d(in[0], p.kernel, options) : avg_pool3d(in[0], p.kernel, options);
  };
  return {name, call, {x}, pooled(x, p, [&](const std::vector<double>& elements, double padded) {
            double sum = 0;
            for (const double element : elements) sum += element;
            return sum / (p.count_include_pad ? padded : static_cast<double>(elements.size()));
          })};
}

OpCase default_case(const std::string& name, const Call& f, const OpCase& same) {
  return {name, f, same.inputs, same.expected};
}

const Pool kPlain = {{2, 2}, {2, 2}, {0, 0}, {0, 0}, {1, 1}, {2, 2}};

// Windows that lie in different ways, for pooling on two axes: name, shape and windows.
struct Variant {
  std::string name;
  Shape shape;
  Pool pool;
};
const std::vector<Variant> kVariants = {
    {"", {2, 2, 4, 4}, kPlain},
    {" rows_left_over", {1, 2, 5, 7}, {{2, 2}, {2, 2}, {0, 0}, {0, 0}, {1, 1}, {2, 3}}},
    {" long_rows", {1, 1, 4, 38}, {{2, 2}, {2, 2}, {0, 0}, {0, 0}, {1, 1}, {2, 19}}},
    {" overlapping", {2, 1, 5, 4}, {{3, 2}, {1, 1}, {0, 0}, {0, 0}, {1, 1}, {3, 3}}},
    {" gaps", {1, 2, 7, 6}, {{2, 1}, {3, 2}, {0, 0}, {0, 0}, {1, 1}, {2, 3}}},
    {" padding", {1, 1, 4, 5}, {{3, 2}, {2, 2}, {1, 1}, {1, 0}, {1, 1}, {2, 3}}},
    {" ceil_mode", {1, 2, 4, 6}, {{2, 3}, {3, 2}, {0, 0}, {0, 0}, {1, 1}, {2, 3}, true}},
    {" ceil_mode_without_a_window_in_padding",
     {1, 1, 4, 3},
     {{2, 2}, {2, 2}, {0, 1}, {1, 1}, {1, 1}, {2, 2}, true}},
    {" ceil_mode_larger_than_the_image",
     {1, 2, 2, 2},
     {{3, 4}, {2, 3}, {0, 0}, {0, 0}, {1, 1}, {1, 1}, true}},
    {" ceil_mode_larger_than_the_padded_image",
     {1, 2, 1, 2},
     {{4, 5}, {3, 2}, {1, 1}, {0, 1}, {1, 1}, {1, 1}, true}},
    {" no_images", {0, 2, 4, 4}, kPlain},
};

TensorType real(const Shape& shape) {
  return {DType::float64, shape};
}

Call max_pool2d_with(const PerAxis& kernel, const MaxPoolOptions& options) {
  return [=](Inputs in) { return max_pool2d(in[0], kernel, options); };
}

Call avg_pool2d_with(const PerAxis& kernel, const AvgPoolOptions& options) {
  return [=](Inputs in) { return avg_pool2d(in[0], kernel, options); };
}

Cases max_pool2d_cases() {
  Cases cases;
  for (const Variant& v : kVariants) cases.push_back(max_case("max_pool2d" + v.name, v.shape, v.pool));
  cases.push_back(
      max_case("max_pool2d dilation", {1, 1, 6, 7}, {{2, 3}, {1, 2}, {1, 0}, {0, 1}, {3, 2}, {4, 2}}));
  cases.push_back(max_case("max_pool2d ceil_mode_dilation_larger_than_the_image", {1, 1, 4, 3},
                           {{3, 2}, {3, 2}, {0, 0}, {0, 0}, {2, 3}, {1, 1}, true}));
  cases.push_back(default_case(
      "max_pool2d windows_side_by_side", [](Inputs in) { return max_pool2d(in[0], 2); }, cases.front()));
  return cases;
}

Cases avg_pool2d_cases() {
  Cases cases;
  for (Variant v : kVariants) {
    cases.push_back(avg_case("avg_pool2d" + v.name, v.shape, v.pool));
    v.pool.count_include_pad = false;
    cases.push_back(
        avg_case("avg_pool2d" + (v.name.empty() ? " " : v.name + "_") + "inside", v.shape, v.pool));
  }
  cases.push_back(default_case(
      "avg_pool2d windows_side_by_side", [](Inputs in) { return avg_pool2d(in[0], 2); }, cases.front()));
  return cases;
}

}  // namespace

Rows pooling_rows() {
  const std::string largest = "y[n,c,o] = max_k x[n,c, o stride + k dilation - padding]";
  const std::string to_largest = "G[n,c,o] at the place of the first maximum of window o, else 0";
  const std::string average = "y[n,c,o] = mean_k x[n,c, o stride + k - padding]";
  const std::string to_all = "sum of G[n,c,o] / (elements of window o) over the windows that see the element";
  const Pool line = {{3}, {2}, {1}, {1}, {1}, {3}},
             block = {{2, 1, 2}, {1, 1, 2}, {0, 0, 1}, {1, 0, 0}, {1, 1, 1}, {3, 2, 2}};
  const Pool one = {{3}, {2}, {0}, {0}, {1}, {1}, true}, wide = {{3}, {3}, {1}, {0}, {2}, {1}, true},
             thick = {{3, 1, 4}, {2, 1, 3}, {0, 0, 1}, {0, 0, 0}, {1, 1, 1}, {1, 2, 1}, true};
  const Pool long_line = {{3}, {2}, {1}, {1}, {1}, {12}},
             large_block = {{2, 1, 2}, {1, 1, 2}, {0, 0, 1}, {1, 0, 0}, {1, 1, 1}, {4, 3, 3}};
  const TensorType x = real({2, 2, 4, 4});
  return {
      {.function = "max_pool1d",
       .formula = largest,
       .derivative = to_largest,
       .cases = {max_case("max_pool1d", {2, 2, 5}, line), max_case("max_pool1d no_images", {0, 2, 5}, line),
                 max_case("max_pool1d one_channel", {1, 1, 5}, line),
                 max_case("max_pool1d ceil_mode_larger_than_the_image", {2, 1, 2}, one),
                 max_case("max_pool1d ceil_mode_dilation_larger_than_the_image", {2, 1, 2}, wide)},
       .refused = {{{real({2, 2, 4, 4})}}, {{real({})}}},
       .onnx = {"MaxPool"}},
      {.function = "max_pool2d",
       .formula = largest,
       .derivative = to_largest,
       .cases = max_pool2d_cases(),
       .refused = {{{real({2, 2, 4})}},
                   {{real({})}},
                   {{{DType::int32, {2, 2, 4, 4}}}},
                   {{x}, max_pool2d_with(5, {})},
                   {{x}, max_pool2d_with(6, {.stride = 2, .ceil_mode = true})},
                   {{real({1, 1, 0, 2})}, max_pool2d_with(1, {.padding = {0, 0, 1, 0}, .ceil_mode = true})},
                   {{x}, max_pool2d_with(0, {})},
                   {{x}, max_pool2d_with({2, 2, 2}, {})},
                   {{x}, max_pool2d_with(2, {.stride = 0})},
                   {{x}, max_pool2d_with(2, {.padding = -1})},
                   {{x}, max_pool2d_with(2, {.dilation = 4})}},
       .onnx = {"MaxPool"}},
      {.function = "max_pool3d",
       .formula = largest,
       .derivative = to_largest,
       .cases = {max_case("max_pool3d", {1, 2, 3, 2, 3}, block),
                 max_case("max_pool3d no_images", {0, 2, 3, 2, 3}, block),
                 max_case("max_pool3d ceil_mode_larger_than_the_image", {1, 2, 2, 2, 2}, thick)},
       .refused = {{{x}}, {{real({})}}},
       .onnx = {"MaxPool"}},
      {.function = "avg_pool1d",
       .formula = average,
       .derivative = to_all,
       .cases = {avg_case("avg_pool1d", {2, 2, 5}, line), avg_case("avg_pool1d no_images", {0, 2, 5}, line),
                 avg_case("avg_pool1d one_channel", {1, 1, 5}, line),
                 avg_case("avg_pool1d ceil_mode_larger_than_the_image", {2, 1, 2}, one),
                 avg_case("avg_pool1d longer", {2, 3, 23}, long_line)},
       .refused = {{{x}}, {{real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"AveragePool"}},
      {.function = "avg_pool2d",
       .formula = average,
       .derivative = to_all,
       .cases = avg_pool2d_cases(),
       .refused = {{{real({2, 2, 4})}},
                   {{real({})}},
                   {{{DType::int32, {2, 2, 4, 4}}}},
                   {{x}, avg_pool2d_with(5, {})},
                   {{x}, avg_pool2d_with(6, {.stride = 2, .ceil_mode = true})},
                   {{x}, avg_pool2d_with(2, {.stride = {1, 0}})},
                   {{x}, avg_pool2d_with(2, {.padding = {0, 0, -1, 0}})}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"AveragePool"}},
      {.function = "avg_pool3d",
       .formula = average,
       .derivative = to_all,
       .cases = {avg_case("avg_pool3d", {1, 2, 3, 2, 3}, block),
                 avg_case("avg_pool3d no_images", {0, 2, 3, 2, 3}, block),
                 avg_case("avg_pool3d ceil_mode_larger_than_the_image", {1, 2, 2, 2, 2}, thick),
                 avg_case("avg_pool3d larger", {1, 2, 4, 3, 5}, large_block)},
       .refused = {{{x}}, {{real({})}}},
       .smooth = Smoothness::third,
       .multilinear = true,
       .onnx = {"AveragePool"}},
  };
}

}  // namespace gradtable::testing
