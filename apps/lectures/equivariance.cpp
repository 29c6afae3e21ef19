// ECE408, "Why Convolution": if the input is translated, the output is similarly translated.
#include <algorithm>

#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

constexpr std::int64_t kLength = 48;

// [shift]
// x (1,1,n), moved `places` to the right; zeros come in on the left.
Tensor shift(const Tensor& x, std::int64_t places) {
  return slice(pad(x, {{.axis = 2, .before = places}}), {{.axis = 2, .stop = x.shape()[2]}});
}
// [/shift]

// A bump in the middle of zeros.
Array bump() {
  Array x(DType::float64, {1, 1, kLength});
  const double heights[] = {1, 3, 4, 2, -1, -2};
  std::ranges::copy(heights, x.as<double>().begin() + 18);
  return x;
}

}  // namespace

void equivariance(Answer& answer) {
  Graph graph;
  Random random(1);
  // [maps]
  const Tensor x = graph.constant(bump());
  const Tensor w = graph.constant(Array::of<double>({1, 1, 3}, {-1, 0, 1}));
  const Tensor W = graph.constant(xavier_uniform({kLength, kLength}, random, DType::float64));
  const auto convolution = [&](const Tensor& v) { return conv1d(v, w, {.padding = 1}); };
  const auto pooled = [&](const Tensor& v) { return max_pool1d(convolution(v), 2); };
  const auto fully_connected = [&](const Tensor& v) { return matmul(v, W); };
  // [/maps]
  answer.print("{:<34}{:>10}{:>10}{:>26}\n", "f", "input by", "output by", "|f(shift x) - shift f(x)|");
  const auto row = [&](const char* name, const auto& f, std::int64_t in, std::int64_t out) {
    const Tensor difference = max(abs(f(shift(x, in)) - shift(f(x), out)));
    answer.print("{:<34}{:>10}{:>10}{:>26.4f}\n", name, in, out, rounded(evaluate(difference).item()));
  };
  row("convolution", convolution, 1, 1);
  row("convolution", convolution, 7, 7);
  row("convolution and max-pooling of 2", pooled, 2, 1);
  row("convolution and max-pooling of 2", pooled, 1, 0);
  row("fully connected", fully_connected, 1, 1);
  const auto largest = [&](std::int64_t places) {
    return evaluate(max(convolution(shift(x, places)))).item();
  };
  answer.print("\nThe largest output, wherever it is: {} for x, {} for x moved by 7\n", largest(0),
               largest(7));

  const Array places = grid(0, kLength - 1, kLength, {kLength});
  answer.plot("equivariance",
              {.title = "A convolution of a bump and of the bump moved by 7",
               .x_name = "place",
               .curves = {curve("f(x)", 0, places.as<double>(), numbers(convolution(x))),
                          curve("f(shift x)", 1, places.as<double>(), numbers(convolution(shift(x, 7))))}});
}

}  // namespace lectures
