// Truth that nobody here wrote: the cases of the ONNX standard, with their tolerance.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "case_run.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(ONNX_TESTDATA);
const fs::path kList = fs::path(GRADTABLE_TEST_FOLDER) / "onnx/cases.txt";
const fs::path kCounts = fs::path(GRADTABLE_TEST_FOLDER) / "onnx/counts.txt";

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// With GRADTABLE_WRITE_GOLDEN=1 in the environment the lists are written instead of compared.
bool writing() {
  return std::getenv("GRADTABLE_WRITE_GOLDEN") != nullptr;
}

void write(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file);
  for (const std::string& line : lines) out << line << '\n';
}

// The op that a case is about: its only one, or Gradient, which needs another op beside it. Cases of whole
// models are about none.
std::string op_of(const OnnxCase& one) {
  for (const std::string& op : one.ops)
    if (op == "Gradient") return op;
  return one.ops.size() == 1 && one.name.starts_with("node/") ? one.ops.front() : "";
}

// "Add 2 of 3": cases with no op but this one that pass, of all that there are.
std::vector<std::string> counts(const std::vector<OnnxCase>& cases, const std::set<std::string>& passed) {
  struct Count {
    int passed = 0;
    int all = 0;
  };
  std::map<std::string, Count> by_op;
  for (const OnnxCase& one : cases) {
    const std::string op = op_of(one);
    if (op.empty() || !one.known) continue;
    Count& count = by_op[op];
    count.all += 1;
    count.passed += passed.contains(one.name) ? 1 : 0;
  }
  std::vector<std::string> lines;
  for (const auto& [op, count] : by_op)
    lines.push_back(fmt::format("{} {} of {}", op, count.passed, count.all));
  return lines;
}

TEST(OnnxCases, ThoseOfTheListPassAndNoOthers) {
  if (!fs::exists(kCases)) GTEST_SKIP() << "libonnx-testdata is not installed";
  const std::vector<OnnxCase> cases = onnx_cases(kCases);
  const std::vector<std::string> lines = lines_of(kList);
  const std::set<std::string> listed(lines.begin(), lines.end());
  std::set<std::string> passed;
  for (const OnnxCase& one : cases) {
    const std::string wrong = one.known ? run_onnx_case(kCases / one.name) : "an op that is not known";
    if (wrong.empty()) passed.insert(one.name);
    if (writing()) continue;
    EXPECT_EQ(wrong.empty(), listed.contains(one.name))
        << one.name << ": " << (wrong.empty() ? "passes" : wrong);
  }
  if (writing()) {
    write(kList, {passed.begin(), passed.end()});
    write(kCounts, counts(cases, passed));
  }
  for (const std::string& name : listed)
    EXPECT_TRUE(fs::exists(kCases / name)) << name << " is listed but is no case";
  EXPECT_EQ(counts(cases, passed), lines_of(kCounts));
}

}  // namespace
}  // namespace gradtable::testing
