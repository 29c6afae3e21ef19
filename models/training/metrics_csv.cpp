#include "gradtable/models/training/metrics_csv.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/atomic_file.hpp"
#include "gradtable/models/io/read_file.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kFirst = "epoch,", kLast = "learning_rate,seconds,images_per_second";

std::string header(std::span<const std::string> names) {
  std::string line(kFirst);
  for (const std::string& name : names) line += name + ",";
  return line + std::string(kLast) + "\n";
}

std::string row(std::span<const std::string> names, const EpochMetrics& e) {
  std::string line = fmt::format("{},", e.epoch);
  for (const std::string& name : names) {
    const std::optional<double> value = e.find(name);
    line += value ? fmt::format("{},", *value) : ",";
  }
  return line + fmt::format("{},{},{}\n", e.learning_rate, e.seconds, e.examples_per_second);
}

// The names of the values in the first line of a file; nothing when it is another kind of file.
std::optional<std::vector<std::string>> names_in(std::string_view line) {
  if (!line.starts_with(kFirst) || !line.ends_with(kLast)) return std::nullopt;
  if (line.size() < kFirst.size() + kLast.size()) return std::nullopt;
  line.remove_prefix(kFirst.size());
  line.remove_suffix(kLast.size());
  std::vector<std::string> names;
  for (std::size_t comma = 0; (comma = line.find(',')) != std::string_view::npos;
       line.remove_prefix(comma + 1)) {
    names.emplace_back(line.substr(0, comma));
    if (!is_metric_name(names.back()) || std::ranges::find(names, names.back()) != names.end() - 1)
      return std::nullopt;
  }
  return line.empty() ? std::optional(names) : std::nullopt;
}

[[noreturn]] void throw_output_error(const std::string& path) {
  const std::string reason = std::generic_category().message(errno);
  throw OutputError(fmt::format("{}: {}; expected a file to add rows to", printable(path), reason));
}

detail::File opened_at_end(const std::string& path) {
  detail::File file(std::fopen(path.c_str(), "ae"));
  if (!file) throw_output_error(path);
  return file;
}

constexpr std::string_view kSteps = "epoch,step,loss,learning_rate";

// The rows of a file of steps that are no later than this, below the names of the columns.
std::string steps_until(const std::string& path, std::int64_t epochs, std::int64_t steps) {
  std::string text = fmt::format("{}\n", kSteps);
  std::ifstream in(path);
  std::string line;
  if (epochs + steps == 0 || !std::getline(in, line) || line != kSteps) return text;
  while (std::getline(in, line) && !in.eof()) {
    std::int64_t epoch = 0, step = 0;
    if (std::sscanf(line.c_str(), "%" SCNd64 ",%" SCNd64, &epoch, &step) != 2) break;
    if (epoch > epochs + 1 || (epoch == epochs + 1 && step > steps)) break;
    text += line + "\n";
  }
  return text;
}

// Takes the fields of a line from left to right.
class Row {
 public:
  Row(std::string_view line, std::string where) : rest_(line), where_(std::move(where)) {}

  template <class T>
  T number() {
    const std::string_view text = next();
    T value{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
      fail(fmt::format("\"{}\"", printable(text, 40)), "a number");
    return value;
  }
  std::optional<double> optional() {
    if (!rest_.starts_with(',')) return number<double>();
    next();
    return std::nullopt;
  }
  void end() const {
    if (!ended_) fail("more fields", "as many as there are names in the first line");
  }

 private:
  std::string_view next() {
    if (ended_) fail("too few fields", "as many as there are names in the first line");
    const std::size_t comma = rest_.find(',');
    ended_ = comma == std::string_view::npos;
    const std::string_view text = rest_.substr(0, comma);
    rest_.remove_prefix(ended_ ? rest_.size() : comma + 1);
    return text;
  }
  [[noreturn]] void fail(std::string_view found, std::string_view expected) const {
    throw DataError(fmt::format("{}: {}; expected {}", where_, found, expected));
  }

  std::string_view rest_;
  std::string where_;
  bool ended_ = false;
};

EpochMetrics parsed(Row row, std::span<const std::string> names) {
  EpochMetrics e;
  e.epoch = row.number<std::int64_t>();
  for (const std::string& name : names)
    if (const std::optional<double> value = row.optional()) e.values.emplace_back(name, *value);
  e.learning_rate = row.number<double>();
  e.seconds = row.number<double>();
  e.examples_per_second = row.number<double>();
  row.end();
  return e;
}

}  // namespace

bool is_metric_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

std::optional<double> EpochMetrics::find(std::string_view name) const {
  const auto found =
      std::ranges::find(values, name, [](const auto& value) -> std::string_view { return value.first; });
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

double EpochMetrics::at(std::string_view name) const {
  if (const std::optional<double> value = find(name)) return *value;
  std::vector<std::string_view> names;
  for (const auto& value : values) names.push_back(value.first);
  throw ConfigError(fmt::format("epoch {}: expected a metric that was measured, {}, got \"{}\"", epoch,
                                fmt::join(names, ", "), name));
}

std::string metrics_csv(std::span<const std::string> names, std::span<const EpochMetrics> epochs) {
  std::string text = header(names);
  for (const EpochMetrics& epoch : epochs) text += row(names, epoch);
  return text;
}

std::vector<EpochMetrics> parse_metrics_csv(std::string_view text, const std::string& name) {
  std::vector<EpochMetrics> epochs;
  std::optional<std::vector<std::string>> names;
  std::int64_t number = 1;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; ++number) {
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (number > 1)
      epochs.push_back(parsed(Row(line, fmt::format("{}:{}", name, number)), *names));
    else if (names = names_in(line); !names)
      throw DataError(
          fmt::format("{}:1: expected \"{}\", then names of metrics, then \"{}\"", name, kFirst, kLast));
  }
  return epochs;
}

MetricsCsv::MetricsCsv(const std::string& path, std::vector<std::string> names,
                       std::span<const EpochMetrics> earlier)
    : path_(path), names_(std::move(names)) {
  write_file_atomically(path, metrics_csv(names_, earlier));
  file_ = opened_at_end(path);
}

void MetricsCsv::add(const EpochMetrics& epoch) {
  const std::string text = row(names_, epoch);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0)
    throw_output_error(path_);
}

StepsCsv::StepsCsv(const std::string& path, std::int64_t epochs, std::int64_t steps) : path_(path) {
  write_file_atomically(path, steps_until(path, epochs, steps));
  file_ = opened_at_end(path);
}

void StepsCsv::add(std::int64_t epoch, std::int64_t step, double loss, double learning_rate) {
  const std::string text = fmt::format("{},{},{},{}\n", epoch, step, loss, learning_rate);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) throw_output_error(path_);
}

void StepsCsv::flush() {
  if (std::fflush(file_.get()) != 0) throw_output_error(path_);
}

std::vector<EpochMetrics> read_metrics_csv(const std::string& path) {
  return parse_metrics_csv(read_file<DataError>(path), printable(path));
}

}  // namespace gradtable
