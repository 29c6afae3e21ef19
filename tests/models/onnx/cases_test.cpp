// Truth that nobody here wrote: the cases of the ONNX standard, with their tolerance.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "case_run.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(ONNX_TESTDATA);
const fs::path kList = fs::path(GRADTABLE_TEST_FOLDER) / "models/onnx/cases.txt";

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// With GRADTABLE_WRITE_GOLDEN=1 in the environment the list is written instead of compared.
bool writing() {
  return std::getenv("GRADTABLE_WRITE_GOLDEN") != nullptr;
}

void write(const fs::path& file, const std::set<std::string>& lines) {
  std::ofstream out(file);
  for (const std::string& line : lines) out << line << '\n';
}

// "Add node/test_add": the op that the case is about, which is its only one, or Gradient, which needs another
// beside it; "model" for larger ones.
std::string line_of(const OnnxCase& one) {
  std::string op = one.ops.size() == 1 && one.name.starts_with("node/") ? one.ops.front() : "model";
  if (std::ranges::find(one.ops, "Gradient") != one.ops.end()) op = "Gradient";
  return fmt::format("{} {}", op, one.name);
}

// The ops that a model of nets and their training is made of.
constexpr std::string_view kMainOps =
    " Abs Adagrad Adam Add AveragePool BatchNormalization Concat Conv Div Dropout Exp Expand Flatten "
    "Gather Gemm Gradient LayerNormalization Log LogSoftmax MatMul MaxPool Momentum Mul Neg "
    "NegativeLogLikelihoodLoss Pow ReduceMax ReduceMean ReduceSum Relu Reshape Sigmoid Slice "
    "Softmax SoftmaxCrossEntropyLoss Softplus Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where ";
constexpr std::ptrdiff_t kFewestOfMainOps = 270;

bool is_of_main_op(const std::string& line) {
  return kMainOps.find(fmt::format(" {} ", line.substr(0, line.find(' ')))) != std::string_view::npos;
}

TEST(OnnxCases, ThoseOfTheListPassAndNoOthers) {
  if (!fs::exists(kCases)) GTEST_SKIP() << "libonnx-testdata is not installed";
  const std::vector<std::string> lines = lines_of(kList);
  std::set<std::string> listed(lines.begin(), lines.end());
  std::set<std::string> passed;
  for (const OnnxCase& one : onnx_cases(kCases)) {
    const std::string line = line_of(one);
    const bool expected = listed.erase(line) == 1;
    const std::string wrong = one.known ? run_onnx_case(kCases / one.name) : "an op that is not known";
    if (wrong.empty()) passed.insert(line);
    if (writing()) continue;
    EXPECT_EQ(wrong.empty(), expected) << line << ": " << (wrong.empty() ? "passes" : wrong);
  }
  if (writing()) {
    write(kList, passed);
  } else {
    EXPECT_EQ(listed, std::set<std::string>()) << "listed, but no cases";
  }
  EXPECT_GE(std::ranges::count_if(passed, is_of_main_op), kFewestOfMainOps);
}

}  // namespace
}  // namespace gradtable::testing
