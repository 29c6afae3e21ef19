#include "gradtable/models/config/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace gradtable {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Bytes of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none (Unicode 15, table
// 3-7).
std::size_t sequence_length(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
  const unsigned second = byte_at(text, 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

std::string escaped(std::string_view text, bool controls, std::size_t max_bytes) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const unsigned first = byte_at(text, 0);
    const bool escape = length == 0 || (controls && (first < 0x20 || first == 0x7F));
    const std::string next = escape ? fmt::format("\\x{:02x}", first) : std::string(text.substr(0, length));
    if (out.size() + next.size() > max_bytes) return out + "...";
    out += next;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string_view last_name(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  return escaped(text, false, std::numeric_limits<std::size_t>::max());
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
  return escaped(text, true, max_bytes);
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", one_line(text, 60));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kCompared = 100;  // a key of a megabyte must not cost seconds
  a = a.substr(0, kCompared);
  b = b.substr(0, kCompared);
  // Rows of the table d(i, j) of the distances between the first i of a and the first j of b.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string nearest_key(std::string_view key, std::span<const std::string> known) {
  using Distance = std::pair<std::size_t, std::size_t>;
  constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();
  Distance least = {kFar, kFar};
  std::string nearest;
  for (const std::string& candidate : known) {
    const std::size_t whole = edit_distance(key, candidate);
    const std::size_t name = edit_distance(last_name(key), last_name(candidate)) + 1;
    const Distance distance = {std::min(whole, name), whole};
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace gradtable
