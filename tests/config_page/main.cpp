// Prints docs/config.md with its tables of keys as they are in the programs, given the page as it is, or the
// JSON Schema of a program's config:
//   print_config_page docs/config.md > new.md
//   print_config_page mnist_lenet5 > apps/mnist_lenet5/configs/config.schema.json
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <vector>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/programs.hpp"
#include <fmt/format.h>

namespace {

using classifier::Program;

std::string rows_of(const Program& program) {
  classifier::Config defaults = classifier::default_config(program);
  return config_table(defaults).markdown();
}

// The rows of `rows` that are not among `others`.
std::string without(const std::string& rows, const std::string& others) {
  std::istringstream lines(rows);
  std::string result;
  for (std::string line; std::getline(lines, line);)
    if (others.find(line + "\n") == std::string::npos) result += line + "\n";
  return result;
}

// Prints pages with the tables of keys as they are in the programs. A table follows one of these lines:
//   <!-- keys of mnist_fcnn -->                  all keys
//   <!-- keys of mnist_lenet5 that differ -->    those that no table before has
// A program without a table gets one of the second kind at the end.
class Printer {
 public:
  void print(std::istream& page) {
    bool in_table = false;
    for (std::string line; std::getline(page, line);) {
      in_table = in_table && line.starts_with("|");
      if (!in_table) std::cout << line << '\n';
      in_table = in_table || print_table(line);
    }
    for (const Program& program : programs_)
      if (!printed_.contains(program.name)) {
        std::cout << '\n' << differing(program) << '\n';
        print_table(differing(program));
      }
  }

 private:
  static std::string all_keys(const Program& program) {
    return fmt::format("<!-- keys of {} -->", program.name);
  }
  static std::string differing(const Program& program) {
    return fmt::format("<!-- keys of {} that differ -->", program.name);
  }

  // Whether the line is one that a table follows.
  bool print_table(const std::string& line) {
    for (const Program& program : programs_) {
      if (line != all_keys(program) && line != differing(program)) continue;
      const std::string rows = rows_of(program);
      std::cout << "| key | type and range | default | meaning |\n|---|---|---|---|\n"
                << (line == all_keys(program) ? rows : without(rows, rows_before_));
      rows_before_ += rows;
      printed_.insert(program.name);
      return true;
    }
    return false;
  }

  std::vector<Program> programs_ = classifier::programs();
  std::string rows_before_;
  std::set<std::string> printed_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kUsage = "usage: print_config_page PAGE|PROGRAM\n";
  const std::string argument = argc == 2 ? argv[1] : "";
  if (argument == "--help") {
    std::cout << kUsage;
    return 0;
  }
  for (const Program& program : classifier::programs()) {
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
  Printer().print(page);
}
