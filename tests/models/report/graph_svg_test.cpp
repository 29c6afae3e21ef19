#include "gradtable/models/report/graph_svg.hpp"

#include <cstdlib>
#include <filesystem>

#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

namespace gradtable::report {
namespace {

using testing::contains;
using testing::TemporaryFolder;

namespace fs = std::filesystem;

// Puts a program of the name dot in the place of Graphviz's.
class GraphSvg : public ::testing::Test {
 protected:
  ~GraphSvg() override { setenv("PATH", path_.c_str(), 1); }

  void only_program(const std::string& script) {
    const fs::path dot = folder_.write("dot", "#!/bin/sh\n" + script + "\n");
    fs::permissions(dot, fs::perms::owner_all);
    use_folder();
  }
  void use_folder() { setenv("PATH", folder_.path("").c_str(), 1); }

 private:
  TemporaryFolder folder_;
  const std::string path_ = std::getenv("PATH");
};

TEST_F(GraphSvg, IsAnElementWithoutAddresses) {
  const std::optional<std::string> svg = graph_svg("digraph { a -> \"<b>\" }");
  if (!svg) GTEST_SKIP() << "no dot, or it took too long";
  EXPECT_TRUE(svg->starts_with("<svg"));
  EXPECT_TRUE(contains(*svg, "&lt;b&gt;"));
  EXPECT_TRUE(contains(*svg, "</svg>"));
  EXPECT_FALSE(contains(*svg, "http"));
}

TEST_F(GraphSvg, GivesTheProgramTheTextAndTakesItsOutput) {
  only_program(
      "echo '<?xml?><!DOCTYPE svg PUBLIC \"http://a\"><svg width=\"3\" xmlns=\"http://b\"'\n"
      "echo 'xmlns:xlink=\"http://c\">'; while read -r line; do echo \"$1 $line\"; done; echo '</svg>'");
  const std::optional<std::string> svg = graph_svg("digraph {}\n");
  ASSERT_TRUE(svg);
  EXPECT_EQ(*svg, "<svg width=\"3\">\n-Tsvg digraph {}\n</svg>\n");
}

TEST_F(GraphSvg, LeadsToTheRightWhereAsked) {
  const char* text = "digraph { graph [rankdir=TB]; a -> b -> c -> d }";
  const auto down = graph_svg(text), right = graph_svg(text, GraphDirection::right);
  if (!down || !right) GTEST_SKIP() << "no dot, or it took too long";
  const auto size = [](const std::string& svg, const std::string& side) {
    return std::stod(svg.substr(svg.find(side + "=\"") + side.size() + 2));
  };
  EXPECT_LT(size(*down, "width"), size(*down, "height"));
  EXPECT_GT(size(*right, "width"), size(*right, "height"));
}

TEST_F(GraphSvg, IsNothingWithoutTheProgram) {
  use_folder();
  EXPECT_EQ(graph_svg("digraph {}"), std::nullopt);
}

TEST_F(GraphSvg, IsNothingWhenTheProgramFails) {
  only_program("echo '<svg></svg>'; exit 1");
  EXPECT_EQ(graph_svg("digraph {}"), std::nullopt);
  only_program("echo 'something else'");
  EXPECT_EQ(graph_svg("digraph {}"), std::nullopt);
}

TEST_F(GraphSvg, EndsAProgramThatTakesTooLong) {
  only_program("echo '<svg></svg>'; while :; do :; done");
  EXPECT_EQ(graph_svg("digraph {}", GraphDirection::as_written, std::chrono::milliseconds(50)), std::nullopt);
}

}  // namespace
}  // namespace gradtable::report
