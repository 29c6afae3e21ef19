// lectures: the questions of four lectures on deep learning, answered with numbers and plots.
// docs/lectures.md
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "apps/lectures/questions.hpp"
#include "apps/showcase/start.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/user_path.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/report/graph_svg.hpp>

namespace {

using namespace gradtable;
using namespace lectures;

struct Options {
  std::vector<std::string> names;
  bool all = false, list = false;
  std::optional<std::string> plots;
};

std::vector<Question> asked(const Options& options) {
  if (options.all && !options.names.empty())
    throw ConfigError(fmt::format("--all: with {}; expected one of them", in_quotes(options.names.front())));
  if (options.list && (options.all || !options.names.empty()))
    throw ConfigError("--list: with questions; expected it alone");
  std::vector<Question> found;
  for (const Question& question : questions())
    if (options.all || std::ranges::find(options.names, question.name) != options.names.end())
      found.push_back(question);
  for (const std::string& name : options.names)
    if (std::ranges::find(questions(), name, &Question::name) == questions().end()) {
      std::vector<std::string_view> names;
      for (const Question& question : questions()) names.push_back(question.name);
      throw ConfigError(fmt::format("NAME: {}; expected one of {}", in_quotes(name), fmt::join(names, ", ")));
    }
  return found;
}

void print_list() {
  for (const Question& question : questions()) fmt::print("{:<18}{}\n", question.name, question.question);
}

// Throws OutputError for a folder that cannot be made.
std::filesystem::path folder_of(const std::string& text) {
  if (text.empty()) throw ConfigError("--plots: an empty name; expected a folder");
  const std::filesystem::path folder = config::user_path(text, "--plots");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw OutputError(
        fmt::format("{}: {}; expected a folder, or a place for one", folder.string(), error.message()));
  return folder;
}

void write_file(const std::filesystem::path& folder, const std::string& name, const std::string& content) {
  const std::string path = (folder / name).string();
  write_file_atomically(path, content);
  fmt::print("   {}\n", path);
}

// Drawings of graphs as pictures, too, where Graphviz is installed.
void write_files(const std::filesystem::path& folder, const std::vector<Answer::File>& files) {
  for (const Answer::File& file : files) {
    write_file(folder, file.name, file.content);
    if (!file.name.ends_with(".dot")) continue;
    if (std::optional<std::string> drawing = report::graph_svg(file.content)) {
      drawing->insert(drawing->find(' '),
                      " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
      write_file(folder, file.name.substr(0, file.name.size() - 4) + ".svg", *drawing);
    }
  }
}

ExitCode show(const Options& options) {
  const std::vector<Question> chosen = asked(options);
  if (options.plots && chosen.empty())
    throw ConfigError("--plots: without a question; expected NAME or --all");
  if (chosen.empty()) {
    print_list();
    return ExitCode::ok;
  }
  const std::optional<std::filesystem::path> folder =
      options.plots ? std::optional(folder_of(*options.plots)) : std::nullopt;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    Answer answer;
    chosen[i].answer(answer);
    fmt::print("{}{}\n\n{}", i > 0 ? "\n" : "", chosen[i].question, answer.text());
    if (folder) write_files(*folder, answer.files());
  }
  return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return showcase::start(
      {.name = "lectures",
       .purpose = "Answers questions of lectures on deep learning with numbers and plots.",
       .arguments = "[NAME...] [--all] [--list] [--plots DIR]",
       .options = "  NAME         answer this question, or these\n"
                  "  --all        answer all of them\n"
                  "  --list       print the names and the questions, as without arguments\n"
                  "  --plots DIR  write the plots of the answers to DIR: charts as NAME.svg, graphs\n"
                  "               as NAME.dot and, where Graphviz is installed, NAME.svg\n",
       .define =
           [&](CLI::App& app) {
             app.add_option("NAME", options.names);
             app.add_flag("--all", options.all);
             app.add_flag("--list", options.list);
             app.add_option("--plots", options.plots);
           },
       .show = [&] { return show(options); }},
      argc, argv);
}
