#include "apps/classifier/training_state.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/classifier/setup.hpp"
#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/machine/blas.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/text.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::EpochMetrics;
using gradtable::NamedTexts;

constexpr std::string_view kField = "config.";  // begins the names of fields among a checkpoint's texts

// "Haswell of OpenBLAS 0.3.21", as a checkpoint keeps the kernels.
constexpr std::string_view kOf = " of ";
constexpr std::size_t kMostOfName = 200;

// That of the images, measured or given, in place of the words of the key.
constexpr const char* kNormalize = "data.normalize";

// What a training may be gone on with in another way: where the data and results are, how long it goes on,
// and what is only looked at.
bool may_differ(const std::string& key) {
  return key == "threads" || key == "training.epochs" || key == "training.early_stopping.patience" ||
         key == "training.measure_test" || key.starts_with("data.") || key.starts_with("output.");
}

// JSON; names without its quotes.
std::string as_text(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

NamedTexts fields_of(const Program& program, Config config) {
  const gradtable::ConfigTable table = config_table(program, config);
  NamedTexts fields;
  for (const gradtable::Field& field : table.fields())
    if (!may_differ(field.key)) fields.emplace(field.key, as_text(field.write()));
  return fields;
}

// More epochs make a cosine longer, unless its length is given.
std::string advice(const NamedTexts& found, const NamedTexts& expected) {
  constexpr const char* kEpochs = "training.schedule.epochs";
  for (const NamedTexts* fields : {&found, &expected}) {
    const auto type = fields->find("training.schedule.type");
    if (type == fields->end() || type->second != "cosine" || !fields->contains(kEpochs)) return "";
  }
  const std::string& before = found.at(kEpochs);
  if (before == expected.at(kEpochs)) return "";
  return fmt::format("; to go on with the cosine of the checkpoint, set {}={}", kEpochs,
                     gradtable::printable(before));
}

// The texts of a checkpoint as numbers.
class Texts {
 public:
  explicit Texts(const gradtable::Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  const std::string& text(const std::string& key) const {
    const auto found = checkpoint_.texts.find(key);
    if (found == checkpoint_.texts.end())
      throw gradtable::CheckpointError(fmt::format("{}: no text {}; expected the checkpoint of a training",
                                                   checkpoint_.path, gradtable::in_quotes(key)));
    return found->second;
  }

  template <class T>
  T number(const std::string& key) const {
    const std::string& digits = text(key);
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
      throw gradtable::CheckpointError(fmt::format("{}: {} is {}; expected a number", checkpoint_.path, key,
                                                   gradtable::in_quotes(digits)));
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
    throw gradtable::CheckpointError(
        fmt::format("{}: {} is {}; expected {}", checkpoint_.path, key, found, expected));
  }

  bool has(const std::string& key) const { return checkpoint_.texts.contains(key); }

  std::vector<EpochMetrics> metrics() const {
    if (!text("metrics").ends_with('\n'))
      refuse("metrics", gradtable::in_quotes(last_line()),
             "the names of the columns and a line for each epoch, each with its end");
    try {
      return gradtable::parse_metrics_csv(text("metrics"), fmt::format("{}: metrics", checkpoint_.path));
    } catch (const gradtable::DataError& error) {
      throw gradtable::CheckpointError(error.what());
    }
  }

 private:
  std::string_view last_line() const {
    const std::string_view all = text("metrics");
    return all.substr(all.rfind('\n') + 1);  // npos + 1 is 0
  }

  const gradtable::Checkpoint& checkpoint_;
};

// A loss is at least 0, but for what is lost in rounding and the epsilon of a logarithm.
constexpr double kLeastLoss = -1e-3;

// The numbers of an epoch that a training can have had.
class EpochCheck {
 public:
  EpochCheck(const std::string& path, std::size_t row, const EpochMetrics& epoch)
      : place_(fmt::format("{}: metrics:{}", path, row)), epoch_(epoch) {}

  void check(std::size_t number, const Config& config, const Data& data) const {
    if (epoch_.epoch != static_cast<std::int64_t>(number))
      refuse("epoch", epoch_.epoch, fmt::format("{}", number));
    const double any = std::numeric_limits<double>::max();
    within("train_loss", epoch_.train_loss, kLeastLoss, any);
    within("train_accuracy", epoch_.train_accuracy, 0, 1);
    within("learning_rate", epoch_.learning_rate, 0, (1 + 1e-9) * config.training.optimizer.learning_rate);
    within("seconds", epoch_.seconds, 0, any);
    within("images_per_second", epoch_.images_per_second, 0, any);
    const bool validated = data.validation.size() > 0;
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
    throw gradtable::CheckpointError(fmt::format("{}: {} is {}; expected {}", place_, name, found, expected));
  }

  std::string place_;
  const EpochMetrics& epoch_;
};

// What the metrics of the epochs have made of them.
void go_through_epochs(const Config& config, TrainingState& state) {
  const Config::Training& training = config.training;
  const gradtable::Better better = better_of(training.early_stopping.metric);
  gradtable::EarlyStopping stopping(better);
  gradtable::LearningRate rate(training.optimizer.learning_rate, training.schedule, better);
  for (const EpochMetrics& epoch : state.epochs) {
    const double metric = metric_of(epoch, training.early_stopping.metric);
    stopping.is_best(epoch.epoch, metric);
    rate.end_epoch(metric);
  }
  state.best = stopping.state();
  state.rate = rate.state();
}

// What changes() compares and shows, where the checkpoint knows it.
void require_bits(const Texts& texts) {
  if (texts.has("threads"))
    if (const auto threads = texts.number<std::int64_t>("threads");
        threads < 1 || threads > gradtable::kMostThreads)
      texts.refuse("threads", threads, fmt::format("a number from 1 to {}", gradtable::kMostThreads));
  if (!texts.has("kernels")) return;
  const std::string& kernels = texts.text("kernels");
  const std::size_t of = kernels.find(kOf);
  if (of == std::string::npos || of == 0 || of + kOf.size() == kernels.size() ||
      gradtable::printable(kernels, kMostOfName) != kernels)
    texts.refuse("kernels", gradtable::in_quotes(kernels), "kernels of a library, as Haswell of OpenBLAS");
}

// Where a training can stop: behind a batch.
void read_position(const Texts& texts, const Config& config, const Data& data, TrainingState& state) {
  gradtable::Score& seen = state.so_far;
  const std::int64_t all = data.train.size(), batch = config.training.batch_size;
  seen.images = texts.count("images", all);
  if (seen.images != all && seen.images % batch != 0)
    texts.refuse("images", seen.images, fmt::format("a multiple of the batch size {}", batch));
  seen.correct = texts.count("correct", seen.images);
  seen.loss_sum = texts.real("loss_sum", 0 + kLeastLoss * static_cast<double>(seen.images));
  if (seen.images == 0 && seen.loss_sum != 0) texts.refuse("loss_sum", seen.loss_sum, "0, of no images");
  state.seconds = texts.real("seconds", 0);
}

}  // namespace

NamedTexts fields_of(const Program& program, Config config, const Data& data) {
  const std::string normalization = to_text(config.data.normalize.numbers);
  NamedTexts fields = fields_of(program, std::move(config));
  fields.emplace(kNormalize, normalization);
  fields.emplace("program", program.name);
  fields.emplace("training images", fingerprint(data.train));
  fields.emplace("validation images", fingerprint(data.validation));
  return fields;
}

NamedTexts default_fields(const Program& program) {
  NamedTexts fields = fields_of(program, default_config(program));
  fields.emplace(kNormalize, to_text(gradtable::Normalization{}));
  return fields;
}

NamedTexts bits_of(const Config& config, int threads) {
  const gradtable::BlasInfo& blas = gradtable::tune_blas();
  NamedTexts bits = {{"kernels", fmt::format("{}{}{}", blas.kernels, kOf, blas.library)}};
  if (!config.training.deterministic) bits.emplace("threads", fmt::format("{}", threads));
  return bits;
}

std::string changes(const gradtable::Checkpoint& checkpoint, const NamedTexts& bits) {
  std::string text;
  for (const auto& [key, value] : bits) {
    const auto before = checkpoint.texts.find(key);
    if (before == checkpoint.texts.end() || before->second == value) continue;
    text += fmt::format("{}{} {}, before {}", text.empty() ? "" : "; ", key, value, before->second);
  }
  return text;
}

NamedTexts to_texts(const TrainingState& state, const NamedTexts& fields) {
  const auto text = [](auto number) { return fmt::format("{}", number); };
  NamedTexts texts = {{"metrics", gradtable::metrics_csv(state.epochs)},
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

void require_same_training(const gradtable::Checkpoint& checkpoint, const NamedTexts& fields,
                           const NamedTexts& defaults) {
  NamedTexts found;
  for (const auto& [key, value] : checkpoint.texts)
    if (key.starts_with(kField)) found.emplace(key.substr(kField.size()), value);
  try {
    gradtable::require_same(checkpoint.path, found, fields, defaults);
  } catch (const gradtable::CheckpointError& error) {
    throw gradtable::CheckpointError(fmt::format("{}{}", error.what(), advice(found, fields)));
  }
}

double metric_of(const EpochMetrics& epoch, const std::string& name) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (name == "train_loss") return epoch.train_loss;
  if (name == "validation_loss") return epoch.validation_loss.value_or(kNaN);
  if (name == "validation_accuracy") return epoch.validation_accuracy.value_or(kNaN);
  return epoch.validation_balanced_accuracy.value_or(kNaN);
}

TrainingState state_of(const gradtable::Checkpoint& checkpoint, const Config& config, const Data& data) {
  const Texts texts(checkpoint);
  TrainingState state;
  state.epochs = texts.metrics();
  for (std::size_t i = 0; i < state.epochs.size(); ++i)
    EpochCheck(checkpoint.path, i + 2, state.epochs[i]).check(i + 1, config, data);
  read_position(texts, config, data, state);
  require_bits(texts);
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  for (const char* const key : {"best_epoch", "waited", "plateau.worse", "plateau.remaining"})
    texts.count(key, done);
  go_through_epochs(config, state);
  texts.require("best", state.best.best);
  texts.require("best_epoch", state.best.best_epoch);
  texts.require("waited", state.best.waited);
  texts.require("plateau.rate", state.rate.rate);
  texts.require("plateau.best", state.rate.best);
  texts.require("plateau.worse", state.rate.worse);
  texts.require("plateau.remaining", state.rate.remaining);
  return state;
}

}  // namespace classifier
