// Prints docs/ops.md from the table of op cases and the headers of the ops:
//   print_ops_page tests/models/onnx/cases.txt <(awk -f scripts/signatures.awk ops/*.hpp) > docs/ops.md
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string_view>

#include "tests/ops/op_cases.hpp"
#include <fmt/format.h>

namespace {

using namespace gradtable::testing;

// Cases of the ONNX standard that pass, by operator: lines "Add test_add_bcast".
std::map<std::string, int> read_onnx_cases(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", path));
  std::map<std::string, int> counts;
  for (std::string line; std::getline(file, line);) ++counts[line.substr(0, line.find(' '))];
  return counts;
}

// The functions of each header, as lines of a list.
std::map<std::string, std::string> read_functions(const char* path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", path));
  std::map<std::string, std::string> lists;
  std::string said;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string header, signature, sentence;
    std::getline(fields, header, '\t');
    std::getline(fields, signature, '\t');
    std::getline(fields, sentence);
    const bool is_new = !sentence.empty() && sentence != said;
    lists[header] += fmt::format("- `{}`{}{}\n", signature, is_new ? ": " : "", is_new ? sentence : "");
    said = sentence;
  }
  return lists;
}

// Bars would end a column.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string orders_of(const OpRow& row) {
  const bool differentiable = std::ranges::any_of(row.cases, &OpCase::differentiable);
  if (row.derivative == "none" || !differentiable) return "";
  const std::string orders = row.smooth == Smoothness::third ? "1, 2, 3" : "1, 2";
  return row.multilinear ? orders + ", exact" : orders;
}

std::string onnx_of(const OpRow& row, const std::map<std::string, int>& passed) {
  std::string text;
  for (const std::string& name : row.onnx) {
    const auto found = passed.find(name);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, found == passed.end() ? 0 : found->second);
  }
  return text;
}

std::map<std::string, int> count_cases() {
  std::map<std::string, int> counts;
  for (const OpCase& c : op_cases()) ++counts[c.function()];
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kUsage = "usage: print_ops_page CASES_OF_ONNX FUNCTIONS_OF_HEADERS\n";
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  if (argc != 3) {
    std::cerr << kUsage;
    return 2;
  }
  const auto passed = read_onnx_cases(argv[1]);
  auto functions = read_functions(argv[2]);
  const auto cases = count_cases();
  std::cout << R"(# The ops

For everybody who builds graphs: every public function that makes a node, with the checks that it passes. This page is printed
from the table of op cases in `tests/ops/cases` and the headers by `print_ops_page`, and a test compares the two.

- **Formula, derivative.** G is the gradient with respect to the output. "x: ..." is the result of `bprop` for the input x.
- **Orders.** The derivatives of these orders agree with central differences in float64: the first to 1e-7 + 1e-5 |n|, the
  second to 1e-4, the third to 1e-2. "exact" means linear in each input: central differences have no error, and they agree to
  1e-10.
- **Cases.** Calls that are checked, each with inputs of its own, with the passes on and off, on one thread and on two.
- **ONNX.** Operators of the standard, with the number of its test cases that pass.

Below each table stand the signatures of its header, which is the reference, each with the first sentence of its comment.
They leave out the last parameter of most functions, `Location at = Location::current()`: the place in your source that
messages name. A sentence that several functions share stands at the first of them.
)";
  for (const OpFamily& family : op_families()) {
    std::cout << fmt::format("\n## {}\n\n`{}`\n\n", family.title, family.file)
              << "| op | formula | derivative | orders | cases | ONNX |\n|---|---|---|---|---|---|\n";
    for (const OpRow& row : family.rows)
      std::cout << fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", escaped(row.function),
                               escaped(row.formula), escaped(row.derivative), orders_of(row),
                               cases.at(row.function), onnx_of(row, passed));
    if (const auto found = functions.find(family.file); found != functions.end()) {
      std::cout << '\n' << found->second;
      functions.erase(found);  // of several families in one header, below the first
    }
  }
}
