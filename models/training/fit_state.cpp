#include "gradtable/models/training/fit_state.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/text.hpp"
#include "gradtable/models/data/normalization.hpp"
#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kField = "config.";  // begins the names of fields among a checkpoint's texts

// "Haswell of OpenBLAS 0.3.21", as a checkpoint keeps the kernels.
constexpr std::string_view kOf = " of ";
constexpr std::size_t kMostOfName = 200;

// The options that a checkpoint must have been written with. Their names are the keys of a config.
NamedTexts fields_of(FitOptions options) {
  constexpr const char* kPrefix = "training.";
  std::vector<Field> fields = trainer_fields(options.trainer, kPrefix);
  append(fields, selection_fields(options.early_stopping, options.keep_best, kPrefix));
  NamedTexts texts = texts_of(fields);
  texts.erase("training.early_stopping.patience");  // a training may continue with more
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
  return fmt::format("; to go on with the cosine of the checkpoint, set {}={}", kLength, printable(before));
}

// The texts of a checkpoint as numbers.
class Texts {
 public:
  explicit Texts(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  const std::string& text(const std::string& key) const {
    const auto found = checkpoint_.texts.find(key);
    if (found == checkpoint_.texts.end())
      throw CheckpointError(fmt::format("{}: no text {}; expected the checkpoint of a training",
                                        checkpoint_.path, in_quotes(key)));
    return found->second;
  }

  template <class T>
  T number(const std::string& key) const {
    const std::string& digits = text(key);
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw CheckpointError(
          fmt::format("{}: {} is {}; expected a number", checkpoint_.path, key, in_quotes(digits)));
    return value;
  }

  // From 0 to `most`.
  std::int64_t count(const std::string& key, std::int64_t most) const {
    const auto value = number<std::int64_t>(key);
    if (value < 0 || value > most) refuse(key, value, fmt::format("a number from 0 to {}", most));
    return value;
  }

  // Finite, and at least `least`.
  double real(const std::string& key, double least) const {
    const auto value = number<double>(key);
    if (!std::isfinite(value) || value < least)
      refuse(key, value, fmt::format("a finite number of at least {}", least));
    return value;
  }

  template <class T>
  void require(const std::string& key, T expected) const {
    const T found = number<T>(key);
    const bool both_nan = found != found && expected != expected;
    if (found != expected && !both_nan)
      refuse(key, found, fmt::format("{}, which follows from the metrics of its epochs", expected));
  }

  template <class T>
  [[noreturn]] void refuse(const std::string& key, T found, std::string_view expected) const {
    throw CheckpointError(fmt::format("{}: {} is {}; expected {}", checkpoint_.path, key, found, expected));
  }

  bool has(const std::string& key) const { return checkpoint_.texts.contains(key); }

  std::vector<EpochMetrics> metrics() const {
    if (!text("metrics").ends_with('\n'))
      refuse("metrics", in_quotes(last_line()),
             "the names of the columns and a line for each epoch, each with its end");
    try {
      return parse_metrics_csv(text("metrics"), fmt::format("{}: metrics", checkpoint_.path));
    } catch (const DataError& error) {
      throw CheckpointError(error.what());
    }
  }

 private:
  std::string_view last_line() const {
    const std::string_view all = text("metrics");
    return all.substr(all.rfind('\n') + 1);  // npos + 1 is 0
  }

  const Checkpoint& checkpoint_;
};

// A loss is at least 0, but for what is lost in rounding and the epsilon of a logarithm.
constexpr double kLeastLoss = -1e-3;

// The numbers of an epoch that a training can have had.
class EpochCheck {
 public:
  EpochCheck(const std::string& path, std::size_t row, const EpochMetrics& epoch)
      : place_(fmt::format("{}: metrics:{}", path, row)), epoch_(epoch) {}

  void check(std::size_t number, const FitOptions& options, const FitData& data) const {
    if (epoch_.epoch != static_cast<std::int64_t>(number))
      refuse("epoch", epoch_.epoch, fmt::format("{}", number));
    const double any = std::numeric_limits<double>::max();
    within("train_loss", epoch_.train_loss, kLeastLoss, any);
    within("train_accuracy", epoch_.train_accuracy, 0, 1);
    within("learning_rate", epoch_.learning_rate, 0, (1 + 1e-9) * options.trainer.optimizer.learning_rate);
    within("seconds", epoch_.seconds, 0, any);
    within("images_per_second", epoch_.images_per_second, 0, any);
    const bool validated = data.validation.get().size() > 0;
    measured("validation_loss", epoch_.validation_loss, validated, any);
    measured("validation_accuracy", epoch_.validation_accuracy, validated, 1);
    measured("validation_balanced_accuracy", epoch_.validation_balanced_accuracy, validated, 1);
    measured("test_loss", epoch_.test_loss, epoch_.test_accuracy.has_value(), any);
    measured("test_accuracy", epoch_.test_accuracy, epoch_.test_loss.has_value(), 1);
  }

 private:
  void within(std::string_view name, double value, double least, double most) const {
    const bool unbounded = most == std::numeric_limits<double>::max();
    if (std::isfinite(value) && value >= least && value <= most) return;
    refuse(name, value,
           unbounded ? "a finite number of at least 0" : fmt::format("a number from 0 to {}", most));
  }
  void measured(std::string_view name, const std::optional<double>& value, bool expected, double most) const {
    if (value.has_value() != expected)
      refuse(name, value ? fmt::format("{}", *value) : "empty",
             expected ? "a number, as others of its kind were measured" : "nothing, as it is not measured");
    if (value) within(name, *value, most == 1 ? 0 : kLeastLoss, most);
  }
  template <class T>
  [[noreturn]] void refuse(std::string_view name, const T& found, std::string_view expected) const {
    throw CheckpointError(fmt::format("{}: {} is {}; expected {}", place_, name, found, expected));
  }

  std::string place_;
  const EpochMetrics& epoch_;
};

// Early stopping and learning rate as the metrics of the epochs make them.
void go_through_epochs(const FitOptions& options, FitState& state) {
  const std::string& metric = options.early_stopping.metric;
  EarlyStopping stopping(better_of(metric));
  LearningRate rate(options.trainer.optimizer.learning_rate, options.trainer.schedule, better_of(metric));
  for (const EpochMetrics& epoch : state.epochs) {
    stopping.is_best(epoch.epoch, metric_of(epoch, metric));
    rate.end_epoch(metric_of(epoch, metric));
  }
  state.best = stopping.state();
  state.rate = rate.state();
}

// What changes() compares and shows, where the checkpoint knows it.
void require_bits(const Texts& texts) {
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

// A training stops after a whole batch.
void read_position(const Texts& texts, const FitOptions& options, const FitData& data, FitState& state) {
  Score& seen = state.so_far;
  const std::int64_t all = data.train.get().size(), batch = options.trainer.batch_size;
  seen.images = texts.count("images", all);
  if (seen.images != all && seen.images % batch != 0)
    texts.refuse("images", seen.images, fmt::format("a multiple of the batch size {}", batch));
  seen.correct = texts.count("correct", seen.images);
  seen.loss_sum = texts.real("loss_sum", 0 + kLeastLoss * static_cast<double>(seen.images));
  if (seen.images == 0 && seen.loss_sum != 0) texts.refuse("loss_sum", seen.loss_sum, "0, of no images");
  state.seconds = texts.real("seconds", 0);
}

}  // namespace

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
  NamedTexts fields = options.defaults;
  fields.merge(fields_of(FitOptions{}));
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

NamedTexts to_texts(const FitState& state, const NamedTexts& fields) {
  const auto text = [](auto number) { return fmt::format("{}", number); };
  NamedTexts texts = {{"metrics", metrics_csv(state.epochs)},
                      {"images", text(state.so_far.images)},
                      {"correct", text(state.so_far.correct)},
                      {"loss_sum", text(state.so_far.loss_sum)},
                      {"seconds", text(state.seconds)},
                      {"best", text(state.best.best)},
                      {"best_epoch", text(state.best.best_epoch)},
                      {"waited", text(state.best.waited)},
                      {"plateau.rate", text(state.rate.rate)},
                      {"plateau.best", text(state.rate.best)},
                      {"plateau.worse", text(state.rate.worse)},
                      {"plateau.remaining", text(state.rate.remaining)}};
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

double metric_of(const EpochMetrics& epoch, const std::string& name) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (name == "train_loss") return epoch.train_loss;
  if (name == "validation_loss") return epoch.validation_loss.value_or(kNaN);
  if (name == "validation_accuracy") return epoch.validation_accuracy.value_or(kNaN);
  return epoch.validation_balanced_accuracy.value_or(kNaN);
}

FitState state_of(const Checkpoint& checkpoint, const FitOptions& options, const FitData& data) {
  const Texts texts(checkpoint);
  FitState state;
  state.epochs = texts.metrics();
  for (std::size_t i = 0; i < state.epochs.size(); ++i)
    EpochCheck(checkpoint.path, i + 2, state.epochs[i]).check(i + 1, options, data);
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
