// Prints docs/config.md with its tables of keys as they are in the programs, given the page as it is, or the
// JSON Schema of a program's config:
//   print_config_page docs/config.md > new.md
//   print_config_page mnist_lenet5 > apps/mnist_lenet5/configs/config.schema.json
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "apps/classifier/command_line.hpp"
#include "apps/mnist_fcnn/model.hpp"
#include "apps/mnist_lenet5/model.hpp"
#include <fmt/format.h>

namespace {

using classifier::Program;

std::string rows_of(const Program& program) {
  classifier::Config defaults = classifier::default_config(program);
  return config_table(program, defaults).markdown();
}

// The rows of `rows` that are not among `others`.
std::string without(const std::string& rows, const std::string& others) {
  std::istringstream lines(rows);
  std::string result;
  for (std::string line; std::getline(lines, line);)
    if (others.find(line + "\n") == std::string::npos) result += line + "\n";
  return result;
}

// By the line that stands before each table.
std::map<std::string, std::string> tables() {
  const std::string fcnn = rows_of(mnist_fcnn::program());
  return {{"<!-- keys of mnist_fcnn -->", fcnn},
          {"<!-- keys of mnist_lenet5 that differ -->", without(rows_of(mnist_lenet5::program()), fcnn)}};
}

// The page, with the rows that follow such a line replaced.
void print_page(std::istream& page) {
  auto remaining = tables();
  bool in_table = false;
  for (std::string line; std::getline(page, line);) {
    in_table = in_table && line.starts_with("|");
    if (!in_table) std::cout << line << '\n';
    const auto table = remaining.find(line);
    if (table == remaining.end()) continue;
    in_table = true;
    std::cout << "| key | type and range | default | meaning |\n|---|---|---|---|\n" << table->second;
    remaining.erase(table);
  }
  for (const auto& [marker, rows] : remaining) std::cout << "missing: " << marker << '\n' << rows;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kUsage = "usage: print_config_page PAGE|PROGRAM\n";
  const std::string argument = argc == 2 ? argv[1] : "";
  if (argument == "--help") {
    std::cout << kUsage;
    return 0;
  }
  for (const Program& program : {mnist_fcnn::program(), mnist_lenet5::program()}) {
    if (program.name != argument) continue;
    const char* words[] = {argv[1], "--config-schema"};
    std::cout << classifier::parse_options(program, 2, words).output;
    return 0;
  }
  std::ifstream page(argument);
  if (!page) {
    std::cerr << kUsage;
    return 2;
  }
  print_page(page);
}
