#include "gradtable/models/training/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/detail/named.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

// 1 where the largest output is the label's, else 0: (m).
Tensor right(const Tensor& outputs, const Tensor& labels) {
  return cast(equal(argmax(outputs), labels), outputs.dtype());
}

Tensor labels_as_rows(const Tensor& outputs, const Tensor& labels) {
  return one_hot(labels, outputs.shape()[1], outputs.dtype());
}

// How many outputs are before the label's when the largest is the first, and of equal ones the one of the
// smaller class, as argmax has it; NaN is larger than all numbers.
Tensor outputs_before(const Tensor& outputs, const Tensor& labels) {
  const std::int64_t k = outputs.shape()[1];
  Array classes(DType::int32, {k});
  std::iota(classes.as<std::int32_t>().begin(), classes.as<std::int32_t>().end(), 0);
  const Tensor of_smaller_class =
      less(outputs.graph().constant(std::move(classes)), reshape(labels, {labels.shape()[0], 1}));
  const Tensor is_label = equal(labels_as_rows(outputs, labels), 1.0);
  const Tensor own = sum(where(is_label, outputs, 0.0), {1}, true);
  const auto number = [&](const Tensor& condition) { return cast(condition, outputs.dtype()); };
  const Tensor larger = 1 - number(less_equal(outputs, own));
  const Tensor equal_before = number(equal(outputs, own)) * number(of_smaller_class);
  return sum(larger + equal_before, {1});
}

// Of (m,...) as (m,k).
Tensor as_rows(const Tensor& numbers) {
  const std::int64_t m = numbers.shape()[0];
  return reshape(numbers, {m, m > 0 ? numbers.shape().size() / m : 1});
}

// y - t, which are not broadcast: each output has a target.
Tensor difference(std::string_view metric, const Tensor& y, const Tensor& t) {
  if (y.shape() != t.shape())
    throw ConfigError(fmt::format("{}: expected targets {}, as the outputs, got {}", metric,
                                  to_string(y.shape()), to_string(t.shape())));
  return y - t;
}

Tensor means_of_rows(const Tensor& numbers) {
  return mean(as_rows(numbers), {1});
}

double mean_recall(std::span<const double> sums, std::int64_t) {
  const std::size_t classes = sums.size() / 2;
  double recalls = 0, seen = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (sums[classes + c] == 0) continue;
    recalls += sums[c] / sums[classes + c];
    ++seen;
  }
  return seen > 0 ? recalls / seen : 0;
}

// Of sums of t, t^2 and (y - t)^2. A spread that rounding may have made is none.
double determination(double t, double squares, double errors, double examples) {
  const double spread = squares - t * t / examples;
  const double rounding = 8 * std::sqrt(examples) * std::numeric_limits<double>::epsilon() * squares;
  if (spread > rounding) return 1 - errors / spread;
  return errors <= rounding ? 1 : 0;
}

double mean_determination(std::span<const double> sums, std::int64_t examples) {
  const std::size_t k = sums.size() / 3;
  double total = 0;
  for (std::size_t j = 0; j < k; ++j)
    total += determination(sums[j], sums[k + j], sums[2 * k + j], static_cast<double>(examples));
  return total / static_cast<double>(k);
}

std::size_t index_of(const Score& score, std::string_view name) {
  std::size_t i = 0;
  while (i < score.sums.size() && ((*score.metrics)[i].name != name || score.sums[i].empty())) ++i;
  return i;
}

double value_of(const Score& score, std::size_t i) {
  const Metric& metric = (*score.metrics)[i];
  return metric.result ? metric.result(score.sums[i], score.examples)
                       : score.sums[i].front() / static_cast<double>(score.examples);
}

Metric top_5_accuracy() {
  return metrics::top_k_accuracy(5);
}

struct NamedMetric {
  std::string_view name;
  Metric (*make)();
};

constexpr NamedMetric kMetrics[] = {{"accuracy", metrics::accuracy},
                                    {"top_5_accuracy", top_5_accuracy},
                                    {"balanced_accuracy", metrics::balanced_accuracy},
                                    {"mean_absolute_error", metrics::mean_absolute_error},
                                    {"mean_squared_error", metrics::mean_squared_error},
                                    {"root_mean_squared_error", metrics::root_mean_squared_error},
                                    {"r2", metrics::r2}};

}  // namespace

namespace metrics {

Metric accuracy() {
  return {.name = "accuracy",
          .better = Better::higher,
          .values = right,
          .targets = Targets::classes,
          .least = 0,
          .most = 1};
}

Metric top_k_accuracy(std::int64_t k) {
  if (k < 1) throw ConfigError(fmt::format("top_k_accuracy: expected k of at least 1, got {}", k));
  Metric metric = accuracy();
  metric.name = fmt::format("top_{}_accuracy", k);
  metric.values = [k](const Tensor& outputs, const Tensor& labels) {
    return cast(less(outputs_before(outputs, labels), static_cast<double>(k)), outputs.dtype());
  };
  return metric;
}

Metric balanced_accuracy() {
  Metric metric = accuracy();
  metric.name = "balanced_accuracy";
  metric.values = [](const Tensor& outputs, const Tensor& labels) {
    const Tensor rows = labels_as_rows(outputs, labels);
    return concat({mul(rows, reshape(right(outputs, labels), {labels.shape()[0], 1})), rows}, 1);
  };
  metric.result = mean_recall;
  metric.in_training = false;
  return metric;
}

Metric mean_absolute_error() {
  return {
      .name = "mean_absolute_error",
      .values = [](const Tensor& y,
                   const Tensor& t) { return means_of_rows(abs(difference("mean_absolute_error", y, t))); },
      .targets = Targets::numbers,
      .least = 0};
}

Metric mean_squared_error() {
  return {
      .name = "mean_squared_error",
      .values = [](const Tensor& y,
                   const Tensor& t) { return means_of_rows(square(difference("mean_squared_error", y, t))); },
      .targets = Targets::numbers,
      .least = 0};
}

Metric root_mean_squared_error() {
  Metric metric = mean_squared_error();
  metric.name = "root_mean_squared_error";
  metric.result = [](std::span<const double> sums, std::int64_t examples) {
    return std::sqrt(sums[0] / static_cast<double>(examples));
  };
  return metric;
}

// In float64: the spread is a difference of numbers that may be much larger.
Metric r2() {
  return {.name = "r2",
          .better = Better::higher,
          .values =
              [](const Tensor& outputs, const Tensor& targets) {
                const Tensor y = cast(outputs, DType::float64), t = cast(targets, DType::float64);
                const Tensor errors = square(difference("r2", y, t));
                return concat({as_rows(t), as_rows(square(t)), as_rows(errors)}, 1);
              },
          .result = mean_determination,
          .targets = Targets::numbers,
          .most = 1};
}

}  // namespace metrics

std::vector<Metric> default_metrics() {
  return {metrics::accuracy(), metrics::balanced_accuracy()};
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const NamedMetric& metric : kMetrics) names.emplace_back(metric.name);
  return names;
}

Metric find_metric(std::string_view name) {
  return detail::find_named("metric", name, std::span<const NamedMetric>(kMetrics)).make();
}

double Score::loss() const {
  const double mean = loss_sum / static_cast<double>(examples);
  return std::isnan(mean) ? std::numeric_limits<double>::quiet_NaN() : mean;
}

bool Score::has(std::string_view name) const {
  return index_of(*this, name) < sums.size();
}

double Score::metric(std::string_view name) const {
  const std::size_t i = index_of(*this, name);
  if (i < sums.size()) return value_of(*this, i);
  std::vector<std::string> names;
  for (const auto& [known, value] : values()) names.push_back(known);
  throw ConfigError(fmt::format("score: expected a metric that was measured, {}, got \"{}\"",
                                fmt::join(names, ", "), name));
}

std::int64_t Score::correct() const {
  const std::size_t i = index_of(*this, "accuracy");
  return i < sums.size() ? std::llround(sums[i].front()) : 0;
}

MetricValues Score::values(std::string_view prefix) const {
  MetricValues all = {{fmt::format("{}loss", prefix), loss()}};
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (!sums[i].empty())
      all.emplace_back(fmt::format("{}{}", prefix, (*metrics)[i].name), value_of(*this, i));
  return all;
}

}  // namespace gradtable
