#include "gradtable/models/networks/initializers.hpp"

#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/detail/named.hpp"

namespace gradtable {
namespace {

struct Fans {
  double in;
  double out;
};

Fans fans(const Shape& shape) {
  if (shape.rank() < 2 || shape.size() == 0)
    throw ShapeError(fmt::format(
        "initializer: expected weights (n,m) or (M,C,kernel...) with elements, got {}", to_string(shape)));
  const auto first = static_cast<double>(shape[0]), second = static_cast<double>(shape[1]);
  if (shape.rank() == 2) return {first, second};
  const double kernel = static_cast<double>(shape.size()) / (first * second);
  return {second * kernel, first * kernel};
}

template <class Draw>
Array filled(const Shape& shape, DType dtype, Draw draw) {
  Array array(dtype, shape);
  dispatch_floating(dtype, [&]<class T>() {
    for (T& value : array.as<T>()) value = static_cast<T>(draw());
  });
  return array;
}

Array uniform_within(double bound, const Shape& shape, Random& random, DType dtype) {
  return filled(shape, dtype, [&] { return random.uniform(-bound, bound); });
}

Array normal_with(double variance, const Shape& shape, Random& random, DType dtype) {
  const double deviation = std::sqrt(variance);
  return filled(shape, dtype, [&] { return deviation * random.normal(); });
}

// Of a layer with such weights; what fans() has checked.
std::int64_t outputs(const Shape& weights) {
  return weights.rank() == 2 ? weights[1] : weights[0];
}

Array all_zero(const Shape& shape, Random&, DType dtype) {
  return zeros(shape, dtype);
}

}  // namespace

Array uniform(const Shape& shape, Random& random, DType dtype) {
  return uniform_within(1 / fans(shape).in, shape, random, dtype);
}

Array xavier_uniform(const Shape& shape, Random& random, DType dtype) {
  const Fans fan = fans(shape);
  return uniform_within(std::sqrt(6 / (fan.in + fan.out)), shape, random, dtype);
}

Array xavier_normal(const Shape& shape, Random& random, DType dtype) {
  const Fans fan = fans(shape);
  return normal_with(2 / (fan.in + fan.out), shape, random, dtype);
}

Array kaiming_uniform(const Shape& shape, Random& random, DType dtype) {
  return uniform_within(std::sqrt(6 / fans(shape).in), shape, random, dtype);
}

Array kaiming_normal(const Shape& shape, Random& random, DType dtype) {
  return normal_with(2 / fans(shape).in, shape, random, dtype);
}

std::span<const Initializer> initializers() {
  static constexpr Initializer kAll[] = {
      {"kaiming_uniform", kaiming_uniform},
      {"kaiming_normal", kaiming_normal},
      {"xavier_uniform", xavier_uniform},
      {"xavier_normal", xavier_normal},
      {"uniform", uniform},
      {"zeros", all_zero},
  };
  return kAll;
}

Array initial_bias(const Initializer& initializer, const Shape& weights, Random& random, DType dtype) {
  const double bound = 1 / fans(weights).in;
  const Shape shape{outputs(weights)};
  return initializer.name == "zeros" ? zeros(shape, dtype) : uniform_within(bound, shape, random, dtype);
}

const Initializer& find_initializer(std::string_view name) {
  return detail::find_named("initializer", name, initializers());
}

}  // namespace gradtable
