#include "gradtable/models/optimizers/optimizer.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/models/optimizers/steps.hpp"

#include "gradtable/core/random.hpp"
#include "gradtable/models/optimizers/adaptive.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class OptimizersByName : public testing::Steps {
 protected:
  static void expect_same(const std::vector<Update>& a, const std::vector<Update>& b) {
    const auto same = [](const Update& x, const Update& y) {
      return x.parameter == y.parameter && x.value == y.value;
    };
    EXPECT_TRUE(std::ranges::equal(a, b, same));
  }
};

// Equal nodes are made once.
TEST_F(OptimizersByName, MakeTheNodesOfTheirFunctionsWithTheirDefaults) {
  expect_same(make_updates({}, table), sgd(table, 0.1));
  expect_same(make_updates({.type = "momentum"}, table), momentum(table, 0.1));
  expect_same(make_updates({.type = "nesterov"}, table), nesterov(table, 0.1));
  expect_same(make_updates({.type = "adagrad"}, table), adagrad(table, 0.1));
  expect_same(make_updates({.type = "rmsprop"}, table), rmsprop(table, 0.1));
  expect_same(make_updates({.type = "adam"}, table), adam(table, 0.1));
  expect_same(make_updates({.type = "adamw", .weight_decay = 0.01}, table), adamw(table, 0.1));
}

TEST_F(OptimizersByName, DecayNoWeightsWhereThatIsNotAskedFor) {
  expect_same(make_updates({.type = "adamw"}, table), adamw(table, 0.1, {.weight_decay = 0}));
}

TEST_F(OptimizersByName, TakeTheirOptions) {
  expect_same(make_updates({.type = "momentum", .learning_rate = 0.2, .momentum = 0.5}, table),
              momentum(table, 0.2, 0.5));
  expect_same(make_updates({.type = "nesterov", .momentum = 0.5}, table), nesterov(table, 0.1, 0.5));
  expect_same(make_updates({.type = "adagrad", .epsilon = 0.5}, table), adagrad(table, 0.1, 0.5));
  expect_same(make_updates({.type = "rmsprop", .alpha = 0.25, .epsilon = 0.5}, table),
              rmsprop(table, 0.1, 0.25, 0.5));
  expect_same(make_updates({.type = "adam", .beta1 = 0.5, .beta2 = 0.25, .epsilon = 1}, table),
              adam(table, 0.1, {0.5, 0.25, 1}));
  expect_same(make_updates({.type = "adamw",
                            .beta1 = 0.5,
                            .beta2 = 0.25,
                            .epsilon = 1,
                            .weight_decay = 2,
                            .penalized = Penalized::weights},
                           table),
              adamw(table, 0.1, {0.5, 0.25, 1, 2, Penalized::weights}));
}

TEST_F(OptimizersByName, ClipBeforeTheyPenalize) {
  const OptimizerOptions options{.clip_value = 3, .clip_norm = 2, .l1 = 0.5, .weight_decay = 0.25};
  expect_same(make_updates(options, table),
              sgd(weight_decay(l1_decay(clip_norm(clip_value(table, 3), 2), 0.5), 0.25), 0.1));
}

TEST_F(OptimizersByName, TakeTheRateFromTheGraphWhereItIsGiven) {
  const Tensor rate = graph.input("rate", {});
  for (const std::string& name : optimizer_names()) {
    const std::vector<Update> updates = make_updates({.type = name}, table, rate);
    EXPECT_NO_THROW(compile(graph, {.updates = updates})
                        .run({{g, Array::of<double>({2}, {1, 1})}, {rate, full({}, 0.5)}}))
        << name;
  }
}

// The weights after three steps of a small network, with a rate that changes.
class NetworkSteps {
 public:
  Array operator()(const OptimizerOptions& options, int threads, const std::vector<std::string>& without) {
    Graph graph;
    Random random(7);
    const auto uniform = [&](const Shape& shape) {
      Array value(DType::float64, shape);
      for (double& number : value.as<double>()) number = random.uniform(-1, 1);
      return value;
    };
    const Tensor x = graph.constant(uniform({16, 40})), t = graph.constant(uniform({16, 30}));
    const Tensor w = graph.parameter("w", uniform({40, 30})), b = graph.parameter("b", uniform({30}));
    const Tensor rate = graph.input("rate", {}, DType::float64);
    const Tensor loss = mean(square(tanh(add_bias(matmul(x, w), b)) - t));
    Program program = compile(graph, {.outputs = {loss},
                                      .updates = make_updates(options, build_grad(loss, {w, b}), rate),
                                      .threads = threads,
                                      .min_threads = threads,
                                      .without = without});
    for (const double now : {0.1, 0.05, 0.2}) program.run({{rate, full({}, now, DType::float64)}});
    return graph.value(w);
  }
};

TEST(OptimizersOfNetworks, StepAlikeWithAndWithoutPassesOnOneThreadAndTwo) {
  NetworkSteps after;
  for (const std::string& name : optimizer_names()) {
    for (const std::optional<double> decay : {std::optional<double>(), std::optional<double>(0.01)}) {
      const OptimizerOptions options{.type = name, .l1 = decay, .weight_decay = decay};
      const Array plain = after(options, 1, pass_names());
      for (const int threads : {1, 2}) {
        const Array found = after(options, threads, {});
        for (std::size_t i = 0; i < 1200; ++i)
          ASSERT_NEAR(found.as<double>()[i], plain.as<double>()[i], 1e-10) << name << ' ' << threads;
      }
    }
  }
}

TEST_F(OptimizersByName, AreKnown) {
  EXPECT_TRUE(testing::contains(
      testing::message_of<ConfigError>([&] { make_updates({.type = "adan"}, table); }),
      "optimizer: expected one of sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, got 'adan'"));
  for (const std::string& name : optimizer_names()) EXPECT_NO_THROW(require_valid({.type = name}));
}

TEST_F(OptimizersByName, RefuseOptionsThatTheyDoNotHave) {
  EXPECT_TRUE(testing::contains(
      testing::message_of<ConfigError>([&] { make_updates({.type = "adam", .momentum = 0.5}, table); }),
      "adam has no option momentum (got 0.5); momentum and nesterov do"));
  EXPECT_THROW(require_valid({.type = "sgd", .momentum = 0.5}), ConfigError);
  EXPECT_THROW(require_valid({.type = "momentum", .beta1 = 0.5}), ConfigError);
  EXPECT_THROW(require_valid({.type = "adagrad", .alpha = 0.5}), ConfigError);
}

TEST_F(OptimizersByName, RefuseNumbersOutOfRangeBeforeThereIsAGraph) {
  EXPECT_THROW(require_valid({.learning_rate = 0}), ConfigError);
  EXPECT_THROW(require_valid({.type = "adam", .beta1 = 1}), ConfigError);
  EXPECT_THROW(require_valid({.clip_value = 0}), ConfigError);
  EXPECT_THROW(require_valid({.clip_norm = -1}), ConfigError);
  EXPECT_THROW(require_valid({.l1 = -1}), ConfigError);
  EXPECT_THROW(require_valid({.weight_decay = -1}), ConfigError);
  EXPECT_THROW(require_valid({.type = "adamw", .weight_decay = -1}), ConfigError);
}

}  // namespace
}  // namespace gradtable
