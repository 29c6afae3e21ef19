#include "gradtable/models/onnx/detail/counting.hpp"

#include <cmath>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable::detail {
namespace {

// 0, step, 2 step, ...
Tensor multiples(Graph& graph, std::int64_t step, const Shape& shape) {
  Array numbers(DType::float64, shape);
  double next = 0;
  for (double& number : numbers.as<double>()) {
    number = next;
    next += static_cast<double>(step);
  }
  return graph.constant(std::move(numbers));
}

}  // namespace

// Number i stands in row i / width and column i % width of a table, as row * width + column.
Tensor counting(Graph& graph, std::int64_t count) {
  const auto width = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const std::int64_t height = (count - 1) / width + 1;
  const Tensor table = add(multiples(graph, width, {height, 1}), multiples(graph, 1, {width}));
  return slice(reshape(table, {height * width}), {{.axis = 0, .stop = count}});
}

}  // namespace gradtable::detail
