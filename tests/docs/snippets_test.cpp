// The pages say what is true: code on them is code that compiles, and what they point at exists.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

const fs::path kRoot = fs::path(GRADTABLE_TEST_FOLDER).parent_path();

Lines lines_of(const fs::path& file) {
  std::ifstream in(file);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

// The pages at the root and everything below docs/.
std::vector<fs::path> pages() {
  std::vector<fs::path> found = {kRoot / "README.md", kRoot / "CONTRIBUTING.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::string name_of(const fs::path& page) {
  return page.lexically_relative(kRoot).string();
}

// The lines between `// [name]` and `// [/name]`, moved to the left as far as the first of these is.
Lines section(const fs::path& file, const std::string& name) {
  const Lines lines = lines_of(file);
  const auto marks = [](const std::string& mark) {
    return [mark](const std::string& line) {
      return line.ends_with(mark) && line.find_first_not_of(' ') == line.size() - mark.size();
    };
  };
  const auto begin = std::ranges::find_if(lines, marks(fmt::format("// [{}]", name)));
  const auto end = std::find_if(begin, lines.end(), marks(fmt::format("// [/{}]", name)));
  if (begin == lines.end() || end == lines.end()) return {};
  const std::size_t indent = begin->find('/');
  Lines result(begin + 1, end);
  for (std::string& line : result) line.erase(0, std::min(indent, line.find_first_not_of(' ')));
  return result;
}

// A block of C++ on a page, and the line before it.
struct Block {
  std::string where;
  std::string marker;
  Lines code;
};

std::vector<Block> cpp_blocks(const fs::path& page) {
  const Lines lines = lines_of(page);
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != "```cpp") continue;
    const auto first = lines.begin() + static_cast<std::ptrdiff_t>(i + 1);
    blocks.push_back({fmt::format("{}:{}", name_of(page), i + 1), i > 0 ? lines[i - 1] : "",
                      Lines(first, std::find(first, lines.end(), "```"))});
  }
  return blocks;
}

// All matches of a pattern on a page, outside of blocks of code.
std::vector<std::smatch> matches(const Lines& lines, const std::regex& pattern) {
  std::vector<std::smatch> found;
  bool in_block = false;
  for (const std::string& line : lines) {
    if (line.starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    std::copy(std::sregex_iterator(line.begin(), line.end(), pattern), {}, std::back_inserter(found));
  }
  return found;
}

TEST(Pages, ShowCodeThatIsASectionOfAnExample) {
  static const std::regex marker("<!-- ((?:docs/examples|apps/lectures)/[a-z_]+\\.cpp):([a-z_0-9]+) -->");
  std::size_t count = 0;
  for (const fs::path& page : pages()) {
    for (const Block& block : cpp_blocks(page)) {
      ++count;
      std::smatch of;
      ASSERT_TRUE(std::regex_match(block.marker, of, marker))
          << block.where
          << ": expected <!-- docs/examples/FILE.cpp:SECTION -->, or apps/lectures, on the line before";
      const Lines expected = section(kRoot / of[1].str(), of[2].str());
      EXPECT_FALSE(expected.empty()) << block.where << ": no section " << of[2] << " in " << of[1];
      EXPECT_EQ(joined(block.code), joined(expected)) << block.where;
    }
  }
  EXPECT_GT(count, 0U);
}

// The anchors of a page's headings, as GitHub makes them: "What is refused" is #what-is-refused.
std::vector<std::string> anchors(const fs::path& page) {
  std::vector<std::string> found;
  for (const std::string& line : lines_of(page)) {
    const std::size_t text = line.find_first_not_of('#');
    if (text == 0 || text == std::string::npos || line[text] != ' ') continue;
    std::string anchor = "#";
    for (const char c : line.substr(text + 1)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == ' ')
        anchor += '-';
      else if (byte >= 0x80 || std::isalnum(byte) || c == '-' || c == '_')
        anchor += static_cast<char>(std::tolower(byte));
    }
    found.push_back(anchor);
  }
  return found;
}

TEST(Pages, LinkToFilesAndHeadingsThatExist) {
  static const std::regex link("\\]\\(([^)#]*)(#[^)]*)?\\)");
  std::size_t count = 0;
  std::vector<fs::path> linking = pages();
  linking.push_back(kRoot / "CHANGELOG.md");  // its table names files that are gone
  for (const fs::path& page : linking) {
    const Lines lines = lines_of(page);
    for (const std::smatch& match : matches(lines, link)) {
      if (match[1].str().find("://") != std::string::npos) continue;
      ++count;
      const fs::path file = match[1].length() == 0 ? page : page.parent_path() / match[1].str();
      EXPECT_TRUE(fs::exists(file)) << name_of(page) << ": " << match[0];
      if (!match[2].matched || file.extension() != ".md") continue;
      EXPECT_EQ(std::ranges::count(anchors(file), match[2].str()), 1) << name_of(page) << ": " << match[0];
    }
  }
  EXPECT_GT(count, 0U);
}

// `graph/compile.cpp`, and `graph/compile.cpp:place`, which also names something in the file.
TEST(Pages, NameFilesAndFunctionsThatExist) {
  static const std::regex path(
      "`((?:core|ops|graph|models|apps|tests|docs|cmake|scripts|bench)/[A-Za-z0-9_./-]*)(?::([^`]+))?`");
  std::size_t count = 0;
  for (const fs::path& page : pages()) {
    const Lines lines = lines_of(page);
    for (const std::smatch& match : matches(lines, path)) {
      ++count;
      const fs::path file = kRoot / match[1].str();
      EXPECT_TRUE(fs::exists(file)) << name_of(page) << ": " << match[0];
      if (match[2].matched && fs::is_regular_file(file)) {
        EXPECT_NE(text_of(file).find(match[2].str()), std::string::npos) << name_of(page) << ": " << match[0];
      }
    }
  }
  EXPECT_GT(count, 0U);
}

// Rows of a table that end in | `file:function` | `code` |.
TEST(Pages, QuoteLinesThatStandInTheFile) {
  static const std::regex row("\\| `([a-z_/.]+):[^`]+` \\| `([^`]+)` \\|$");
  std::size_t count = 0;
  for (const fs::path& page : pages()) {
    const Lines lines = lines_of(page);
    for (const std::smatch& match : matches(lines, row)) {
      ++count;
      const std::string quote =
          std::regex_replace(match[2].str(), std::regex(R"(\\\|)"), "|");  // as in a cell
      EXPECT_NE(text_of(kRoot / match[1].str()).find(quote), std::string::npos)
          << name_of(page) << ": " << match[0];
    }
  }
  EXPECT_GT(count, 0U);
}

// The first column of the table of passes, beside the lines of the pipeline.
TEST(Pages, ListThePassesInTheirOrder) {
  static const std::regex row("^\\| `([a-z_]+)` \\| .*`graph/rewrites/[a-z_]+\\.cpp` \\|$");
  static const std::regex pass("Pass\\{\"([a-z_]+)\"");
  std::vector<std::string> on_the_page, in_the_pipeline;
  const Lines page = lines_of(kRoot / "docs/architecture.md");
  for (const std::smatch& match : matches(page, row)) on_the_page.push_back(match[1]);
  const Lines source = lines_of(kRoot / "graph/rewrites/pipeline.cpp");
  for (const std::smatch& match : matches(source, pass)) in_the_pipeline.push_back(match[1]);
  EXPECT_FALSE(in_the_pipeline.empty());
  EXPECT_EQ(on_the_page, in_the_pipeline);
}

}  // namespace
}  // namespace gradtable
