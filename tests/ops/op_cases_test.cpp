// What holds of every op, checked of every row of the table (op_cases.hpp).
#include "tests/ops/op_cases.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/ops/case_names.hpp"
#include "tests/ops/case_program.hpp"
#include "tests/ops/comparisons.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/check_grad.hpp"

namespace gradtable::testing {
namespace {

bool is_real(const Array& input) {
  return is_floating(input.dtype());
}

// Whether there is a gradient to check.
bool has_gradient(const OpCase& c) {
  return c.differentiable && std::ranges::any_of(c.inputs, is_real);
}

bool takes_the_same_twice(const OpCase& c) {
  return has_gradient(c) && c.inputs.size() == 2 && c.inputs[0].type() == c.inputs[1].type();
}

class EveryOp : public ::testing::TestWithParam<OpCase> {};
class EveryGradient : public ::testing::TestWithParam<OpCase> {};
class EveryOpOfTwo : public ::testing::TestWithParam<OpCase> {};

INSTANTIATE_TEST_SUITE_P(Ops, EveryOp, ::testing::ValuesIn(op_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Ops, EveryGradient, ::testing::ValuesIn(cases_where(has_gradient)), name_of_case);
INSTANTIATE_TEST_SUITE_P(Ops, EveryOpOfTwo, ::testing::ValuesIn(cases_where(takes_the_same_twice)),
                         name_of_case);

CaseValues values_of(const OpCase& c, DType dtype) {
  CaseProgram program(c, dtype);
  return program.run(program.some_cotangent());
}

TEST_P(EveryOp, GivesTheValueOfTheFormula) {
  EXPECT_TRUE(close_to(values_of(GetParam(), DType::float64).y, GetParam().expected, 1e-12));
  EXPECT_TRUE(close_to(values_of(GetParam(), DType::float32).y, GetParam().expected, 1e-5));
}

TEST_P(EveryOp, GivesTheSameBitsAgainAndWithoutGradients) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program(GetParam(), dtype);
    const Array cotangent = program.some_cotangent();
    const CaseValues first = program.run(cotangent), again = program.run(cotangent);
    const CaseValues other = values_of(GetParam(), dtype);
    EXPECT_TRUE(same_bits(again.y, first.y));
    EXPECT_TRUE(same_bits(other.y, first.y));
    for (std::size_t i = 0; i < first.gradients.size(); ++i) {
      EXPECT_TRUE(same_bits(again.gradients[i], first.gradients[i]));
      EXPECT_TRUE(same_bits(other.gradients[i], first.gradients[i]));
    }
    CaseProgram alone(GetParam(), inputs_in(GetParam(), dtype), {.gradients = false});
    EXPECT_TRUE(same_bits(alone.run(cotangent).y, first.y));
  }
}

TEST_P(EveryGradient, AgreesWithCentralDifferencesToSecondOrder) {
  const OpCase& c = GetParam();
  std::vector<Array> real;
  std::ranges::copy_if(c.inputs, std::back_inserter(real), is_real);
  const auto f = [&](const std::vector<Tensor>& x) {
    std::vector<Tensor> arguments;
    std::size_t next = 0;
    for (const Array& input : c.inputs)
      arguments.push_back(is_real(input) ? x[next++] : x[0].graph().constant(input));
    return c.f(arguments);
  };
  const CheckGradResult result = check_grad(f, real);
  EXPECT_TRUE(result.passed) << result.message;
}

TEST_P(EveryGradient, HasTheTypeOfItsInput) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const std::vector<Array> inputs = inputs_in(GetParam(), dtype);
    const CaseValues values = values_of(GetParam(), dtype);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!is_real(inputs[i])) continue;
      EXPECT_EQ(values.gradients[i].type(), inputs[i].type()) << "input " << i;
    }
  }
}

TEST_P(EveryGradient, IsNearlyTheSameInFloat32) {
  const CaseValues coarse = values_of(GetParam(), DType::float32),
                   fine = values_of(GetParam(), DType::float64);
  for (std::size_t i = 0; i < fine.gradients.size(); ++i)
    EXPECT_TRUE(close_to(coarse.gradients[i], fine.gradients[i], 2e-3)) << "input " << i;
}

TEST_P(EveryGradient, IsExactlyZeroForAZeroCotangent) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program(GetParam(), dtype);
    const CaseValues values = program.run(zeros(program.type().shape, program.type().dtype));
    for (const Array& gradient : values.gradients)
      EXPECT_TRUE(close_to(gradient, zeros(gradient.shape(), dtype), 0));
  }
}

TEST_P(EveryGradient, IsLinearInTheCotangent) {
  CaseProgram program(GetParam(), DType::float64);
  const auto combination = [](const Array& a, const Array& b) {
    return mapped(a, b, a.shape(), [](double x, double y) { return 2 * x - 3 * y; });
  };
  const Array first = program.some_cotangent(), second = program.some_cotangent(0.4);
  const CaseValues of_first = program.run(first), of_second = program.run(second);
  const CaseValues together = program.run(combination(first, second));
  for (std::size_t i = 0; i < GetParam().inputs.size(); ++i) {
    if (!is_real(GetParam().inputs[i])) continue;
    const Array expected = combination(of_first.gradients[i], of_second.gradients[i]);
    EXPECT_TRUE(close_to(together.gradients[i], expected, 1e-12)) << "input " << i;
  }
}

TEST_P(EveryGradient, IsTheSameWhateverOtherInputsAreConstant) {
  const OpCase& c = GetParam();
  const CaseValues all = values_of(c, DType::float64);
  for (unsigned subset = 0; subset < 1U << c.inputs.size(); ++subset) {
    std::vector<bool> constant;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) constant.push_back((subset >> i & 1U) != 0);
    bool some_gradient = false;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) some_gradient |= is_real(c.inputs[i]) && !constant[i];
    if (!some_gradient) continue;
    CaseProgram program(c, c.inputs, {.constant = constant});
    const CaseValues some = program.run(program.some_cotangent());
    EXPECT_TRUE(same_bits(some.y, all.y));
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      if (!is_real(c.inputs[i]) || constant[i]) continue;
      EXPECT_TRUE(same_bits(some.gradients[i], all.gradients[i])) << "input " << i << ", subset " << subset;
    }
  }
}

TEST_P(EveryOpOfTwo, SumsTheGradientsOfASharedInput) {
  OpCase apart = GetParam(), shared = GetParam();
  apart.inputs[1] = apart.inputs[0];
  shared.inputs.pop_back();
  shared.f = [f = apart.f](const std::vector<Tensor>& x) { return f({x[0], x[0]}); };
  const CaseValues two = values_of(apart, DType::float64), one = values_of(shared, DType::float64);
  EXPECT_TRUE(close_to(one.y, two.y, 1e-12));
  const Array sum = mapped(two.gradients[0], two.gradients[1], two.gradients[0].shape(),
                           [](double a, double b) { return a + b; });
  EXPECT_TRUE(close_to(one.gradients[0], sum, 1e-12));
}

// The functions that give a tensor, as the headers of ops/ declare them.
std::set<std::string> public_functions() {
  const std::regex declaration(R"((?:inline )?Tensor ([a-z_0-9]+|operator.)\(.*)");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GRADTABLE_TEST_FOLDER "/../ops")) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream header(entry.path());
    for (std::string line; std::getline(header, line);) {
      std::smatch match;
      if (std::regex_match(line, match, declaration)) names.insert(match[1]);
    }
  }
  return names;
}

template <class F>
void for_each_row(F&& f) {
  for (const OpFamily& family : op_families())
    for (const OpRow& row : family.rows) f(row);
}

TEST(OpCases, HaveARowForEveryPublicFunction) {
  std::set<std::string> expected = public_functions(), found;
  EXPECT_TRUE(expected.contains("matmul") && expected.contains("zeros_like"));        // the headers were read
  for (const char* constant : {"full_like", "zeros_like"}) expected.erase(constant);  // in broadcast_test.cpp
  for_each_row([&](const OpRow& row) { EXPECT_TRUE(found.insert(row.function).second) << row.function; });
  EXPECT_EQ(found, expected);
}

TEST(OpCases, StandInTheRowOfTheirFunction) {
  for_each_row([](const OpRow& row) {
    EXPECT_FALSE(row.formula.empty() || row.derivative.empty() || row.cases.empty()) << row.function;
    for (const OpCase& c : row.cases) EXPECT_EQ(c.function(), row.function);
  });
}

// Types that do not fit are refused when the node is made, in a sentence with the op's name and the place of
// the call.
TEST(OpCases, ThrowWhereANodeOfRefusedTypesIsMade) {
  for_each_row([](const OpRow& row) {
    for (const Refusal& refusal : row.refused) {
      Graph graph;
      std::vector<Tensor> inputs;
      for (const TensorType& type : refusal.inputs)
        inputs.push_back(graph.input(fmt::format("x{}", inputs.size()), type.shape, type.dtype));
      const Call& f = refusal.f ? refusal.f : row.cases.front().f;
      const std::string message = message_of<ShapeError>([&] { f(inputs); });
      EXPECT_TRUE(std::regex_match(
          message, std::regex(R"([a-z_0-9]+: expected .+, got .+  \[tests/ops/cases/.+:[0-9]+\])")))
          << row.function << " of " << refusal.inputs.size() << " inputs: " << message;
    }
  });
}

TEST(OpCases, HaveDifferentNames) {
  std::set<std::string> names;
  for (const OpCase& c : op_cases()) EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

}  // namespace
}  // namespace gradtable::testing
