// Values do not depend on passes, nor on threads.
#include <array>

#include "tests/graph/rewrites/rewritten.hpp"
#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

// A random network with its loss, gradients and steps of gradient descent: matrices of m rows, and weights
// between widths of which some are large enough for fusion.
class RandomFormulas {
 public:
  explicit RandomFormulas(std::uint64_t seed) : random_(seed), m_(random_.below(2) == 0 ? 3 : 24) {
    for (std::int64_t width : {4, 20, 70}) {
      nodes_.push_back(leaf(fmt::format("x{}", width), {m_, width}));
    }
    while (nodes_.size() < 25) nodes_.push_back(grow());
    add_losses();
    add_updates();
    for (int i = 0; i < 4; ++i) options.outputs.push_back(any());
  }

  Graph graph;
  CompileOptions options;

 private:
  Tensor leaf(const std::string& name, const Shape& shape) {
    Array value(DType::float64, shape);
    const double largest = 1 / std::sqrt(static_cast<double>(shape[0]));
    for (double& number : value.as<double>()) number = random_.uniform(-largest, largest);
    const Tensor made = graph.parameter(name, std::move(value));
    parameters_.push_back(made);
    return made;
  }
  Tensor any() { return nodes_[random_.below(static_cast<std::uint32_t>(nodes_.size()))]; }
  Tensor weights(std::int64_t rows, std::int64_t columns) {
    return leaf(fmt::format("w{}", parameters_.size()), {rows, columns});
  }
  // Another node of the same shape, if there is one.
  Tensor like(const Tensor& a) {
    for (int i = 0; i < 10; ++i) {
      const Tensor b = any();
      if (b.shape() == a.shape()) return b;
    }
    return a;
  }

  Tensor product(const Tensor& a) {
    const std::int64_t k = a.shape()[1], n = std::array{4, 20, 70}[random_.below(3)];
    switch (random_.below(4)) {
      case 0:
        return matmul(a, weights(n, k), Transpose::no, Transpose::yes);
      case 1:
        return matmul(a, transpose(weights(n, k)));
      case 2:
        return transpose(matmul(transpose(weights(k, n)), transpose(a)));
      default:
        return add_bias(matmul(a, weights(k, n)), leaf(fmt::format("b{}", parameters_.size()), {n}));
    }
  }

  Tensor grow() {
    const Tensor a = any(), b = like(a);
    switch (random_.below(14)) {
      case 0:
        return tanh(a);
      case 1:
        return sigmoid(a) + 0.0;
      case 2:
        return relu(scale(a, random_.uniform(-2, 2)));
      case 3:
        return softmax(a);
      case 4:
        return a - mean(a, {0});
      case 5:
        return a * sum(square(a), {1}, true);
      case 6:
        return log_softmax(a);
      case 7:
        return tanh(a - b) * exp(scale(tanh(b), 0.5));
      case 8:
        return a / (square(b) + 1.0);
      case 9:
        return reshape(reshape(a, {a.shape().size()}), a.shape()) * 0.5 - neg(b);
      default:
        return product(tanh(a));
    }
  }

  Tensor loss_of(const Tensor& scores) {
    const std::int64_t k = scores.shape()[1];
    Array labels(DType::int32, {m_});
    for (std::int32_t& label : labels.as<std::int32_t>())
      label = static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(k)));
    const Tensor indices = graph.constant(std::move(labels));
    const Tensor rows = one_hot(indices, k, DType::float64);
    switch (random_.below(4)) {
      case 0:
        return softmax_cross_entropy(scores, indices);
      case 1:
        return -sum(rows * log(softmax(scores))) / static_cast<double>(m_);
      case 2:
        return -mean(sum(softmax(like(scores)) * log(softmax(scores)), {1}));
      default:
        return mean(square(scores - rows));
    }
  }

  void add_losses() {
    const Tensor loss = loss_of(scale(tanh(any()), 3)) + 0.5 * loss_of(scale(tanh(any()), 2));
    options.outputs = {loss};
    options.finite = {loss};
    loss_ = loss;
  }

  void add_updates() {
    const GradTable gradients = build_grad(loss_, parameters_, {Unreached::zeros});
    std::vector<Tensor> trained = parameters_;
    for (const Tensor& p : trained) {
      const Tensor g = gradients[p];
      switch (random_.below(5)) {
        case 0:
          options.updates.push_back({p, p - scale(g, 0.1)});
          break;
        case 1:
          options.updates.push_back({p, p - scale(g + scale(p, 0.01), 0.1)});
          break;
        case 2: {
          const Tensor v = graph.parameter(fmt::format("v{}", p.id()), full(p.shape(), 0.25, DType::float64));
          const Tensor velocity = scale(v, 0.9) + g;
          options.updates.push_back({v, velocity});
          options.updates.push_back({p, p - scale(velocity, 0.1)});
          break;
        }
        case 3:
          options.updates.push_back({p, p - g / (sum(square(g)) + 1.0)});
          break;
        default:
          options.outputs.push_back(g);
      }
    }
  }

  Random random_;
  std::int64_t m_;
  std::vector<Tensor> nodes_;
  std::vector<Tensor> parameters_;
  Tensor loss_;
};

// Stable forms are meant to change the last digits, also those of what is computed of small differences.
double tolerance_without(const std::string& pass) {
  return pass == "stable_forms" ? 1e-7 : 1e-12;
}

void expect_close(const std::vector<Array>& found, const std::vector<Array>& expected,
                  const std::string& what, double tolerance = 1e-12) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_TRUE(testing::close(found[i], expected[i], tolerance)) << what << ", value " << i;
}

TEST(RandomGraphs, HaveTheSameValuesWithoutAnyOfThePasses) {
  std::vector<std::string> applied;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomFormulas made(seed);
    made.options.without = pass_names();
    const std::vector<Array> written = testing::results(made.graph, made.options);
    std::erase(made.options.without, "stable_forms");
    const std::vector<Array> expected = testing::results(made.graph, made.options);
    expect_close(expected, written, fmt::format("seed {}, as written", seed),
                 tolerance_without("stable_forms"));
    for (int threads = 1; threads <= 4; ++threads) {
      for (const bool deterministic : {false, true}) {
        made.options.threads = made.options.min_threads = threads;
        made.options.deterministic = deterministic;
        made.options.without = {};
        const std::string what =
            fmt::format("seed {}, {} threads{}", seed, threads, deterministic ? ", deterministic" : "");
        expect_close(testing::results(made.graph, made.options), expected, what);
        const Program program = compile(made.graph, made.options);
        for (const Rewrite& rewrite : program.rewrites()) applied.push_back(rewrite.pass);
        if (threads != 1 + static_cast<int>(seed % 4)) continue;
        for (const std::string& pass : pass_names()) {
          made.options.without = {pass};
          expect_close(testing::results(made.graph, made.options), expected, what + ", without " + pass,
                       tolerance_without(pass));
        }
      }
    }
  }
  for (const std::string& pass : pass_names()) {
    if (pass == "dead_nodes") continue;  // there are none in what compile copies
    EXPECT_GT(std::ranges::count(applied, pass), 0) << pass;
  }
}

}  // namespace
}  // namespace gradtable
