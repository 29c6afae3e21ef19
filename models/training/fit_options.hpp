// The options of a Fit: how long it trains, which epoch it keeps, and the checkpoints it writes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/config/range.hpp"
#include "gradtable/models/training/checkpoint.hpp"
#include "gradtable/models/training/trainer.hpp"

namespace gradtable {

namespace config {
struct Field;
}

inline constexpr config::Range<std::int64_t> kEpochs{1, 1'000'000'000};

struct EarlyStoppingOptions {
  // "train_loss", "validation_loss", or a metric with "train_" or "validation_" before it. It selects the
  // best epoch, counts patience and drives the plateau schedule.
  std::string metric = "validation_loss";
  std::int64_t patience = 0;  // epochs in a row without a better metric that end training; 0: no limit
};

struct FitOptions {
  std::int64_t epochs = 10;
  EarlyStoppingOptions early_stopping = {};
  bool keep_best = false;             // end with the parameters and states of the best epoch
  std::string checkpoint = {};        // a file; empty: none is written
  std::int64_t checkpoint_every = 1;  // epochs; one is written at the end in any case
  // `better` is set by the Fit, as the metric asks for. A cosine schedule without epochs gets those of the
  // fit.
  TrainerOptions trainer = {};
  // What identifies the training besides the trainer's options and the images, such as the layers of the
  // network: a checkpoint with other fields is refused. Values are names or JSON. `defaults`: what a
  // checkpoint had that is older than a field.
  NamedTexts fields = {};
  NamedTexts defaults = {};
  NotFinite not_finite = NotFinite::refuse;  // whether checkpoints may hold NaN or infinity
};

// What is measured in each epoch: "train_loss", "train_accuracy", "validation_loss", ...
std::vector<std::string> columns_of(std::span<const Metric> metrics);

// A column of these is a metric of a data set: {"validation", accuracy}; of a loss, {"validation", nullptr}.
struct Column {
  std::string_view set;
  const Metric* metric;
};
// Nothing when no metric has this column.
std::optional<Column> find_column(std::string_view name, std::span<const Metric> metrics);

// Which values of the metric of early stopping are better.
Better better_of(const std::string& metric, std::span<const Metric> metrics);

// The options as keys with `prefix`: "training.epochs"; "training.early_stopping.metric" and the others
// that choose an epoch.
config::Field epochs_field(std::int64_t& epochs, const std::string& prefix = "");
// metrics: the columns that early stopping may look at.
std::vector<config::Field> selection_fields(EarlyStoppingOptions& early_stopping, bool& keep_best,
                                            const std::vector<std::string>& metrics,
                                            const std::string& prefix = "");

// The option that needs the metric of early stopping, and its value: {"keep_best", "true"}. Nothing when no
// option does.
struct MetricUse {
  std::string key, value;
};
std::optional<MetricUse> use_of_metric(const FitOptions& options);

// Throws the errors of the trainer's require_valid, and OptionError for a value out of its range, a metric
// that is not among those of the trainer, and one other than the default that no option needs.
void require_valid(const FitOptions& options);

}  // namespace gradtable
