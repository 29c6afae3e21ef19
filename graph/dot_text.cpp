#include "gradtable/graph/dot_text.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable {
namespace {

// As utf8_length, but without U+FFFE and U+FFFF, which XML, and so SVG, does not take.
std::size_t xml_length(std::string_view text) {
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 0 : utf8_length(text);
}

// The text with `replace` applied to its ASCII characters; `backslash` is how a backslash is written.
template <class Replace>
std::string escape(std::string_view text, std::string_view backslash, const Replace& replace) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = xml_length(text);
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
