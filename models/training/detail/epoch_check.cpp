#include "gradtable/models/training/detail/epoch_check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {
namespace {

// The numbers of an epoch that a training can have had.
class EpochCheck {
 public:
  EpochCheck(std::string place, const EpochMetrics& epoch, const FitOptions& options)
      : place_(std::move(place)), epoch_(epoch), options_(options) {}

  void check(std::size_t number, const FitData& data) const {
    if (epoch_.epoch != static_cast<std::int64_t>(number))
      refuse("epoch", epoch_.epoch, fmt::format("{}", number));
    for (const auto& [name, value] : epoch_.values) check_value(name, value);
    const bool tested = epoch_.find("test_loss").has_value();
    for (const std::string& column : columns_of(options_.trainer.metrics)) {
      const bool of_test = column.starts_with("test_");
      check_measured(column, of_test ? tested : column.starts_with("train_") || data.validation.size() > 0);
    }
    within("learning_rate", epoch_.learning_rate, 0, (1 + 1e-9) * options_.trainer.optimizer.learning_rate);
    within("seconds", epoch_.seconds, 0, kMostSeconds);
    within("images_per_second", epoch_.examples_per_second, 0, kMostPerSecond);
  }

 private:
  void check_value(const std::string& name, double value) const {
    const auto column = find_column(name, options_.trainer.metrics);
    if (!column)
      refuse(name, value, fmt::format("one of {}", fmt::join(columns_of(options_.trainer.metrics), ", ")));
    if (const Metric* const metric = column->metric)
      require_in_range(*metric, value, fmt::format("{}: {}", place_, name));
    else
      check_loss(name, value);
  }
  void check_loss(const std::string& name, double value) const {
    if (!is_within(value, least_loss(options_), kAny))
      refuse(name, value,
             options_.trainer.loss_function ? "a finite number" : "a finite number of at least 0");
  }
  void within(std::string_view name, double value, double least, double most) const {
    if (!is_within(value, least, most)) refuse(name, value, describe_range(least, most));
  }
  void check_measured(const std::string& name, bool expected) const {
    const std::optional<double> value = epoch_.find(name);
    if (value.has_value() == expected || (!value && is_newer(name))) return;
    refuse(name, value ? fmt::format("{}", *value) : "empty",
           expected ? "a number, as others of its kind were measured" : "nothing, as it is not measured");
  }
  // Older checkpoints have no metrics of the test that are not measured in training.
  bool is_newer(const std::string& name) const {
    const auto column = find_column(name, options_.trainer.metrics);
    return column && column->set == "test" && column->metric && !column->metric->in_training;
  }
  template <class T>
  [[noreturn]] void refuse(std::string_view name, const T& found, std::string_view expected) const {
    throw CheckpointError(fmt::format("{}: {} is {}; expected {}", place_, name, found, expected));
  }

  std::string place_;
  const EpochMetrics& epoch_;
  const FitOptions& options_;
};

}  // namespace

bool is_within(double number, double least, double most) {
  return std::isfinite(number) && number >= least && number <= most;
}

std::string describe_range(double least, double most) {
  least += 0.0;  // not "-0"
  if (most < kAny)
    return least > -kAny ? fmt::format("a number from {} to {}", least, most)
                         : fmt::format("a finite number of at most {}", most);
  return least > -kAny ? fmt::format("a finite number of at least {}", least) : "a finite number";
}

double least_loss(const FitOptions& options) {
  return options.trainer.loss_function ? -kAny : -1e-3;
}

void require_in_range(const Metric& metric, double value, const std::string& where) {
  constexpr double kRounding = 1e-6;
  const bool bounded = std::isfinite(metric.least) && std::isfinite(metric.most);
  const bool is_out = value < metric.least - kRounding * std::abs(metric.least) - kRounding ||
                      value > metric.most + kRounding * std::abs(metric.most) + kRounding;
  if (is_out || (bounded && !std::isfinite(value)))
    throw CheckpointError(
        fmt::format("{} is {}; expected {}", where, value,
                    describe_range(std::max(metric.least, -kAny), std::min(metric.most, kAny))));
}

void require_possible(const EpochMetrics& epoch, std::size_t number, const FitOptions& options,
                      const FitData& data, std::string place) {
  EpochCheck(std::move(place), epoch, options).check(number, data);
}

}  // namespace gradtable::detail
