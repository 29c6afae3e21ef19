// Text of unknown origin, such as file or node names, made safe for messages, JSON and drawings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradtable {

// The bytes of the valid UTF-8 sequence that the text begins with; 0 when it begins with none (RFC 3629,
// section 4).
std::size_t utf8_length(std::string_view text);

// The text with every byte that is not valid UTF-8 written as \xHH.
std::string valid_utf8(std::string_view text);

// The same, on one line and as it is seen: control characters, those without width and those that change the
// direction of text are written as \n, \r, \t or byte by byte as \xHH. All else stays as it is, backslashes
// too, so that doing it twice changes nothing. What is longer than `most_bytes` is cut and ends in "...".
std::string printable(std::string_view text, std::size_t most_bytes = std::string_view::npos);

// "²", "¹⁰"
std::string superscript(std::size_t number);

// The text on one line in double quotes, cut after 60 bytes.
std::string in_quotes(std::string_view text);

}  // namespace gradtable
