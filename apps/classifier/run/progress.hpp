// Progress of a run on standard output.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gradtable/models/training/metrics_csv.hpp>
#include <gradtable/models/training/trainer.hpp>

namespace classifier {

// "45 s", "12:05", "1:02:03".
std::string duration(double seconds);

// In three digits: "512 bytes", "1.5 kB", "47 MB"; "784", "1.2 million", "5 billion".
std::string in_bytes(double bytes);
std::string in_operations(double operations);

// "test     loss 0.0712  accuracy  97.80 %  (9780 of 10000)"
std::string test_line(const gradtable::Score& score);

// A line that is a result of the program, on standard output. On a terminal a long line goes on below the
// text behind its label. Throws OutputError if it cannot be written.
void say_result(std::string_view line);

// The progress of a training. On a terminal one line for each epoch, which updates and is never wider than
// the terminal; of more than a hundred epochs the lines of about a hundred stay. Otherwise one line at the
// end of each epoch, without control characters. Output that nobody reads any more is dropped.
class Progress {
 public:
  Progress(bool quiet, std::int64_t epochs, std::int64_t images_per_epoch);
  // Leaves the terminal at the start of a line, whatever ended the epoch.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // On a terminal a long line goes on below the text behind its label.
  void say(std::string_view line) const;

  // `images`: of the epoch that were trained on before.
  void begin_epoch(std::int64_t epoch, std::int64_t images = 0);
  void update(const gradtable::Score& score);
  void end_epoch(const gradtable::EpochMetrics& epoch);
  // In the middle of an epoch; its line says so.
  void stop(const gradtable::Score& score);
  // Since begin_epoch.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  // Of a data set: "loss 0.0712  accuracy  97.80 %".
  struct Measured {
    double loss, accuracy;
  };
  struct Line {
    Measured train;
    double images_per_second;
    std::optional<Measured> validation = {}, test = {};
    std::string end = {};                     // "12 s left", "stopped"
    std::optional<std::int64_t> images = {};  // so far, of an epoch that is not done
  };
  // The fullest form that the terminal has room for.
  std::string text(const Line& line) const;
  Line line(const gradtable::Score& score, std::string end) const;
  void show(std::string_view text, std::string_view end);

  bool quiet_;
  bool terminal_;
  std::int64_t epochs_;
  std::int64_t every_;  // the line of an epoch of so many stays
  std::int64_t images_;
  std::int64_t epoch_ = 0;
  std::int64_t before_ = 0;            // images of the epoch that were trained on before
  mutable bool line_is_open_ = false;  // the cursor is at the end of a line that will be updated
  Clock::time_point start_;
  Clock::time_point shown_;
  Clock::time_point ended_;  // when the line of an epoch was shown last
};

}  // namespace classifier
