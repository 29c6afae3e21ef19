#include "gradtable/models/training/fit_options.hpp"

#include <string_view>

#include <fmt/format.h>

#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

using config::boolean;
using config::choice;
using config::Field;
using config::integer;
using config::kFromOne;
using config::kFromZero;

constexpr std::string_view kTrain = "train", kValidation = "validation", kTest = "test";

// Of what early stopping may look at.
std::vector<std::string> selecting_columns(std::span<const Metric> metrics) {
  std::vector<std::string> columns = columns_of(metrics);
  std::erase_if(columns, [](const std::string& column) { return column.starts_with(kTest); });
  return columns;
}

void require_each(FitOptions options) {
  std::vector<Field> fields = {epochs_field(options.epochs),
                               integer("checkpoint_every", options.checkpoint_every, kFromOne, "")};
  std::vector<Metric>& measured = options.trainer.metrics;
  if (measured.empty()) measured = default_metrics();
  append(fields, selection_fields(options.early_stopping, options.keep_best, selecting_columns(measured)));
  require_fields(fields, "fit");
}

}  // namespace

std::vector<std::string> columns_of(std::span<const Metric> metrics) {
  std::vector<std::string> columns;
  for (const std::string_view set : {kTrain, kValidation, kTest}) {
    columns.push_back(fmt::format("{}_loss", set));
    for (const Metric& metric : metrics)
      if (metric.in_training || set != kTrain) columns.push_back(fmt::format("{}_{}", set, metric.name));
  }
  return columns;
}

std::optional<Column> find_column(std::string_view name, std::span<const Metric> metrics) {
  for (const std::string_view set : {kTrain, kValidation, kTest}) {
    if (!name.starts_with(set)) continue;
    const std::string_view rest = name.substr(set.size());
    if (rest == "_loss") return Column{set, nullptr};
    for (const Metric& metric : metrics)
      if (rest.starts_with('_') && rest.substr(1) == metric.name) return Column{set, &metric};
  }
  return std::nullopt;
}

Better better_of(const std::string& metric, std::span<const Metric> metrics) {
  const auto column = find_column(metric, metrics);
  return column && column->metric ? column->metric->better : Better::lower;
}

Field epochs_field(std::int64_t& epochs, const std::string& prefix) {
  return integer(prefix + "epochs", epochs, kEpochs, "passes over the training set");
}

std::vector<Field> selection_fields(EarlyStoppingOptions& early_stopping, bool& keep_best,
                                    const std::vector<std::string>& metrics, const std::string& prefix) {
  return {
      choice(prefix + "early_stopping.metric", early_stopping.metric, metrics,
             "the metric of early stopping, keep_best and the plateau schedule"),
      integer(prefix + "early_stopping.patience", early_stopping.patience, kFromZero,
              "epochs without improvement before training stops; 0: never stop early"),
      boolean(prefix + "keep_best", keep_best,
              "test and write the weights of the best epoch instead of the last"),
  };
}

std::optional<MetricUse> use_of_metric(const FitOptions& options) {
  const std::int64_t patience = options.early_stopping.patience;
  if (patience > 0) return MetricUse{"early_stopping.patience", fmt::format("{}", patience)};
  if (options.keep_best) return MetricUse{"keep_best", "true"};
  if (options.trainer.schedule.type == "plateau") return MetricUse{"schedule.type", "\"plateau\""};
  return std::nullopt;
}

void require_valid(const FitOptions& options) {
  require_each(options);
  require_valid(options.trainer);
  const std::string &metric = options.early_stopping.metric, unchanged = EarlyStoppingOptions{}.metric;
  if (metric != unchanged && !use_of_metric(options))
    throw OptionError(
        "early_stopping.metric", fmt::format("\"{}\"", metric),
        fmt::format("the default \"{}\" without early_stopping.patience, keep_best and the schedule plateau",
                    unchanged),
        "fit");
}

}  // namespace gradtable
