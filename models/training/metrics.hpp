// Metrics, which a training reports besides its loss: functions of outputs and targets.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/models/optimizers/plateau.hpp"
#include "gradtable/models/training/losses.hpp"

namespace gradtable {

// A metric of your own, the largest error of an example's k outputs, averaged over examples:
//
//   Metric{.name = "largest_error", .values = [](const Tensor& y, const Tensor& t) { return max(abs(y - t),
//   {1}); }}
struct Metric {
  std::string name;  // of small letters, digits and _
  Better better = Better::lower;
  // A number of each example, (m), or k of them, (m,k), of the outputs (m,...) and targets (m,...) of a
  // batch: targets are int32 labels (m), or real numbers.
  std::function<Tensor(const Tensor& outputs, const Tensor& targets)> values;
  // The metric of `examples` examples, of the sums of the k numbers; empty: the mean of the only one.
  std::function<double(std::span<const double> sums, std::int64_t examples)> result = {};
  std::optional<Targets> targets = {};  // the kind that it takes; empty: both
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool in_training = true;  // whether it is measured on the batches of training too
};

namespace metrics {

// The share of examples whose largest output is that of their label.
Metric accuracy();
// The share of examples whose label is among the classes of the k largest outputs; of equal outputs that of
// the smaller class comes first. k >= 1.
Metric top_k_accuracy(std::int64_t k);
// The mean over the classes that are the label of an example of the share of these that are right. Not
// measured in training.
Metric balanced_accuracy();
// The means over examples and their numbers of |y - t| and of (y - t)^2, and the root of the latter.
Metric mean_absolute_error();
Metric mean_squared_error();
Metric root_mean_squared_error();
// 1 - sum (y - t)^2 / sum (t - mean t)^2, the coefficient of determination, averaged over the numbers of an
// example. Where all targets are the same, or differ by less than about 1e-6 of their size, it is 1 for
// answers without error, else 0.
Metric r2();

}  // namespace metrics

// Accuracy and balanced accuracy: of classes, where no metrics are asked for.
std::vector<Metric> default_metrics();

// "accuracy", "top_5_accuracy", "balanced_accuracy", "mean_absolute_error", "mean_squared_error",
// "root_mean_squared_error", "r2"
std::vector<std::string> metric_names();
// Throws ConfigError with the known names for others.
Metric find_metric(std::string_view name);

// Names and numbers in the order in which they are shown.
using MetricValues = std::vector<std::pair<std::string, double>>;

// What was found on the examples seen so far, of an epoch or of a data set.
struct Score {
  std::int64_t examples = 0;
  double loss_sum = 0;
  std::vector<std::vector<double>> sums = {};  // of the values of each metric; empty: it was not measured
  std::shared_ptr<const std::vector<Metric>> metrics = {};

  // The mean; NaN without a sign, which would be printed.
  double loss() const;
  // Throws ConfigError, with the names of those that were, for a metric that was not measured.
  double metric(std::string_view name) const;
  double accuracy() const { return metric("accuracy"); }
  std::int64_t correct() const;  // examples that accuracy counts
  bool has(std::string_view name) const;
  // "loss" and all metrics that were measured, each name after the prefix: "train_loss".
  MetricValues values(std::string_view prefix = "") const;
};

}  // namespace gradtable
