#include "gradtable/models/training/fit_state.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/training/detail/checkpoint_texts.hpp"
#include "gradtable/models/training/detail/epoch_check.hpp"
#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

using config::Field;

constexpr std::string_view kField = "config.";  // begins the names of fields among a checkpoint's texts

// "Haswell of OpenBLAS 0.3.21", as a checkpoint keeps the kernels.
constexpr std::string_view kOf = " of ";
constexpr std::size_t kMostOfName = 200;

std::string to_text(const std::vector<ParameterGroup>& groups) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ParameterGroup& group : groups) {
    list.push_back({{"names", group.names}, {"rate", group.rate}, {"frozen", group.frozen}});
    if (group.weight_decay) list.back()["weight_decay"] = *group.weight_decay;
  }
  return list.dump();
}

std::string names_of(const std::vector<Metric>& metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics.empty() ? default_metrics() : metrics) names.push_back(metric.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// The options that a checkpoint must have been written with. Their names are the keys of a config.
NamedTexts fields_of(FitOptions options) {
  constexpr const char* kPrefix = "training.";
  std::vector<Field> fields = trainer_fields(options.trainer, kPrefix);
  append(fields, selection_fields(options.early_stopping, options.keep_best, {}, kPrefix));
  NamedTexts texts = texts_of(fields);
  if (options.trainer.loss_function) texts["training.loss"] = "a function";
  texts.emplace("training.metrics", names_of(options.trainer.metrics));
  texts.erase("training.early_stopping.patience");  // a training may continue with more
  if (!options.trainer.optimizer.groups.empty())
    texts.emplace("training.optimizer.groups", to_text(options.trainer.optimizer.groups));
  texts.emplace("seed", fmt::format("{}", options.trainer.seed));
  texts.emplace("data.normalize", to_text(options.trainer.normalization));
  return texts;
}

// More epochs make a cosine longer, unless its length is given.
std::string advice(const NamedTexts& found, const NamedTexts& expected) {
  constexpr const char* kLength = "training.schedule.epochs";
  for (const NamedTexts* fields : {&found, &expected}) {
    const auto type = fields->find("training.schedule.type");
    if (type == fields->end() || type->second != "cosine" || !fields->contains(kLength)) return "";
  }
  const std::string& before = found.at(kLength);
  if (before == expected.at(kLength)) return "";
  return fmt::format("; to continue with the cosine of the checkpoint, set {}={}", kLength,
                     printable(before));
}

// Early stopping and learning rate as the metrics of the epochs make them.
void go_through_epochs(const FitOptions& options, FitState& state) {
  const Better better = options.trainer.better;
  EarlyStopping stopping(better);
  LearningRate rate(options.trainer.optimizer.learning_rate, options.trainer.schedule, better);
  for (const EpochMetrics& epoch : state.epochs) {
    const double metric = watched_metric(options, epoch);
    stopping.is_best(epoch.epoch, metric);
    rate.end_epoch(metric);
  }
  state.best = stopping.state();
  state.rate = rate.state();
}

// What changes() compares and shows, where the checkpoint knows it.
void require_bits(const detail::CheckpointTexts& texts) {
  if (texts.has("threads"))
    if (const auto threads = texts.number<std::int64_t>("threads"); threads < 1 || threads > kMostThreads)
      texts.refuse("threads", threads, fmt::format("a number from 1 to {}", kMostThreads));
  if (!texts.has("kernels")) return;
  const std::string& kernels = texts.text("kernels");
  const std::size_t of = kernels.find(kOf);
  if (of == std::string::npos || of == 0 || of + kOf.size() == kernels.size() ||
      printable(kernels, kMostOfName) != kernels)
    texts.refuse("kernels", in_quotes(kernels), "kernels of a library, as Haswell of OpenBLAS");
}

// The key of a metric's sums over the examples of an epoch that has begun.
std::string key_of_sums(const Metric& metric) {
  return fmt::format("sums.{}", metric.name);
}

void read_sums(const detail::CheckpointTexts& texts, const FitOptions& options, Score& seen) {
  seen.metrics = std::make_shared<const std::vector<Metric>>(options.trainer.metrics);
  for (const Metric& metric : options.trainer.metrics) {
    std::vector<double> sums;
    std::string key = key_of_sums(metric);
    // Older checkpoints have the sum of accuracy alone, as a count.
    if (metric.name == "accuracy" && !texts.has(key) && texts.has("correct")) {
      key = "correct";
      texts.count(key, seen.examples);
    }
    if (metric.in_training && seen.examples > 0) sums = texts.numbers(key);
    seen.sums.push_back(std::move(sums));
  }
}

// A training stops after a whole batch.
void read_position(const detail::CheckpointTexts& texts, const FitOptions& options, const FitData& data,
                   FitState& state) {
  Score& seen = state.so_far;
  const std::int64_t all = data.train.size(), batch = options.trainer.batch_size;
  seen.examples = texts.count("images", all);
  if (seen.examples != all && seen.examples % batch != 0)
    texts.refuse("images", seen.examples, fmt::format("a multiple of the batch size {}", batch));
  read_sums(texts, options, seen);
  seen.loss_sum = texts.real("loss_sum", detail::least_loss(options) * static_cast<double>(seen.examples));
  if (seen.examples == 0 && seen.loss_sum != 0) texts.refuse("loss_sum", seen.loss_sum, "0, of no images");
  state.seconds = texts.real("seconds", 0, detail::kMostSeconds);
}

}  // namespace

double watched_metric(const FitOptions& options, const EpochMetrics& epoch) {
  return epoch.find(options.early_stopping.metric).value_or(std::numeric_limits<double>::quiet_NaN());
}

NamedTexts texts_of(const std::vector<Field>& fields) {
  NamedTexts texts;
  for (const Field& field : fields) {
    const nlohmann::ordered_json value = field.write();
    texts.emplace(field.key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return texts;
}

NamedTexts fields_of(const FitOptions& options, const FitData& data) {
  NamedTexts fields = options.fields;
  fields.merge(fields_of(options));
  fields.emplace("training images", fingerprint(data.train));
  fields.emplace("validation images", fingerprint(data.validation));
  return fields;
}

NamedTexts default_fields(const FitOptions& options) {
  const FitOptions of_all;
  NamedTexts fields = options.defaults;
  fields.merge(fields_of(of_all));
  return fields;
}

NamedTexts bits_of(const TrainerOptions& options, int threads) {
  const BlasInfo& blas = tune_blas();
  NamedTexts bits = {{"kernels", fmt::format("{}{}{}", blas.kernels, kOf, blas.library)}};
  if (!options.deterministic) bits.emplace("threads", fmt::format("{}", threads));
  return bits;
}

std::string changes(const Checkpoint& checkpoint, const NamedTexts& bits) {
  std::string text;
  for (const auto& [key, value] : bits) {
    const auto before = checkpoint.texts.find(key);
    if (before == checkpoint.texts.end() || before->second == value) continue;
    text += fmt::format("{}{} {}, before {}", text.empty() ? "" : "; ", key, value, before->second);
  }
  return text;
}

NamedTexts to_texts(const FitState& state, std::span<const std::string> columns, const NamedTexts& fields) {
  const auto text = [](auto number) { return fmt::format("{}", number); };
  NamedTexts texts = {{"metrics", metrics_csv(columns, state.epochs)},
                      {"images", text(state.so_far.examples)},
                      {"loss_sum", text(state.so_far.loss_sum)},
                      {"seconds", text(state.seconds)},
                      {"best", text(state.best.best)},
                      {"best_epoch", text(state.best.best_epoch)},
                      {"waited", text(state.best.waited)},
                      {"plateau.rate", text(state.rate.rate)},
                      {"plateau.best", text(state.rate.best)},
                      {"plateau.worse", text(state.rate.worse)},
                      {"plateau.remaining", text(state.rate.remaining)}};
  for (std::size_t i = 0; i < state.so_far.sums.size(); ++i)
    if (const Metric& metric = (*state.so_far.metrics)[i]; !state.so_far.sums[i].empty())
      texts.emplace(key_of_sums(metric), fmt::format("{}", fmt::join(state.so_far.sums[i], ",")));
  for (const auto& [key, value] : fields) texts.emplace(fmt::format("{}{}", kField, key), value);
  return texts;
}

void require_classes(const std::string& path, const NamedTexts& texts, std::int64_t classes) {
  const auto stated = texts.find("classes");
  if (stated != texts.end() && stated->second != fmt::format("{}", classes))
    throw CheckpointError(fmt::format("{}: classes is {}; expected {}, as the network has", path,
                                      in_quotes(stated->second), classes));
}

void require_same_training(const Checkpoint& checkpoint, const NamedTexts& fields,
                           const NamedTexts& defaults) {
  NamedTexts found;
  for (const auto& [key, value] : checkpoint.texts)
    if (key.starts_with(kField)) found.emplace(key.substr(kField.size()), value);
  try {
    require_same(checkpoint.path, found, fields, defaults);
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{}{}", error.what(), advice(found, fields)));
  }
}

FitState state_of(const Checkpoint& checkpoint, const FitOptions& options, const FitData& data) {
  const detail::CheckpointTexts texts(checkpoint);
  FitState state;
  state.epochs = texts.metrics();
  for (std::size_t i = 0; i < state.epochs.size(); ++i)
    detail::require_possible(state.epochs[i], i + 1, options, data,
                             fmt::format("{}: metrics:{}", checkpoint.path, i + 2));
  read_position(texts, options, data, state);
  require_bits(texts);
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  for (const char* const key : {"best_epoch", "waited", "plateau.worse", "plateau.remaining"})
    texts.count(key, done);
  go_through_epochs(options, state);
  texts.require("best", state.best.best);
  texts.require("best_epoch", state.best.best_epoch);
  texts.require("waited", state.best.waited);
  texts.require("plateau.rate", state.rate.rate);
  texts.require("plateau.best", state.rate.best);
  texts.require("plateau.worse", state.rate.worse);
  texts.require("plateau.remaining", state.rate.remaining);
  return state;
}

}  // namespace gradtable
