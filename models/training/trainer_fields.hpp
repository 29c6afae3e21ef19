// The ranges of a trainer's options: for the trainer, and for configs that have them as keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/config/field.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {

inline constexpr config::Range<std::int64_t> kBatchSizes{1, 1'000'000'000};
inline constexpr config::RealRange kLearningRates{.low = 0, .high = 1000, .low_open = true};
inline constexpr config::Range<int> kThreads{0, kMostThreads};

// An option that a trainer does not take: "trainer: batch_size: expected an integer from 1 to 1000000000, got
// 0".
struct OptionError : ConfigError {
  OptionError(std::string key, std::string found, std::string expected, std::string_view where = "trainer");

  std::string key;  // "schedule.least": of trainer_fields, without a prefix
  std::string found, expected;
};

// The options as keys, bound to `options`, each after `prefix`: "training.batch_size". Losses are those of
// these targets, or of all. Seed, threads and functions are not among the keys.
std::vector<config::Field> trainer_fields(TrainerOptions& options, const std::string& prefix = "",
                                          std::optional<Targets> targets = {});

// Throws OptionError, which begins with `where`, for a value that its field does not take.
void require_fields(const std::vector<config::Field>& fields, std::string_view where);

// Throws OptionError for a value that no key takes, for threads out of their range, and for values that do
// not go together: among them a number that the schedule does not look at, which would be taken for one that
// has an effect. Throws the ConfigError of require_valid for an option that the optimizer does not have.
void require_valid(const TrainerOptions& options);

}  // namespace gradtable
