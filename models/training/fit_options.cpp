#include "gradtable/models/training/fit_options.hpp"

#include <fmt/format.h>

#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

void require_each(FitOptions options) {
  std::vector<Field> fields = {epochs_field(options.epochs),
                               integer("checkpoint_every", options.checkpoint_every, kFromOne, "")};
  append(fields, selection_fields(options.early_stopping, options.keep_best));
  require_fields(fields, "fit");
}

}  // namespace

Better better_of(const std::string& metric) {
  return metric.ends_with("accuracy") ? Better::higher : Better::lower;
}

Field epochs_field(std::int64_t& epochs, const std::string& prefix) {
  return integer(prefix + "epochs", epochs, kEpochs, "passes over the training set");
}

std::vector<Field> selection_fields(EarlyStoppingOptions& early_stopping, bool& keep_best,
                                    const std::string& prefix) {
  return {
      choice(prefix + "early_stopping.metric", early_stopping.metric,
             {"train_loss", "validation_loss", "validation_accuracy", "validation_balanced_accuracy"},
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
