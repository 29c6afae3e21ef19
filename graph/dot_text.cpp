#include "gradtable/graph/dot_text.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable {
namespace {

// The scanner of Graphviz ends at a text of 16384 bytes.
constexpr std::size_t kMostBytes = 16380;
constexpr std::string_view kCut = "...";
// It draws no edge that is longer than 65535 points, as between nodes that are wider.
constexpr std::size_t kMostInLine = 1000;

// As it is seen; also without U+FFFE and U+FFFF, which XML, and so SVG, does not take.
std::string seen(std::string_view character) {
  if (character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf") return printable(character);
  std::string bytes;
  for (const char byte : character) bytes += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
  return bytes;
}

// The text, each of its characters as it is seen, to which `replace` is applied byte by byte; `line_break` is
// how a line ends. A text that is too long is cut between two characters.
template <class Replace>
std::string escape(std::string_view text, std::string_view line_break, const Replace& replace) {
  std::string result;
  std::size_t whole = 0;  // of the result: what leaves room for kCut
  std::size_t in_line = 0;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, utf8_length(text)));
    const std::string shown = seen(character);
    const std::size_t count = shown == character ? 1 : shown.size();
    if (in_line + count > kMostInLine) result += line_break;
    in_line = in_line + count > kMostInLine ? count : in_line + count;
    for (const char& byte : shown) {
      const std::string_view replaced = replace(byte);
      result += replaced.empty() ? std::string_view(&byte, 1) : replaced;
    }
    if (result.size() > kMostBytes) return result.replace(whole, result.size(), kCut);
    if (result.size() + kCut.size() <= kMostBytes) whole = result.size();
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace

// Graphviz replaces escapes as \N in HTML-like labels too.
std::string dot_html(std::string_view text) {
  return escape(text, "<br/>", [](char c) -> std::string_view {
    if (c == '\\') return R"(\\)";
    if (c == '&') return "&amp;";
    if (c == '<') return "&lt;";
    if (c == '>') return "&gt;";
    if (c == '"') return "&quot;";
    if (c == ']') return "&#93;";  // a label that ends with one is no label to Graphviz
    return {};
  });
}

// Graphviz reads escapes twice: for line breaks, then for names.
std::string dot_tooltip(std::string_view text) {
  return escape(text, "", [](char c) -> std::string_view {
    if (c == '\\') return R"(\\\\)";
    if (c == '"') return R"(\")";
    if (c == '&') return "&amp;";  // DOT reads entities in quotes as well
    return {};
  });
}

}  // namespace gradtable
