#include "gradtable/models/report/detail/markup.hpp"

#include <algorithm>
#include <cstdint>

#include "gradtable/core/text.hpp"

namespace gradtable::report::detail {
namespace {

std::string escaped_letter(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
    case '\t':
      return {c};
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f ? "\uFFFD" : std::string{c};
}

}  // namespace

std::string escaped(std::string_view text, std::size_t most_bytes) {
  std::string result;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, utf8_length(text)));
    const bool is_ascii = static_cast<unsigned char>(character.front()) < 0x80;
    const std::string written = is_ascii ? escaped_letter(character.front()) : printable(character);
    if (result.size() + written.size() > most_bytes) return result + "...";
    result += written;
    text.remove_prefix(character.size());
  }
  return result;
}

std::string in_script(std::string_view json) {
  std::string text;
  for (const char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

std::string filled(std::string_view markup, const std::map<std::string_view, std::string>& parts) {
  std::string text;
  for (std::size_t begin; (begin = markup.find("{{")) != std::string_view::npos;) {
    const std::size_t end = markup.find("}}", begin);
    text += markup.substr(0, begin);
    text += parts.at(markup.substr(begin + 2, end - begin - 2));
    markup.remove_prefix(end + 2);
  }
  return text.append(markup);
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    const std::string_view group = bytes.substr(0, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace gradtable::report::detail
