#include "gradtable/graph/dot_text.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace gradtable {
namespace {

// Whether a lead byte and the byte after it begin a character that UTF-8 and XML allow: none that has a
// shorter form, no surrogates, nothing above U+10FFFF.
bool allowed(unsigned lead, unsigned second) {
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  if (lead == 0xf4) return second < 0x90;
  return true;
}

// The number of bytes of the character that the text begins with; 0 when they are not UTF-8.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? unsigned{static_cast<unsigned char>(text[i])} : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4 || !allowed(lead, byte(1))) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  const bool noncharacter = lead == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe;  // U+FFFE, U+FFFF
  return noncharacter ? 0 : length;
}

// The text with `replace` applied to its ASCII characters; `backslash` is how a backslash is written.
template <class Replace>
std::string escape(std::string_view text, std::string_view backslash, const Replace& replace) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text.front();
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      result += fmt::format("{}n", backslash);
    } else if (length == 0 || code < 0x20 || code == 0x7f) {
      result += fmt::format("{}x{:02x}", backslash, code);
    } else if (length > 1) {
      result += text.substr(0, length);
    } else {
      const std::string_view replaced = replace(c);
      result += replaced.empty() ? text.substr(0, 1) : replaced;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace

std::string dot_html(std::string_view text) {
  return escape(text, "\\", [](char c) -> std::string_view {
    if (c == '&') return "&amp;";
    if (c == '<') return "&lt;";
    if (c == '>') return "&gt;";
    if (c == '"') return "&quot;";
    return {};
  });
}

std::string dot_quoted(std::string_view text) {
  return escape(text, R"(\\)", [](char c) -> std::string_view {
    if (c == '\\') return R"(\\)";
    if (c == '"') return R"(\")";
    if (c == '&') return "&amp;";  // DOT reads entities in quotes as well
    return {};
  });
}

}  // namespace gradtable
