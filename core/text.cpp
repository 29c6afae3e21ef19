#include "gradtable/core/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace gradtable {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

// The code point of a valid sequence.
char32_t code_point(std::string_view sequence) {
  if (sequence.size() == 1) return byte_at(sequence, 0);
  char32_t code = byte_at(sequence, 0) & (0xffU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6 | (byte_at(sequence, i) & 0x3fU);
  return code;
}

struct CodePoints {
  char32_t first;
  char32_t last;
};

// What is not seen, or changes how the text around it is seen (Unicode, categories Cc, Cf, Zl and Zp): text
// with U+202E may read backwards on a terminal, and two names that differ in U+200B look the same.
constexpr std::array kHidden = {
    CodePoints{0x00, 0x1f},       CodePoints{0x7f, 0x9f},        // controls
    CodePoints{0xad, 0xad},                                      // soft hyphen
    CodePoints{0x61c, 0x61c},     CodePoints{0x180e, 0x180e},    // Arabic letter mark, Mongolian separator
    CodePoints{0x200b, 0x200f},                                  // zero-width, marks of direction
    CodePoints{0x2028, 0x202e},                                  // separators, embeddings and overrides
    CodePoints{0x2060, 0x206f},                                  // joiners, isolates, deprecated formats
    CodePoints{0xfeff, 0xfeff},   CodePoints{0xfff9, 0xfffb},    // byte order mark, annotations
    CodePoints{0x1bca0, 0x1bca3}, CodePoints{0x1d173, 0x1d17a},  // of shorthand and of music
    CodePoints{0xe0000, 0xe007f},                                // tags
};

bool is_hidden(std::string_view sequence) {
  const char32_t code = code_point(sequence);
  return std::ranges::any_of(kHidden, [&](CodePoints c) { return c.first <= code && code <= c.last; });
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
  return escaped(text, most_bytes, [](std::string_view sequence) { return !is_hidden(sequence); });
}

std::string superscript(std::size_t number) {
  static constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴",
                                                               "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char digit : fmt::format("{}", number)) text += kDigits[static_cast<std::size_t>(digit - '0')];
  return text;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, 60));
}

}  // namespace gradtable
