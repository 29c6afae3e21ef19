// First values of the parameters of a layer with n inputs and m outputs: of each of its numbers, where the
// layer is a convolution. Weights have the shape (n,m); those of a convolution have (M,C,kernel...), with n =
// C * k and m = M * k for a kernel of k numbers, also where C is that of one group.
#pragma once

#include <span>
#include <string_view>

#include "gradtable/core/array.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {

// All take float32 or float64 and throw ShapeError for weights with fewer axes than two or without elements.

// Uniform in [-1/n, 1/n].
Array uniform(const Shape& shape, Random& random, DType dtype = DType::float32);

// Uniform in [-a, a] with a = sqrt(6 / (n + m)); normal with variance 2 / (n + m). Glorot and Bengio 2010.
Array xavier_uniform(const Shape& shape, Random& random, DType dtype = DType::float32);
Array xavier_normal(const Shape& shape, Random& random, DType dtype = DType::float32);

// Uniform in [-a, a] with a = sqrt(6 / n); normal with variance 2 / n: for ReLU. He et al. 2015.
Array kaiming_uniform(const Shape& shape, Random& random, DType dtype = DType::float32);
Array kaiming_normal(const Shape& shape, Random& random, DType dtype = DType::float32);

// An initializer with its name in configs.
struct Initializer {
  std::string_view name;
  Array (*weights)(const Shape& shape, Random& random, DType dtype);
};

// All of the above, by their names, and "zeros".
std::span<const Initializer> initializers();

// The first biases of a layer with such weights, m or M of them: uniform in [-1/n, 1/n], as the row that
// `uniform` gives to weights; zeros where the initializer is "zeros".
Array initial_bias(const Initializer& initializer, const Shape& weights, Random& random,
                   DType dtype = DType::float32);

// Throws ConfigError with the known names for others.
const Initializer& find_initializer(std::string_view name);

}  // namespace gradtable
