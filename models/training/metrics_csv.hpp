// The metrics of a training, epoch by epoch, as a table that any program can read, also during the run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradtable {

struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  // What was measured: "train_loss", "train_accuracy", "validation_loss", "test_r2", ...
  std::vector<std::pair<std::string, double>> values = {};
  double learning_rate = 0;
  double seconds = 0;
  double examples_per_second = 0;

  // Nothing when it was not measured.
  std::optional<double> find(std::string_view name) const;
  // Throws ConfigError with the names of what was measured.
  double at(std::string_view name) const;

  friend bool operator==(const EpochMetrics&, const EpochMetrics&) = default;
};

namespace detail {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace detail

// Whether a value may have this name: small letters, digits and _.
bool is_metric_name(std::string_view name);

// A file with one line of names and one for each epoch. Numbers have a point whatever the locale, and as many
// digits as it takes to read the same double back; what was not measured is an empty field.
class MetricsCsv {
 public:
  // names: of the values, in the order of their columns. Begins with the epochs of `earlier`, those before a
  // run was resumed; what the file held is replaced at once. Throws OutputError.
  MetricsCsv(const std::string& path, std::vector<std::string> names,
             std::span<const EpochMetrics> earlier = {});

  // The row is in the file when this returns. Throws OutputError.
  void add(const EpochMetrics& epoch);

 private:
  std::string path_;
  std::vector<std::string> names_;
  detail::File file_;
};

// The same of steps: the columns are epoch, step, loss and learning_rate. Rows of an earlier run are taken as
// they are, up to the first that is none.
class StepsCsv {
 public:
  // Keeps the rows of an earlier run that are of its first `epochs` epochs and of the first `steps` steps of
  // the next. Throws OutputError.
  StepsCsv(const std::string& path, std::int64_t epochs, std::int64_t steps);

  // The row is in the file after flush(). Both throw OutputError.
  void add(std::int64_t epoch, std::int64_t step, double loss, double learning_rate);
  void flush();

 private:
  std::string path_;
  detail::File file_;
};

// The text of such a file, and what it says; `name` is for messages. The columns are epoch, those of the
// values, learning_rate, seconds and images_per_second. A last line that has no end is left out.
// Throws DataError with the line when it is another kind of text.
std::string metrics_csv(std::span<const std::string> names, std::span<const EpochMetrics> epochs);
std::vector<EpochMetrics> parse_metrics_csv(std::string_view text, const std::string& name);

// The rows of such a file; a last line that has no end, of a run that was killed while writing, is left out.
// Throws DataError with the line when it is another kind of file, or cannot be read.
std::vector<EpochMetrics> read_metrics_csv(const std::string& path);

}  // namespace gradtable
