#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "apps/classifier/config/load.hpp"
#include "apps/classifier/programs.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

const fs::path kRoot = fs::path(GRADTABLE_TEST_FOLDER).parent_path();
const std::vector<classifier::Program> kPrograms = classifier::programs();

// The configs of a program: all files of their folder but the schema.
std::vector<fs::path> configs_of(const classifier::Program& program) {
  std::vector<fs::path> configs;
  for (const auto& entry : fs::directory_iterator(kRoot / "apps" / program.name / "configs"))
    if (entry.path().filename() != "config.schema.json") configs.push_back(entry.path());
  return configs;
}

// Without that in the course's format, which leaves no metrics.
std::vector<fs::path> json_configs_of(const classifier::Program& program) {
  std::vector<fs::path> configs = configs_of(program);
  std::erase_if(configs, [](const fs::path& config) { return config.extension() != ".json"; });
  return configs;
}

TEST(Configs, AllLoad) {
  for (const classifier::Program& program : kPrograms) {
    const std::vector<fs::path> configs = configs_of(program);
    EXPECT_FALSE(configs.empty()) << program.name;
    for (const fs::path& config : configs)
      EXPECT_NO_THROW(classifier::load_config(program, config)) << config;  // its message names the key
  }
}

TEST(Configs, WriteToFoldersOfTheirOwn) {
  std::set<fs::path> folders;
  for (const classifier::Program& program : kPrograms) {
    for (const fs::path& config : json_configs_of(program)) {
      const fs::path folder = classifier::load_config(program, config).output.dir;
      EXPECT_TRUE(folders.insert(folder).second) << config;
    }
  }
}

// What a training would leave: errors of 1 % more for each seed. It fails where there is a file "fails", and
// tells in "trained" what data.dir was.
constexpr const char* kProgram = R"(#!/usr/bin/env bash
set -euo pipefail
config=$1 data=
while [[ $# -gt 0 ]]; do
  case $1 in
    --out) out=$2 ;;
    seed=*) seed=${1#seed=} ;;
    data.dir=*) data=${1#data.dir=} ;;
  esac
  shift
done
[[ ! -e fails ]] || { echo "error: no luck" >&2; exit 5; }
mkdir -p "$out"
printf '%s %s %s\n' "$config" "$seed" "$data" >> trained
cat > "$out/metrics.json" << END
{
  "config": {
    "parameters": 1
  },
  "test_loss": 0.5,
  "test_accuracy": 0.$((98 - seed)),
  "total_seconds": 3.$seed,
  "parameters": 7850
}
END
)";

// The script in a project of its own, whose programs are that one.
class Reproduce : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"scripts", "tools", "docs", "build/release/bin", "data/mnist", "fashion"})
      fs::create_directories(folder_.path(folder));
    for (const char* file : {"scripts/reproduce.sh", "scripts/results.md.in"})
      fs::copy_file(kRoot / file, folder_.path(file));
    for (const char* folder : {"data/mnist", "fashion"})
      folder_.write(std::string(folder) + "/train-images-idx3-ubyte.gz", "");
    fs::create_symlink("/bin/true", folder_.path("tools/cmake"));
    for (const classifier::Program& program : kPrograms) {
      const std::string configs = "apps/" + program.name + "/configs";
      fs::create_directories(folder_.path(configs));
      fs::copy(kRoot / configs, folder_.path(configs), fs::copy_options::recursive);
      const std::string binary = folder_.write("build/release/bin/" + program.name, kProgram);
      fs::permissions(binary, fs::perms::owner_all);
    }
  }

  testing::ProcessResult run(const Words& arguments) const {
    Words command = {"bash", folder_.path("scripts/reproduce.sh")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::string path = std::getenv("PATH");
    return testing::run_process(command, {"MNIST_DIR=", "FASHION_DIR=" + folder_.path("fashion"),
                                          "PATH=" + folder_.path("tools:") + path});
  }
  void expect_success(const Words& arguments) const {
    const testing::ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
  }
  void expect_error(const Words& arguments, const std::string& message) const {
    const testing::ProcessResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  }
  // The line of the page with the command of a row.
  std::string row(const std::string& name) const {
    std::istringstream page(folder_.read("docs/results.md"));
    for (std::string line; std::getline(page, line);)
      if (line.ends_with("| `scripts/reproduce.sh " + name + "` |")) return line;
    return "no row of " + name;
  }
  void expect_row(const std::string& name, const std::string& cells) const {
    EXPECT_NE(row(name).find(cells), std::string::npos) << row(name);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Reproduce, HasARowForEachConfig) {
  std::set<std::string> names, configs;
  std::istringstream list(run({"--list"}).out);
  for (std::string name; std::getline(list, name);) EXPECT_TRUE(names.insert(name).second) << name;
  for (const classifier::Program& program : kPrograms) {
    const auto is_of_program = [&](const std::string& name) { return name.starts_with(program.name + "/"); };
    if (std::ranges::none_of(names, is_of_program)) continue;  // its results are on no page
    for (const fs::path& config : json_configs_of(program))
      configs.insert(program.name + "/" + config.stem().string());
  }
  EXPECT_EQ(names, configs);
}

TEST_F(Reproduce, WritesThePageThatIsInTheDocs) {
  if (fs::exists(kRoot / "docs/results.csv"))
    fs::copy_file(kRoot / "docs/results.csv", folder_.path("docs/results.csv"));
  expect_success({"--page"});
  fs::copy_file(kRoot / "docs/results.md", folder_.path("expected.md"));
  EXPECT_EQ(folder_.read("docs/results.md"), folder_.read("expected.md")) << "scripts/reproduce.sh --page";
}

TEST_F(Reproduce, GivesMeanAndRangeOfThreeSeeds) {
  expect_success({"mnist_fcnn/softmax_regression"});
  expect_row("mnist_fcnn/softmax_regression", "| 4.00 (3.00 to 5.00) | 3.2 s | 7850 |");
  expect_row("mnist_fcnn/fcnn_800", "| not run yet | | |");
  EXPECT_NE(folder_.read("docs/results.md").find("\nMeasured on "), std::string::npos);
}

TEST_F(Reproduce, GivesOneNumberOfOneSeed) {
  expect_success({"mnist_fcnn/fcnn_800_elastic"});
  expect_row("mnist_fcnn/fcnn_800_elastic", "| 3.00 | 3.1 s | 7850 |");
}

TEST_F(Reproduce, GivesTheLossOnTheTestSetWhereTheRowAsksForIt) {
  expect_success({"mnist_fcnn/over_training"});
  expect_row("mnist_fcnn/over_training", "| 0.500 | 4.00 (3.00 to 5.00) |");
}

TEST_F(Reproduce, TakesPatternsAndGivesEachRowItsData) {
  expect_success({"mnist_fcnn/digits", "mnist_fcnn/d*", "mnist_lenet5/fashion"});
  std::string expected;
  for (const char* seed : {"1", "2", "3"})
    expected += "apps/mnist_fcnn/configs/digits.json " + std::string(seed) + " \n";
  for (const char* seed : {"1", "2", "3"})
    expected +=
        "apps/mnist_lenet5/configs/fashion.json " + std::string(seed) + " " + folder_.path("fashion") + "\n";
  EXPECT_EQ(folder_.read("trained"), expected);
}

TEST_F(Reproduce, KeepsTheFiguresOfOtherRows) {
  expect_success({"mnist_fcnn/fcnn_800"});
  fs::remove_all(folder_.path("runs"));
  expect_success({"mnist_fcnn/digits"});
  expect_success({"mnist_fcnn/digits"});
  expect_row("mnist_fcnn/fcnn_800", "| 4.00 (3.00 to 5.00) |");
  expect_row("mnist_fcnn/digits", "| 4.00 (3.00 to 5.00) |");
}

TEST_F(Reproduce, SaysThatAConfigHasChangedSinceItsRun) {
  expect_success({"mnist_fcnn/digits"});
  folder_.write("apps/mnist_fcnn/configs/digits.json", "{}");
  expect_success({"--page"});
  expect_row("mnist_fcnn/digits", "| not run since its config changed | | |");
}

TEST_F(Reproduce, StopsAtARunThatFailsAndKeepsEarlierFigures) {
  expect_success({"mnist_fcnn/digits"});
  folder_.write("fails", "");
  expect_error({"mnist_fcnn/digits", "mnist_fcnn/mnist"}, "error: mnist_fcnn/digits, seed 1: the run failed");
  expect_success({"--page"});
  expect_row("mnist_fcnn/digits", "| 4.00 (3.00 to 5.00) |");
}

TEST_F(Reproduce, RefusesWhatIsNoRowAndDataThatAreNotThereBeforeItTrains) {
  expect_error({"mnist_fcnn/digits", "fcnn"}, "error: fcnn: expected the name of a row");
  expect_error({"--all"}, "error: unknown argument --all");
  fs::remove_all(folder_.path("fashion"));
  expect_error({"mnist_fcnn/digits", "*/fashion"}, "fashion: no train-images-idx3-ubyte.gz; expected");
  EXPECT_FALSE(fs::exists(folder_.path("trained")));
}

}  // namespace
}  // namespace gradtable
