// First values of the parameters of a layer with n inputs and m outputs, whose weights have shape (n,m).
#pragma once

#include <span>
#include <string_view>

#include "gradtable/core/array.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {

// All take float32 or float64 and throw ShapeError for weights that are not a matrix with n, m > 0.

// Uniform in [-1/n, 1/n].
Array uniform(const Shape& shape, Random& random, DType dtype = DType::float32);

// Uniform in [-a, a] with a = sqrt(6 / (n + m)); normal with variance 2 / (n + m). Glorot and Bengio 2010.
Array xavier_uniform(const Shape& shape, Random& random, DType dtype = DType::float32);
Array xavier_normal(const Shape& shape, Random& random, DType dtype = DType::float32);

// Uniform in [-a, a] with a = sqrt(6 / n); normal with variance 2 / n: for ReLU. He et al. 2015.
Array kaiming_uniform(const Shape& shape, Random& random, DType dtype = DType::float32);
Array kaiming_normal(const Shape& shape, Random& random, DType dtype = DType::float32);

// An initializer with the name by which a config asks for it.
struct Initializer {
  std::string_view name;
  Array (*weights)(const Shape& shape, Random& random, DType dtype);
};

// All of the above, by their names, and "zeros".
std::span<const Initializer> initializers();

// Throws ConfigError with the known names for others.
const Initializer& find_initializer(std::string_view name);

}  // namespace gradtable
