#include "gradtable/core/text.hpp"

#include <iterator>

#include <fmt/format.h>

namespace gradtable {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

// U+0000 to U+001F, U+007F to U+009F, and the separators of lines and paragraphs U+2028 and U+2029.
bool is_control(std::string_view sequence) {
  if (sequence.size() == 1) return byte_at(sequence, 0) < 0x20 || byte_at(sequence, 0) == 0x7f;
  if (sequence.size() == 2) return byte_at(sequence, 0) == 0xc2 && byte_at(sequence, 1) < 0xa0;
  return sequence == "\xe2\x80\xa8" || sequence == "\xe2\x80\xa9";
}

void append_escaped(std::string& to, char c) {
  if (c == '\n') {
    to += "\\n";
  } else if (c == '\r') {
    to += "\\r";
  } else if (c == '\t') {
    to += "\\t";
  } else {
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", static_cast<unsigned char>(c));
  }
}

// Valid sequences that `keep` accepts stay; the others are escaped byte by byte.
template <class Keep>
std::string escaped(std::string_view text, std::size_t most_bytes, const Keep& keep) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    const std::size_t before = result.size();
    if (length > 0 && keep(sequence)) {
      result += sequence;
    } else {
      for (const char c : sequence) append_escaped(result, c);
    }
    if (result.size() > most_bytes) return result.substr(0, before) + "...";
    text.remove_prefix(sequence.size());
  }
  return result;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // These bounds leave out overlong forms, surrogates and what lies beyond U+10FFFF.
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte_at(text, 1) < low || byte_at(text, 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  return length;
}

std::string valid_utf8(std::string_view text) {
  return escaped(text, std::string_view::npos, [](std::string_view) { return true; });
}

std::string printable(std::string_view text, std::size_t most_bytes) {
  return escaped(text, most_bytes, [](std::string_view sequence) { return !is_control(sequence); });
}

}  // namespace gradtable
