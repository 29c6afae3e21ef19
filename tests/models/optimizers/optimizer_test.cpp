#include "gradtable/models/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>
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

// Two weights and a bias, and the updates of groups by hand.
class ParameterGroups : public ::testing::Test {
 protected:
  Tensor parameter(const char* name, const Shape& shape) {
    return graph.parameter(name, full(shape, 2, DType::float64));
  }
  // The updates after one step with gradients of 1.
  std::vector<double> after_a_step(const OptimizerOptions& options, const Tensor& rate = {}) {
    std::vector<GradTable::Entry> entries;
    for (const Tensor& target : {W1, b1, W2})
      entries.push_back({target, graph.constant(full(target.shape(), 1, DType::float64))});
    Program step = compile(graph, {.updates = make_updates(options, GradTable(entries), rate)});
    if (rate.empty())
      step.run();
    else
      step.run({{rate, full({}, options.learning_rate, DType::float64)}});
    std::vector<double> found;
    for (const Tensor& target : {W1, b1, W2}) {
      found.push_back(graph.value(target).as<double>()[0]);
      graph.set_value(target, full(target.shape(), 2, DType::float64));
    }
    return found;
  }
  static std::string refused(const std::vector<ParameterGroup>& groups) {
    return testing::message_of<ConfigError>([&] { require_valid({.groups = groups}); });
  }

  Graph graph;
  const Tensor W1 = parameter("W1", {2, 2}), b1 = parameter("b1", {2}), W2 = parameter("W2", {2, 2});
  using Values = std::vector<double>;
};

TEST_F(ParameterGroups, HaveRatesAndDecaysOfTheirOwn) {
  OptimizerOptions options = {.learning_rate = 0.5, .weight_decay = 0.25};
  EXPECT_EQ(after_a_step(options), (Values{2 - 0.5 * 1.5, 2 - 0.5 * 1.5, 2 - 0.5 * 1.5}));
  options.groups = {{.names = "W1", .rate = 0.5}, {.names = "b*", .weight_decay = 0}};
  EXPECT_EQ(after_a_step(options), (Values{2 - 0.25 * 1.5, 2 - 0.5, 2 - 0.5 * 1.5}));
  EXPECT_EQ(after_a_step(options, graph.input("rate", {}, DType::float64)),
            (Values{2 - 0.25 * 1.5, 2 - 0.5, 2 - 0.5 * 1.5}));
}

TEST_F(ParameterGroups, TakeTheFirstPatternThatMatches) {
  const OptimizerOptions options = {.learning_rate = 0.5,
                                    .groups = {{.names = "W2", .rate = 2}, {.names = "W*", .rate = 0.1}}};
  EXPECT_EQ(after_a_step(options), (Values{2 - 0.05, 2 - 0.5, 2 - 1.0}));
}

// What is frozen counts in no norm.
TEST_F(ParameterGroups, LeaveOutWhatIsFrozen) {
  const OptimizerOptions options = {
      .learning_rate = 1, .clip_norm = 1, .groups = {{.names = "W?", .frozen = true}}};
  EXPECT_EQ(after_a_step(options), (Values{2, 2 - 1 / std::sqrt(2.0), 2}));
  EXPECT_EQ(learned_parameters(options, {W1, b1, W2}), std::vector<Tensor>{b1});
}

// A group without numbers of its own changes nothing, whatever the optimizer keeps.
TEST_F(ParameterGroups, OfEveryOptimizerAreStepsOfTheirOwn) {
  for (const std::string& name : optimizer_names()) {
    const auto steps = [&](const std::vector<ParameterGroup>& groups) {
      Graph fresh;
      const Tensor a = fresh.parameter("a", full({2, 2}, 2, DType::float64)),
                   b = fresh.parameter("b", full({2}, 2, DType::float64));
      const Tensor loss = sum(square(a)) + sum(square(b));
      const OptimizerOptions options = {.type = name, .learning_rate = 0.01, .groups = groups};
      Program step = compile(fresh, {.updates = make_updates(options, build_grad(loss, {a, b}))});
      for (int i = 0; i < 3; ++i) step.run();
      return Values{fresh.value(a).as<double>()[0], fresh.value(b).as<double>()[0]};
    };
    const Values plain = steps({}), grouped = steps({{.names = "b"}}),
                 slower = steps({{.names = "b", .rate = 0.5}});
    EXPECT_EQ(grouped, plain) << name;
    EXPECT_EQ(slower[0], plain[0]) << name;
    EXPECT_NE(slower[1], plain[1]) << name;
  }
}

// One that is said of a group is of all its parameters, biases too.
TEST_F(ParameterGroups, DecayAsTheyAreTold) {
  const OptimizerOptions options = {.learning_rate = 0.5,
                                    .penalized = Penalized::weights,
                                    .groups = {{.names = "b1", .weight_decay = 0.5}}};
  EXPECT_EQ(after_a_step(options), (Values{1.5, 2 - 0.5 * 2, 1.5}));
}

// The decay of a group says nothing of l1, which stays a matter of weights.
TEST_F(ParameterGroups, LeaveL1AsItIs) {
  const OptimizerOptions options = {.learning_rate = 0.5,
                                    .l1 = 0.5,
                                    .penalized = Penalized::weights,
                                    .groups = {{.names = "b1", .weight_decay = 0}}};
  EXPECT_EQ(after_a_step(options), (Values{2 - 0.5 * 1.5, 1.5, 2 - 0.5 * 1.5}));
}

TEST_F(ParameterGroups, HideNoNumberThatIsOutOfRange) {
  EXPECT_THROW(require_valid({.learning_rate = 0, .groups = {{.names = "W1"}}}), ConfigError);
  EXPECT_THROW(require_valid({.type = "adam", .beta1 = 1, .groups = {{.names = "W1"}}}), ConfigError);
}

TEST_F(ParameterGroups, SayWhichNamesThereAre) {
  const auto refused_for = [&](const std::vector<ParameterGroup>& groups) {
    return testing::message_of<ConfigError>([&] { learned_parameters({.groups = groups}, {W1, b1, W2}); });
  };
  EXPECT_EQ(refused_for({{.names = "W9"}}),
            "optimizer: groups: expected a pattern of W1, b1, W2 that no group before has, got \"W9\"");
  EXPECT_EQ(refused_for({{.names = "*", .frozen = true}}),
            "optimizer: groups: expected a parameter that is not frozen, got none");
  EXPECT_TRUE(testing::contains(refused({{.names = "W1", .rate = 0}}),
                                "optimizer: groups: expected a finite rate above 0, got 0"));
  EXPECT_TRUE(testing::contains(refused({{.names = "W1", .weight_decay = -1}}),
                                "optimizer: groups: expected a finite weight_decay of at least 0"));
  EXPECT_EQ(refused_for({{.names = "W*"}, {.names = "W1"}}),
            "optimizer: groups: expected a pattern of W1, b1, W2 that no group before has, got \"W1\"");
  EXPECT_EQ(refused({{.names = "W1", .rate = 2, .frozen = true}}),
            "optimizer: groups: expected no rate and no weight_decay of \"W1\", which is frozen");
  EXPECT_EQ(refused({{.names = ""}}), "optimizer: groups: expected names of parameters, got none");
}

}  // namespace
}  // namespace gradtable
