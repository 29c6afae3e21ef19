// Three steps of an optimizer on two numbers with given gradients, for tests that compare them with steps
// that were computed by hand.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"

namespace gradtable::testing {

class Steps : public ::testing::Test {
 protected:
  using Numbers = std::array<double, 2>;
  static constexpr std::array<Numbers, 3> kGradients = {{{0.5, -1}, {0.25, 3}, {-1, 0}}};

  // After each of the three steps theta is as expected, with and without passes. All parameters are put back.
  void expect_steps(const std::vector<Update>& updates, std::initializer_list<Numbers> expected) {
    expect_steps(updates, expected, {});
    expect_steps(updates, expected, pass_names());
  }

  Numbers theta_now() const {
    return {graph.value(theta).as<double>()[0], graph.value(theta).as<double>()[1]};
  }

  // Numbers outside of [0, 1), of (0, infinity) and of [0, infinity).
  static std::vector<double> no_fractions() { return {-0.1, 1, 1.5, kNaN, kInfinity}; }
  static std::vector<double> not_positive() { return {0, -0.1, kNaN, kInfinity}; }
  static std::vector<double> negative() { return {-0.1, kNaN, kInfinity}; }

  // The action throws a ConfigError with this text for each value, and makes no nodes.
  template <class Action>
  void expect_refused(const std::vector<double>& values, std::string_view text, const Action& action) {
    const std::size_t before = graph.size();
    for (const double value : values)
      EXPECT_TRUE(contains(message_of<ConfigError>([&] { action(value); }), text)) << value;
    EXPECT_EQ(graph.size(), before);
  }

  Graph graph;
  const Tensor theta = graph.parameter("theta", Array::of<double>({2}, {1, -2}));
  const Tensor g = graph.input("g", {2}, DType::float64);
  const GradTable table = GradTable({{theta, g}});

 private:
  void expect_steps(const std::vector<Update>& updates, std::initializer_list<Numbers> expected,
                    const std::vector<std::string>& without) {
    std::vector<Array> before;
    for (const Update& update : updates) before.push_back(graph.value(update.parameter));
    Program program = compile(graph, {.updates = updates, .without = without});
    std::size_t step = 0;
    for (const Numbers& numbers : expected) {
      program.run({{g, ConstView(std::span<const double>(kGradients[step]), Shape{2})}});
      for (std::size_t i = 0; i < 2; ++i)
        EXPECT_NEAR(theta_now()[i], numbers[i], 1e-14) << "step " << step << ", element " << i;
      ++step;
    }
    for (std::size_t i = 0; i < updates.size(); ++i) graph.set_value(updates[i].parameter, before[i]);
  }
};

}  // namespace gradtable::testing
