// A learning rate that falls when a metric stops getting better.
#pragma once

#include <cstdint>
#include <limits>

namespace gradtable {

enum class Better : bool { lower, higher };

// Defaults as PyTorch's ReduceLROnPlateau.
struct PlateauOptions {
  Better better = Better::lower;
  double factor = 0.1;         // above 0, at most 1
  std::int64_t patience = 10;  // calls without improvement before the rate drops; at least 0
  double threshold = 1e-4;     // better is better by more than threshold |best|; at least 0
  std::int64_t cooldown = 0;   // calls after a fall that do not count; at least 0
  double least = 0;            // the rate falls no further; at least 0
};

// A small machine that is called with the metric of each epoch. Its state is plain numbers, for checkpoints.
class Plateau {
 public:
  struct State {
    double rate = 0;
    double best = std::numeric_limits<double>::quiet_NaN();  // NaN before the first call
    std::int64_t worse = 0;                                  // calls in a row without a better metric
    std::int64_t remaining = 0;                              // calls of the cooldown
  };

  // Throws ConfigError for numbers out of range; the rate is finite and above 0.
  explicit Plateau(double rate, const PlateauOptions& options = {});

  // The rate after an epoch with this metric: rate factor, but at least `least`, when more than `patience`
  // metrics in a row were not better than the best one. NaN and infinities are not better.
  double next(double metric);

  double rate() const { return state_.rate; }
  const State& state() const { return state_; }
  // Continues from a state that state() returned; not checked.
  void restore(const State& state) { state_ = state; }

 private:
  bool is_better(double metric) const;

  PlateauOptions options_;
  State state_;
};

}  // namespace gradtable
