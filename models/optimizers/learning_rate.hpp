// The learning rate of a training, update by update, by a schedule that is chosen by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradtable/models/optimizers/plateau.hpp"
#include "gradtable/models/optimizers/schedule.hpp"

namespace gradtable {

// A type ignores the members that it does not name.
struct ScheduleOptions {
  // "constant"; "step", by `factor` after `every` epochs; "exponential", by `factor` in each epoch; "cosine",
  // to `least` at the end of `epochs`, those of the warm-up included; "plateau", by `factor` after more than
  // `patience` epochs without improvement, but not below `least`. Exponential and cosine fall a
  // little with each update. Step and exponential count from the end of the warm-up.
  std::string type = "constant";
  std::optional<double> factor = {};  // by default 0.1, and 0.95 for exponential
  std::int64_t every = 10;
  std::int64_t epochs = 0;  // a cosine has at least 1
  double least = 0;
  std::int64_t patience = 10;
  std::int64_t warmup_epochs = 0;  // in which the rate rises to its first value; of any type
};

// "constant", "step", "exponential", "cosine", "plateau"
std::vector<std::string> schedule_names();

class LearningRate {
 public:
  // Throws ConfigError for an unknown type, and for numbers out of range as schedule.hpp and plateau.hpp say;
  // warmup_epochs is at least 0, and below `epochs` with a cosine. `better`: of the metric that a plateau is
  // seen by.
  LearningRate(double rate, const ScheduleOptions& options = {}, Better better = Better::lower);

  // As a function of the updates done since the training began, with `per_epoch` of them in an epoch: at
  // least 1, not checked. It holds until end_epoch is called.
  Schedule schedule(std::int64_t per_epoch) const;

  // To be called after each epoch, with its metric.
  void end_epoch(double metric);

  // What end_epoch has made of the metrics so far: plain numbers, for checkpoints.
  const Plateau::State& state() const { return plateau_.state(); }
  void restore(const Plateau::State& state) { plateau_.restore(state); }

 private:
  ScheduleOptions options_;
  Plateau plateau_;
};

}  // namespace gradtable
