#include "gradtable/models/report/metrics_csv.hpp"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/atomic_file.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kHeader =
    "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,validation_balanced_accuracy,"
    "test_loss,test_accuracy,learning_rate,seconds,images_per_second\n";

std::string field(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::string row(const EpochMetrics& e) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", e.epoch, e.train_loss, e.train_accuracy,
                     field(e.validation_loss), field(e.validation_accuracy),
                     field(e.validation_balanced_accuracy), field(e.test_loss), field(e.test_accuracy),
                     e.learning_rate, e.seconds, e.images_per_second);
}

[[noreturn]] void throw_output_error(const std::string& path) {
  const std::string reason = std::generic_category().message(errno);
  throw OutputError(fmt::format("{}: {}; expected a file to add rows to", printable(path), reason));
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

EpochMetrics parsed(Row row) {
  EpochMetrics e;
  e.epoch = row.number<std::int64_t>();
  e.train_loss = row.number<double>();
  e.train_accuracy = row.number<double>();
  e.validation_loss = row.optional();
  e.validation_accuracy = row.optional();
  e.validation_balanced_accuracy = row.optional();
  e.test_loss = row.optional();
  e.test_accuracy = row.optional();
  e.learning_rate = row.number<double>();
  e.seconds = row.number<double>();
  e.images_per_second = row.number<double>();
  row.end();
  return e;
}

}  // namespace

std::string metrics_csv(std::span<const EpochMetrics> epochs) {
  std::string text(kHeader);
  for (const EpochMetrics& epoch : epochs) text += row(epoch);
  return text;
}

std::vector<EpochMetrics> parse_metrics_csv(std::string_view text, const std::string& name) {
  const std::string_view names = kHeader.substr(0, kHeader.size() - 1);
  std::vector<EpochMetrics> epochs;
  std::int64_t number = 1;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; ++number) {
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (number > 1)
      epochs.push_back(parsed(Row(line, fmt::format("{}:{}", name, number))));
    else if (line != names)
      throw DataError(fmt::format("{}:1: expected \"{}\", the names of the columns", name, names));
  }
  return epochs;
}

MetricsCsv::MetricsCsv(const std::string& path, std::span<const EpochMetrics> earlier) : path_(path) {
  write_file_atomically(path, metrics_csv(earlier));
  file_.reset(std::fopen(path.c_str(), "ae"));
  if (!file_) throw_output_error(path);
}

void MetricsCsv::add(const EpochMetrics& epoch) {
  const std::string text = row(epoch);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0)
    throw_output_error(path_);
}

std::vector<EpochMetrics> read_metrics_csv(const std::string& path) {
  const std::string name = printable(path);
  std::ifstream in(path);
  if (!in)
    throw DataError(fmt::format("{}: {}; expected metrics of earlier epochs", name,
                                std::generic_category().message(errno)));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) throw DataError(fmt::format("{}: cannot be read; expected metrics of earlier epochs", name));
  return parse_metrics_csv(text.str(), name);
}

}  // namespace gradtable
