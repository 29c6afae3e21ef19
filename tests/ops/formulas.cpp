#include "tests/ops/formulas.hpp"

#include <cmath>

namespace gradtable::testing {
namespace {

std::size_t position(const Shape& shape, const Index& index) {
  const std::size_t missing = index.size() - static_cast<std::size_t>(shape.rank());
  std::int64_t position = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t i = shape[axis] == 1 ? 0 : index[missing + static_cast<std::size_t>(axis)];
    position = position * shape[axis] + i;
  }
  return static_cast<std::size_t>(position);
}

}  // namespace

Array numbers(const Shape& shape, double phase) {
  Array x(DType::float64, shape);
  double t = phase;
  for (double& v : x.as<double>()) {
    v = 1.45 * std::sin(t += 1.7);
    v += v < 0 ? -0.05 : 0.05;
  }
  return x;
}

Array positive(const Shape& shape, double phase) {
  Array x(DType::float64, shape);
  double t = phase;
  for (double& v : x.as<double>()) v = 1 + 0.75 * std::sin(t += 1.7);
  return x;
}

Array tiled(const Array& x, const Shape& shape) {
  const auto from = x.as<double>();
  Array y(DType::float64, shape);
  const auto to = y.as<double>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i % from.size()];
  return y;
}

void for_each_index(const Shape& shape, const std::function<void(const Index&)>& f) {
  Index index(static_cast<std::size_t>(shape.rank()));
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    std::int64_t rest = i;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      index[static_cast<std::size_t>(axis)] = rest % shape[axis];
      rest /= shape[axis];
    }
    f(index);
  }
}

double at(const Array& x, const Index& index) {
  return x.as<double>()[position(x.shape(), index)];
}

double& at(Array& x, const Index& index) {
  return x.as<double>()[position(x.shape(), index)];
}

Array computed(const Shape& shape, const std::function<double(const Index&)>& f) {
  Array y(DType::float64, shape);
  for_each_index(shape, [&](const Index& i) { at(y, i) = f(i); });
  return y;
}

Array mapped(const Array& x, const std::function<double(double)>& f) {
  Array y = x;
  for (double& v : y.as<double>()) v = f(v);
  return y;
}

Array mapped(const Array& a, const Array& b, const Shape& shape,
             const std::function<double(double, double)>& f) {
  Array c(DType::float64, shape);
  for_each_index(shape, [&](const Index& i) { at(c, i) = f(at(a, i), at(b, i)); });
  return c;
}

Array repeated(const Array& x, const Shape& shape) {
  Array y(DType::float64, shape);
  for_each_index(shape, [&](const Index& i) { at(y, i) = at(x, i); });
  return y;
}

Array summed(const Array& x, const Shape& shape, double factor) {
  Array y(DType::float64, shape);
  for_each_index(x.shape(), [&](const Index& i) { at(y, i) += factor * at(x, i); });
  return y;
}

Array with_shape(const Array& x, const Shape& shape) {
  return Array::of(shape, x.as<double>());
}

Array permuted(const Array& x, const std::vector<std::size_t>& axes) {
  Index extents;
  for (const std::size_t axis : axes) extents.push_back(x.shape().extents()[axis]);
  Array y(DType::float64, Shape(extents));
  for_each_index(x.shape(), [&](const Index& i) {
    Index moved;
    for (const std::size_t axis : axes) moved.push_back(i[axis]);
    at(y, moved) = at(x, i);
  });
  return y;
}

Array product(const Array& a, bool a_transposed, const Array& b, bool b_transposed) {
  const Array left = a_transposed ? permuted(a, {1, 0}) : a;
  const Array right = b_transposed ? permuted(b, {1, 0}) : b;
  Array c(DType::float64, {left.shape()[0], right.shape()[1]});
  for_each_index(c.shape(), [&](const Index& ij) {
    for (std::int64_t k = 0; k < left.shape()[1]; ++k)
      at(c, ij) += at(left, {ij[0], k}) * at(right, {k, ij[1]});
  });
  return c;
}

Array softmax_of_rows(const Array& x) {
  Index extents(x.shape().extents().begin(), x.shape().extents().end());
  extents.back() = 1;
  const Array powers = mapped(x, [](double v) { return std::exp(v); });
  const Array sums = summed(powers, Shape(extents));
  return mapped(powers, sums, x.shape(), [](double power, double sum) { return power / sum; });
}

Array one_hot_rows(const std::vector<std::int32_t>& labels, std::int64_t classes) {
  const auto m = static_cast<std::int64_t>(labels.size());
  Array y(DType::float64, {m, classes});
  for (std::int64_t i = 0; i < m; ++i) at(y, {i, labels[static_cast<std::size_t>(i)]}) = 1;
  return y;
}

Array cross_entropy_sum(const Array& p, const Array& y, double factor) {
  return summed(mapped(p, y, p.shape(), [](double q, double weight) { return -weight * std::log(q); }), {},
                factor);
}

}  // namespace gradtable::testing
