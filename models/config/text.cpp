#include "gradtable/models/config/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable {
namespace {

std::string_view last_name(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

}  // namespace

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, 60));
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
