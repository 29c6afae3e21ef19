#include "gradtable/models/config/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::config {
namespace {

struct Parts {
  std::string_view group, name;  // "training.optimizer", "momentum"
};

Parts parts_of(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  if (dot == std::string_view::npos) return {"", key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

// "lr" and "learn" for learning_rate: its letters in their order, from the first one; or "rate", a word of
// it.
bool is_short_for(std::string_view text, std::string_view name) {
  if (text.size() < 2 || text.size() >= name.size()) return false;
  const std::string words = fmt::format("_{}_", name);
  if (words.find(fmt::format("_{}_", text)) != std::string::npos) return true;
  std::size_t found = 0;
  for (const char c : name)
    if (found < text.size() && c == text[found]) ++found;
  return found == text.size() && text.front() == name.front();
}

// The steps from what was written to what is known. An edit is four of them, so that a name that is right,
// but misplaced, is nearer than one of a letter more or less.
constexpr std::size_t kEdit = 4;
constexpr std::size_t kUnlike = 100;

std::size_t steps_between_names(std::string_view written, std::string_view known) {
  if (is_short_for(written, known) || is_short_for(known, written)) return 1;
  const std::size_t edits = edit_distance(written, known);
  return 2 * edits >= std::max(written.size(), known.size()) ? kUnlike : kEdit * edits;
}

std::size_t steps_between_groups(std::string_view written, std::string_view known) {
  constexpr std::size_t kNested = 2, kOther = 6;
  if (written == known) return 0;
  if (is_in(written, known) || is_in(known, written)) return kNested;
  return std::min(kEdit * edit_distance(written, known), kOther);
}

// Of a text in one of both: whether three bytes of the first four say so, as an ASCII letter or the mark.
bool is_utf32(std::string_view text) {
  using namespace std::string_view_literals;
  return text.starts_with("\0\0"sv) || (text.size() > 2 && text.substr(2).starts_with("\0\0"sv));
}

}  // namespace

std::string position(std::string_view text, std::string_view source, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view columns = before.substr(line_start);
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
  const auto column = 1 + std::count_if(columns.begin(), columns.end(), is_character);
  return fmt::format("{}:{}:{}", source, line, column);
}

std::string_view as_utf8(std::string_view text, std::string_view source) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  const auto refuse = [&](std::size_t offset, std::string_view found) {
    throw ConfigError(fmt::format("{}: {}; expected UTF-8 text", position(text, source, offset), found));
  };
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  if (text.starts_with(kMark)) refuse(0, "a second byte order mark");
  const std::size_t zero = text.find('\0');
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || zero < 2)
    refuse(0, is_utf32(text) ? "UTF-32 text" : "UTF-16 text");
  if (zero != std::string_view::npos) refuse(zero, "a zero byte");
  return text;
}

bool is_in(std::string_view key, std::string_view group) {
  return group.empty() || (key.size() > group.size() && key.starts_with(group) && key[group.size()] == '.');
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
  const Parts written = parts_of(key);
  Distance least = {kFar, kFar};
  std::string nearest;
  for (const std::string& candidate : known) {
    const Parts parts = parts_of(candidate);
    const std::size_t steps =
        steps_between_names(written.name, parts.name) + steps_between_groups(written.group, parts.group);
    const Distance distance = {steps, edit_distance(key, candidate)};
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace gradtable::config
