// Programs with and without passes, for tests that compare them.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::testing {

// Whether both have the same type and, relative to the largest magnitude, the same numbers.
inline ::testing::AssertionResult close(const ConstView& a, const ConstView& b, double tolerance = 1e-12) {
  if (a.type != b.type) return ::testing::AssertionFailure() << to_string(a.type) << to_string(b.type);
  const auto x = a.as<double>(), y = b.as<double>();
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) != std::isnan(y[i])) return ::testing::AssertionFailure() << "nan at " << i;
    if (x[i] == y[i] || std::isnan(x[i])) continue;
    largest = std::max({largest, std::abs(x[i]), std::abs(y[i])});
    difference = std::max(difference, std::abs(x[i] - y[i]));
  }
  if (difference <= tolerance * largest) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << difference << " of " << largest;
}

// The outputs and then the updated parameters after one run; the parameters are put back.
inline std::vector<Array> results(Graph& graph, const CompileOptions& options) {
  std::vector<Array> before, found;
  for (const Update& update : options.updates) before.push_back(graph.value(update.parameter));
  Program program = compile(graph, options);
  program.run();
  for (const Tensor& output : options.outputs) found.emplace_back(program.value(output));
  for (std::size_t i = 0; i < before.size(); ++i) {
    found.push_back(graph.value(options.updates[i].parameter));
    graph.set_value(options.updates[i].parameter, before[i]);
  }
  return found;
}

// A graph to rewrite, of float64 parameters of random numbers.
class Rewritten : public ::testing::Test {
 protected:
  Tensor parameter(const std::string& name, const Shape& shape, double least = -1) {
    Array value(DType::float64, shape);
    for (double& number : value.as<double>()) number = random.uniform(least, 1);
    return graph.parameter(name, std::move(value));
  }

  // What the pass says that it did; nothing if it did nothing.
  static std::vector<Rewrite> done(const Program& program, std::string_view pass) {
    std::vector<Rewrite> found;
    std::ranges::copy_if(program.rewrites(), std::back_inserter(found),
                         [&](const Rewrite& rewrite) { return rewrite.pass == pass; });
    return found;
  }

  // Compiles with all passes and asserts that this pass did something exactly when expected; that it says so;
  // that it can be left out; and that no value depends on it.
  void expect(std::string_view pass, bool expected, const CompileOptions& options) {
    const Program program = compile(graph, options);
    const std::vector<Rewrite> rewrites = done(program, pass);
    ASSERT_EQ(rewrites.size(), expected ? 1U : 0U) << pass;
    for (const Rewrite& rewrite : rewrites) EXPECT_FALSE(rewrite.reason.empty());
    CompileOptions without = options, plain = options;
    without.without = {std::string(pass)};
    plain.without = pass_names();
    EXPECT_TRUE(done(compile(graph, without), pass).empty());
    const std::vector<Array> a = results(graph, options), b = results(graph, plain),
                             c = results(graph, without);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(close(a[i], b[i])) << pass << ", value " << i;
      EXPECT_TRUE(close(c[i], b[i])) << "without " << pass << ", value " << i;
    }
  }

  // The ops that are executed, in their order.
  std::vector<std::string> steps(const CompileOptions& options) const {
    std::vector<std::string> names;
    for (const PlannedStep& step : compile_plan(options).steps) {  // "%3 (exp of %2)"
      const std::string op = step.label.substr(step.label.find('(') + 1);
      names.push_back(op.substr(0, op.find_first_of(" )")));
    }
    return names;
  }

  ProgramPlan compile_plan(const CompileOptions& options) const { return compile(graph, options).plan(); }

  static bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  }

  mutable Graph graph;
  Random random{1};
};

}  // namespace gradtable::testing
