// What holds of every op, checked of every row of the table (op_cases.hpp).
#include "tests/ops/op_cases.hpp"

#include <algorithm>
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

#include "gradtable/graph/checks/check_grad.hpp"

namespace gradtable::testing {
namespace {

bool is_real(const Array& input) {
  return is_floating(input.dtype());
}

// Whether there is a gradient to check.
bool has_gradient(const OpCase& c) {
  return c.differentiable && std::ranges::any_of(c.inputs, is_real);
}

// Two inputs of one type, the first such pair; empty when there is none.
std::vector<std::size_t> equal_types(const OpCase& c) {
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    for (std::size_t j = i + 1; j < c.inputs.size(); ++j)
      if (is_real(c.inputs[i]) && c.inputs[i].type() == c.inputs[j].type()) return {i, j};
  }
  return {};
}

bool takes_the_same_twice(const OpCase& c) {
  return c.differentiable && !equal_types(c).empty();
}

// A case and the way in which its programs are executed.
struct Run {
  OpCase op_case;
  Execution execution;

  CaseProgram program(const OpCase& c, DType dtype) const { return {c, dtype, execution}; }
  CaseValues values_of(const OpCase& c, DType dtype) const {
    CaseProgram made = program(c, dtype);
    return made.run(made.some_cotangent());
  }
  CaseValues values(DType dtype) const { return values_of(op_case, dtype); }
};

void PrintTo(const Run& run, std::ostream* stream) {
  *stream << run.op_case.name << (run.execution.rewritten ? "" : ", no passes, ") << run.execution.threads
          << " threads";
}

// Every case with the passes on and off, on one thread and on two.
std::vector<Run> runs_of(const std::vector<OpCase>& cases) {
  std::vector<Run> runs;
  for (const OpCase& c : cases) {
    for (const int threads : {1, 2})
      for (const bool rewritten : {true, false}) runs.push_back({c, {rewritten, threads}});
  }
  return runs;
}

std::string name_of_run(const ::testing::TestParamInfo<Run>& info) {
  const Execution& execution = info.param.execution;
  return fmt::format("{}_{}_{}", test_name(info.param.op_case.name),
                     execution.rewritten ? "rewritten" : "as_written", execution.threads);
}

class EveryOp : public ::testing::TestWithParam<Run> {};
class EveryGradient : public ::testing::TestWithParam<Run> {};
class EveryOpOfTwo : public ::testing::TestWithParam<Run> {};

INSTANTIATE_TEST_SUITE_P(Ops, EveryOp, ::testing::ValuesIn(runs_of(op_cases())), name_of_run);
INSTANTIATE_TEST_SUITE_P(Ops, EveryGradient, ::testing::ValuesIn(runs_of(cases_where(has_gradient))),
                         name_of_run);
INSTANTIATE_TEST_SUITE_P(Ops, EveryOpOfTwo, ::testing::ValuesIn(runs_of(cases_where(takes_the_same_twice))),
                         name_of_run);

TEST_P(EveryOp, GivesTheValueOfTheFormula) {
  EXPECT_TRUE(close_to(GetParam().values(DType::float64).y, GetParam().op_case.expected, 1e-12));
  EXPECT_TRUE(close_to(GetParam().values(DType::float32).y, GetParam().op_case.expected, 1e-5));
}

TEST_P(EveryOp, GivesTheSameBitsAgainAndWithoutGradients) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program = GetParam().program(GetParam().op_case, dtype);
    const Array cotangent = program.some_cotangent();
    const CaseValues first = program.run(cotangent), again = program.run(cotangent);
    const CaseValues other = GetParam().values(dtype);
    EXPECT_TRUE(same_bits(again.y, first.y));
    EXPECT_TRUE(same_bits(other.y, first.y));
    for (std::size_t i = 0; i < first.gradients.size(); ++i) {
      EXPECT_TRUE(same_bits(again.gradients[i], first.gradients[i]));
      EXPECT_TRUE(same_bits(other.gradients[i], first.gradients[i]));
    }
    CaseProgram alone(GetParam().op_case, inputs_in(GetParam().op_case, dtype),
                      {.execution = GetParam().execution, .gradients = false});
    EXPECT_TRUE(same_bits(alone.run(cotangent).y, first.y));
  }
}

TEST_P(EveryGradient, AgreesWithCentralDifferences) {
  const OpCase& c = GetParam().op_case;
  CheckGradOptions options = c.multilinear ? multilinear() : CheckGradOptions();
  options.order = c.smooth == Smoothness::third ? 3 : 2;
  options.compile = GetParam().execution.options();
  const CheckGradResult result = check_grad(c.f, c.inputs, options);
  EXPECT_TRUE(result.passed) << result.message;
}

TEST_P(EveryGradient, HasTheTypeOfItsInput) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const std::vector<Array> inputs = inputs_in(GetParam().op_case, dtype);
    const CaseValues values = GetParam().values(dtype);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!is_real(inputs[i])) continue;
      EXPECT_EQ(values.gradients[i].type(), inputs[i].type()) << "input " << i;
    }
  }
}

TEST_P(EveryGradient, IsNearlyTheSameInFloat32) {
  const CaseValues coarse = GetParam().values(DType::float32), fine = GetParam().values(DType::float64);
  for (std::size_t i = 0; i < fine.gradients.size(); ++i)
    EXPECT_TRUE(close_to(coarse.gradients[i], fine.gradients[i], 2e-3)) << "input " << i;
}

TEST_P(EveryGradient, IsExactlyZeroForAZeroCotangent) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CaseProgram program = GetParam().program(GetParam().op_case, dtype);
    const CaseValues values = program.run(zeros(program.type().shape, program.type().dtype));
    for (const Array& gradient : values.gradients)
      EXPECT_TRUE(close_to(gradient, zeros(gradient.shape(), dtype), 0));
  }
}

TEST_P(EveryGradient, IsLinearInTheCotangent) {
  CaseProgram program = GetParam().program(GetParam().op_case, DType::float64);
  const auto combination = [](const Array& a, const Array& b) {
    return mapped(a, b, a.shape(), [](double x, double y) { return 2 * x - 3 * y; });
  };
  const Array first = program.some_cotangent(), second = program.some_cotangent(0.4);
  const CaseValues of_first = program.run(first), of_second = program.run(second);
  const CaseValues together = program.run(combination(first, second));
  for (std::size_t i = 0; i < GetParam().op_case.inputs.size(); ++i) {
    if (!is_real(GetParam().op_case.inputs[i])) continue;
    const Array expected = combination(of_first.gradients[i], of_second.gradients[i]);
    EXPECT_TRUE(close_to(together.gradients[i], expected, 1e-12)) << "input " << i;
  }
}

TEST_P(EveryGradient, IsTheSameWhateverOtherInputsAreConstant) {
  const OpCase& c = GetParam().op_case;
  const CaseValues all = GetParam().values(DType::float64);
  // BLAS sums in another order where a constant that was transposed beforehand is not transposed in the
  // product.
  const auto agree = [&](const Array& a, const Array& b) {
    return c.rearranged && GetParam().execution.rewritten ? close_to(a, b, 1e-12) : same_bits(a, b);
  };
  for (unsigned subset = 0; subset < 1U << c.inputs.size(); ++subset) {
    std::vector<bool> constant;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) constant.push_back((subset >> i & 1U) != 0);
    bool some_gradient = false;
    for (std::size_t i = 0; i < c.inputs.size(); ++i) some_gradient |= is_real(c.inputs[i]) && !constant[i];
    if (!some_gradient) continue;
    CaseProgram program(c, c.inputs, {.execution = GetParam().execution, .constant = constant});
    const CaseValues some = program.run(program.some_cotangent());
    EXPECT_TRUE(agree(some.y, all.y));
    for (std::size_t i = 0; i < c.inputs.size(); ++i) {
      if (!is_real(c.inputs[i]) || constant[i]) continue;
      EXPECT_TRUE(agree(some.gradients[i], all.gradients[i])) << "input " << i << ", subset " << subset;
    }
  }
}

TEST_P(EveryOpOfTwo, SumsTheGradientsOfASharedInput) {
  OpCase apart = GetParam().op_case, shared = apart;
  const std::vector<std::size_t> same = equal_types(apart);
  apart.inputs[same[1]] = apart.inputs[same[0]];
  shared.inputs.erase(shared.inputs.begin() + static_cast<std::ptrdiff_t>(same[1]));
  shared.f = [f = apart.f, same](const std::vector<Tensor>& x) {
    std::vector<Tensor> arguments = x;
    arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(same[1]), x[same[0]]);
    return f(arguments);
  };
  const CaseValues two = GetParam().values_of(apart, DType::float64),
                   one = GetParam().values_of(shared, DType::float64);
  EXPECT_TRUE(close_to(one.y, two.y, 1e-12));
  const Array &first = two.gradients[same[0]], &second = two.gradients[same[1]];
  const Array sum = mapped(first, second, first.shape(), [](double a, double b) { return a + b; });
  EXPECT_TRUE(close_to(one.gradients[same[0]], sum, 1e-12));
}

// The functions that take tensors, as the headers of ops/ declare them: from the beginning of a line.
std::set<std::string> public_functions() {
  const std::regex comment("//.*"),
      declaration(R"(\n(?:inline )?[\w:<>]+\s+(\w+|operator[^\s(]+)\([^;{]*(?:Tensor|Operand)\b)");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GRADTABLE_TEST_FOLDER "/../ops")) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream header(entry.path());
    std::string text(std::istreambuf_iterator<char>(header), {});
    text = std::regex_replace(text, comment, "");
    for (std::sregex_iterator match(text.begin(), text.end(), declaration), end; match != end; ++match)
      names.insert((*match)[1]);
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
  expected.insert("operator[]");                                                      // of Tensor
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

// The extents at which loops and divisions go wrong.
struct Special {
  std::string name;
  std::function<bool(const Shape&)> is;
};
const std::vector<Special>& special_shapes() {
  static const std::vector<Special> all = {
      {"no elements", [](const Shape& shape) { return shape.size() == 0; }},
      {"an extent of 1",
       [](const Shape& shape) { return std::ranges::find(shape.extents(), 1) != shape.extents().end(); }},
      {"rank 0", [](const Shape& shape) { return shape.rank() == 0; }}};
  return all;
}

// The functions that have a case, or refuse types, with such an input.
std::set<std::string> functions_with(const Special& special) {
  std::set<std::string> functions;
  for (const OpCase& c : op_cases())
    for (const Array& input : c.inputs)
      if (special.is(input.shape())) functions.insert(c.function());
  for_each_row([&](const OpRow& row) {
    for (const Refusal& refusal : row.refused)
      for (const TensorType& type : refusal.inputs)
        if (special.is(type.shape)) functions.insert(row.function);
  });
  return functions;
}

TEST(OpCases, TakeOrRefuseNoElementsExtentsOfOneAndScalars) {
  for (const Special& special : special_shapes()) {
    const std::set<std::string> functions = functions_with(special);
    for_each_row([&](const OpRow& row) {
      EXPECT_TRUE(functions.contains(row.function)) << row.function << " has no case of " << special.name;
    });
  }
}

TEST(OpCases, HaveDifferentNames) {
  std::set<std::string> names;
  for (const OpCase& c : op_cases()) EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

}  // namespace
}  // namespace gradtable::testing
