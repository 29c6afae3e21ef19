// The texts of a checkpoint as numbers, and what is wrong with them.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/training/checkpoint.hpp"
#include "gradtable/models/training/detail/epoch_check.hpp"
#include "gradtable/models/training/metrics_csv.hpp"

namespace gradtable::detail {

// All throw CheckpointError that begins with the path: for a text that is missing, and for one that is not
// what was asked for.
class CheckpointTexts {
 public:
  explicit CheckpointTexts(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  const std::string& text(const std::string& key) const {
    const auto found = checkpoint_.texts.find(key);
    if (found == checkpoint_.texts.end())
      throw CheckpointError(fmt::format("{}: no text {}; expected the checkpoint of a training",
                                        checkpoint_.path, in_quotes(key)));
    return found->second;
  }

  template <class T>
  T number(const std::string& key) const {
    return parsed<T>(key, text(key));
  }

  // "3", "1.5,2"
  std::vector<double> numbers(const std::string& key) const {
    std::vector<double> all;
    std::string_view rest = text(key);
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      all.push_back(parsed<double>(key, rest.substr(0, comma)));
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
    return all;
  }

  // From 0 to `most`.
  std::int64_t count(const std::string& key, std::int64_t most) const {
    const auto value = number<std::int64_t>(key);
    if (value < 0 || value > most) refuse(key, value, fmt::format("a number from 0 to {}", most));
    return value;
  }

  // Finite, from `least` to `most`.
  double real(const std::string& key, double least, double most = kAny) const {
    const auto value = number<double>(key);
    if (!is_within(value, least, most)) refuse(key, value, describe_range(least, most));
    return value;
  }

  template <class T>
  void require(const std::string& key, T expected) const {
    const T found = number<T>(key);
    const bool both_nan = found != found && expected != expected;
    if (found != expected && !both_nan)
      refuse(key, found, fmt::format("{}, which follows from the metrics of its epochs", expected));
  }

  template <class T>
  [[noreturn]] void refuse(const std::string& key, T found, std::string_view expected) const {
    throw CheckpointError(fmt::format("{}: {} is {}; expected {}", checkpoint_.path, key, found, expected));
  }

  bool has(const std::string& key) const { return checkpoint_.texts.contains(key); }

  std::vector<EpochMetrics> metrics() const {
    if (!text("metrics").ends_with('\n'))
      refuse("metrics", in_quotes(last_line()),
             "the names of the columns and a line for each epoch, each with its end");
    try {
      return parse_metrics_csv(text("metrics"), fmt::format("{}: metrics", checkpoint_.path));
    } catch (const DataError& error) {
      throw CheckpointError(error.what());
    }
  }

 private:
  template <class T>
  T parsed(const std::string& key, std::string_view digits) const {
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw CheckpointError(
          fmt::format("{}: {} is {}; expected a number", checkpoint_.path, key, in_quotes(digits)));
    return value;
  }
  std::string_view last_line() const {
    const std::string_view all = text("metrics");
    return all.substr(all.rfind('\n') + 1);  // npos + 1 is 0
  }

  const Checkpoint& checkpoint_;
};

}  // namespace gradtable::detail
