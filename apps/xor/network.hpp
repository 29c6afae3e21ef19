// The network that learns XOR: Goodfellow et al., section 6.1. Two inputs, two hidden ReLU units, one output.
#pragma once

#include <cstdint>
#include <optional>

#include <gradtable/gradtable.hpp>

namespace xor_example {

// h = max(0, x W + c), y = h w + b on all four inputs at once, which are the rows of x.
struct XorNetwork {
  gradtable::Tensor x;       // (4,2)
  gradtable::Tensor W, c;    // (2,2), (2)
  gradtable::Tensor w, b;    // (2,1), (1)
  gradtable::Tensor hidden;  // (4,2)
  gradtable::Tensor y;       // (4,1)
  gradtable::Tensor loss;    // mean of (y - t)^2 over the four
};

// The values that the parameters start with.
struct Parameters {
  gradtable::Array W, c, w, b;
};

// The solution that the book gives: W = [[1,1],[1,1]], c = [0,-1], w = [1,-2], b = 0.
Parameters given_solution();
// The same with w = [1,-1], where only the last point is wrong: J = 1/4, and every gradient is a small
// number.
Parameters beside_the_solution();
// Weights normal with variance 1, biases 0.
Parameters random_parameters(std::uint64_t seed);

// Adds the network, with its data as constants, to the graph.
XorNetwork build(gradtable::Graph& graph, const Parameters& parameters);

// Steps of gradient descent until the loss is below 1e-10, or nothing when `most` steps do not lead there:
// two hidden units can get stuck where neither is active for some input.
std::optional<int> learn(gradtable::Graph& graph, const XorNetwork& network, double learning_rate, int most);

}  // namespace xor_example
