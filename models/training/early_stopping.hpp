// Which epoch was the best one, and when to stop looking for a better: Goodfellow et al., algorithm 7.1.
#pragma once

#include <cstdint>
#include <limits>

#include "gradtable/models/optimizers/plateau.hpp"

namespace gradtable {

// A small machine that is called with the metric of each epoch. Its state is plain numbers, for checkpoints.
class EarlyStopping {
 public:
  struct State {
    double best = std::numeric_limits<double>::quiet_NaN();  // NaN before the first finite metric
    std::int64_t best_epoch = 0;                             // 0 before it
    std::int64_t waited = 0;                                 // epochs since
  };

  // patience: epochs without improvement before training stops; 0: no limit.
  // Throws ConfigError when it is below 0.
  explicit EarlyStopping(Better better = Better::lower, std::int64_t patience = 0);

  // Whether the metric of this epoch is better than that of all before it. NaN is never better.
  bool is_best(std::int64_t epoch, double metric);
  bool stop() const { return patience_ > 0 && state_.waited >= patience_; }

  const State& state() const { return state_; }
  // Goes on from a state that state() gave; not checked.
  void restore(const State& state) { state_ = state; }

 private:
  Better better_;
  std::int64_t patience_;
  State state_;
};

}  // namespace gradtable
