// The picture on README.md is what the example that draws it writes today: the same nodes with the same
// words, the same edges. Where Graphviz put them does not count, which depends on its version and fonts.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using Lines = std::vector<std::string>;

const std::string kPicture = GRADTABLE_TEST_FOLDER "/../docs/images/network.svg";

// What example_drawing writes.
std::string drawing() {
  FILE* pipe = ::popen("'" GRADTABLE_PROGRAMS "/example_drawing'", "r");
  std::string text;
  std::array<char, 4096> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe))
    text.append(block.data(), count);
  EXPECT_EQ(::pclose(pipe), 0);
  return text;
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string utf8(int code) {
  const auto byte = [](int value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f))};
  return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
}

// Characters in place of numbers of characters, as &#45; for a minus sign.
std::string plain(std::string text) {
  static const std::regex number("&#([0-9]+);");
  for (std::smatch match; std::regex_search(text, match, number);)
    text = match.prefix().str() + utf8(std::stoi(match[1].str())) + match.suffix().str();
  return text;
}

std::string group(const std::string& line, const std::regex& pattern) {
  std::smatch match;
  return std::regex_search(line, match, pattern) ? plain(match[1].str()) : "";
}

// "n4->n6", "n5|tooltip|matmul|float32 (64,10)": a line for each node and edge.
std::string item(const std::string& title, const std::string& tooltip, const Lines& words) {
  return fmt::format("{}|{}|{}", title, tooltip, fmt::join(words, "|"));
}

// The lines of an HTML-like label.
Lines words_of(const std::string& label) {
  static const std::regex tag("<[^>]*>");
  std::istringstream parts(std::regex_replace(label, tag, "\n"));
  Lines words;
  for (std::string part; std::getline(parts, part);)
    if (!part.empty()) words.push_back(plain(part));
  return words;
}

Lines items_of_dot(const std::string& dot) {
  static const std::regex node("^ +(n[0-9]+) \\[label=<(.*)>, (?:shape|fillcolor)="),
      edge("^ +(n[0-9]+) -> (n[0-9]+)"), tooltip("tooltip=\"([^\"]*)\""),
      number("(?:head|tail)label=\"([^\"]*)\"");
  Lines items;
  std::istringstream lines(dot);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, node)) {
      items.push_back(item(match[1], group(line, tooltip), words_of(match[2])));
    } else if (std::regex_search(line, match, edge)) {
      const std::string label = group(line, number);
      items.push_back(item(match[1].str() + "-&gt;" + match[2].str(), group(line, tooltip),
                           label.empty() ? Lines{} : Lines{label}));
    }
  }
  std::ranges::sort(items);
  return items;
}

Lines items_of_svg(const std::string& svg) {
  static const std::regex begin("<g id=\"(node|edge|clust)[0-9]+\""), title("<title>(.*)</title>"),
      tooltip("xlink:title=\"([^\"]*)\""), text("<text [^>]*>(.*)</text>");
  Lines items, words;
  std::string kind, name, tip;
  const auto finish = [&] {
    if (kind == "node" || kind == "edge") items.push_back(item(name, tip, words));
    name = tip = "";
    words.clear();
  };
  std::istringstream lines(svg);
  for (std::string line; std::getline(lines, line);) {
    if (const std::string found = group(line, begin); !found.empty()) {
      finish();
      kind = found;
    }
    if (name.empty()) name = group(line, title);
    if (tip.empty()) tip = group(line, tooltip);
    if (const std::string word = group(line, text); !word.empty()) words.push_back(word);
  }
  finish();
  std::ranges::sort(items);
  return items;
}

TEST(Picture, OfTheReadmeIsWhatTheExampleDraws) {
  const Lines drawn = items_of_dot(drawing()), shown = items_of_svg(text_of(kPicture));
  EXPECT_GT(drawn.size(), 50U);
  EXPECT_EQ(fmt::format("{}", fmt::join(shown, "\n")), fmt::format("{}", fmt::join(drawn, "\n")))
      << "draw it again: example_drawing | dot -Tsvg > docs/images/network.svg";
}

}  // namespace
}  // namespace gradtable
