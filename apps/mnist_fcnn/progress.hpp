// What a run tells on standard output.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <gradtable/models/training/trainer.hpp>

namespace mnist_fcnn {

// On a terminal one line an epoch that updates, otherwise one line at the end of each epoch, without control
// characters. Output that nobody reads any more is dropped.
class Progress {
 public:
  Progress(bool quiet, std::int64_t epochs, std::int64_t images_per_epoch);

  void say(std::string_view line) const;

  void begin_epoch(std::int64_t epoch);
  void update(const gradtable::Score& score);
  void end_epoch(const gradtable::Score& score);
  // Since begin_epoch.
  double seconds() const;

 private:
  std::string line(const gradtable::Score& score, double seconds, std::string_view end) const;

  using Clock = std::chrono::steady_clock;

  bool quiet_;
  bool terminal_;
  std::int64_t epochs_;
  std::int64_t images_;
  std::int64_t epoch_ = 0;
  Clock::time_point start_;
  Clock::time_point shown_;
};

}  // namespace mnist_fcnn
