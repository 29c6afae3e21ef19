#include "gradtable/models/training/trainer_fields.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"
#include "gradtable/models/training/losses.hpp"
#include "gradtable/models/training/metrics_csv.hpp"

namespace gradtable {
namespace {

using config::boolean;
using config::choice;
using config::Field;
using config::integer;
using config::kFraction;
using config::kFromOne;
using config::kFromZero;
using config::real;
using config::real_or_zero;
using config::RealRange;

constexpr RealRange kNotNegative{.low = 0};

// Keys with a prefix.
class Keys {
 public:
  explicit Keys(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string operator()(std::string_view name) const { return prefix_ + std::string(name); }

 private:
  std::string prefix_;
};

std::vector<Field> step_fields(TrainerOptions& options, const Keys& key, std::optional<Targets> targets) {
  return {
      integer(key("batch_size"), options.batch_size, kBatchSizes,
              "images in a step; at most the training set"),
      boolean(key("shuffle"), options.shuffle, "a new order of the images in every epoch"),
      boolean(key("deterministic"), options.deterministic, "the same bits whatever the number of threads"),
      choice(key("loss"), options.loss, loss_names(targets), "the loss to minimize"),
      choice(key("loss_reduction"), options.loss_reduction,
             {{"mean", LossReduction::mean}, {"sum", LossReduction::sum}},
             "the loss of an update: the mean over its images, or their sum; losses are printed as means"),
      real(key("label_smoothing"), options.label_smoothing, {.low = 0, .high = 1},
           "softmax_cross_entropy: share of each label that is spread over all classes"),
      integer(key("gradient_accumulation"), options.gradient_accumulation, kFromZero,
              "batches in one update; 0: all of an epoch"),
  };
}

std::vector<Field> optimizer_fields(OptimizerOptions& optimizer, const Keys& key) {
  return {
      choice(key("optimizer.type"), optimizer.type, optimizer_names(), "the optimizer"),
      real(key("optimizer.learning_rate"), optimizer.learning_rate, kLearningRates, "the step size"),
      real(key("optimizer.momentum"), optimizer.momentum, kFraction,
           "momentum and nesterov: factor of the last step; null: 0.9"),
      real(key("optimizer.alpha"), optimizer.alpha, kFraction,
           "rmsprop: decay of the mean of squares; null: 0.99"),
      real(key("optimizer.beta1"), optimizer.beta1, kFraction,
           "adam and adamw: decay of the mean; null: 0.9"),
      real(key("optimizer.beta2"), optimizer.beta2, kFraction,
           "adam and adamw: decay of the mean of squares; null: 0.999"),
      real(key("optimizer.epsilon"), optimizer.epsilon, {.low = 0, .low_open = true},
           "adagrad, rmsprop, adam and adamw: added to the root; null: 1e-8, adagrad 1e-10"),
      real_or_zero(key("weight_decay"), optimizer.weight_decay, kNotNegative,
                   "lambda of the penalty lambda/2 |w|^2; adamw decays the weights themselves; 0: none"),
      real_or_zero(key("l1"), optimizer.l1, kNotNegative, "lambda of the penalty lambda |w|_1; 0: none"),
      choice(key("penalize"), optimizer.penalized, {{"all", Penalized::all}, {"weights", Penalized::weights}},
             "the parameters with weight_decay and l1: all, or weights without biases"),
      real_or_zero(key("clip_norm"), optimizer.clip_norm, kNotNegative,
                   "maximum norm of the gradient; 0: no clipping"),
      real_or_zero(key("clip_value"), optimizer.clip_value, kNotNegative,
                   "maximum magnitude of an element of the gradient; 0: no clipping"),
  };
}

std::vector<Field> schedule_fields(ScheduleOptions& schedule, const Keys& key) {
  return {
      choice(key("schedule.type"), schedule.type, schedule_names(), "how the learning rate falls"),
      real(key("schedule.factor"), schedule.factor, {.low = 0, .high = 1, .low_open = true},
           "step, exponential (in each epoch) and plateau: factor of the rate; null: 0.1, exponential 0.95"),
      integer(key("schedule.every"), schedule.every, kFromOne,
              "step: epochs from one drop to the next, counted from the end of the warm-up"),
      integer(key("schedule.epochs"), schedule.epochs, kFromZero,
              "cosine: epochs until the least rate, warm-up included; 0: training.epochs"),
      real(key("schedule.least"), schedule.least, kNotNegative,
           "cosine and plateau: the least rate; at most the learning rate"),
      integer(key("schedule.patience"), schedule.patience, kFromZero,
              "plateau: epochs without improvement before the rate drops"),
      integer(key("schedule.warmup_epochs"), schedule.warmup_epochs, kFromZero,
              "epochs in which the rate rises to the start of the schedule, fewer than a cosine's; 0: none"),
  };
}

std::vector<Field> augmentation_fields(AugmentationOptions& augmentation, const Keys& key) {
  return {
      real(key("augmentation.shift"), augmentation.shift, AugmentationOptions::kShift,
           "shift each training image by up to this many pixels, along rows and along columns"),
      real(key("augmentation.rotate"), augmentation.rotate, AugmentationOptions::kRotate,
           "rotate each training image by up to this many degrees, either way"),
      real(key("augmentation.scale"), augmentation.scale, AugmentationOptions::kScale,
           "scale each training image up or down by up to this share: 0.1 is from 0.9 to 1.1"),
      real(key("augmentation.elastic.sigma"), augmentation.elastic.sigma, ElasticOptions::kSigma,
           "elastic distortion: width of the Gaussian that smooths it, in pixels"),
      real(key("augmentation.elastic.alpha"), augmentation.elastic.alpha, ElasticOptions::kAlpha,
           "elastic distortion: strength, in pixels before smoothing; 0: none"),
  };
}

void require_each(TrainerOptions options) {
  require_fields(trainer_fields(options), "trainer");
  if (options.threads < kThreads.low || options.threads > kThreads.high)
    throw OptionError("threads", fmt::format("{}", options.threads),
                      fmt::format("an integer from {} to {}", kThreads.low, kThreads.high));
}

void require_loss(const TrainerOptions& options) {
  if (options.loss_reduction == LossReduction::none)
    throw OptionError("loss_reduction", "none", "\"mean\" or \"sum\"");
  const bool smooths = !options.loss_function && find_loss(options.loss).smooths_labels;
  if (options.label_smoothing > 0 && !smooths)
    throw OptionError("label_smoothing", fmt::format("{}", options.label_smoothing),
                      fmt::format("0 with the loss {}", options.loss_function ? "function" : options.loss));
}

void require_metrics(const std::vector<Metric>& metrics) {
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const std::string& name = metrics[i].name;
    const auto same = [&](const Metric& other) { return other.name == name; };
    if (!is_metric_name(name) || name == "loss" ||
        std::ranges::find_if(metrics, same) != metrics.begin() + static_cast<std::ptrdiff_t>(i))
      throw OptionError("metrics", in_quotes(name),
                        "different names of small letters, digits and _, none of them loss");
    if (!metrics[i].values)
      throw OptionError("metrics", fmt::format("{} without values", name), "a function of each metric");
  }
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

template <class Number>
void require_default(const ScheduleOptions& schedule, Number ScheduleOptions::*number, std::string_view key,
                     std::initializer_list<std::string_view> types) {
  const Number unchanged = ScheduleOptions{}.*number;
  if (schedule.*number == unchanged || is_one_of(schedule.type, types)) return;
  throw OptionError(
      fmt::format("schedule.{}", key), fmt::format("{}", schedule.*number),
      fmt::format("the default {}: schedule \"{}\" ignores `{}`", unchanged, schedule.type, key));
}

void require_no_other_schedule(const ScheduleOptions& schedule) {
  if (schedule.factor && !is_one_of(schedule.type, {"step", "exponential", "plateau"}))
    throw OptionError("schedule.factor", fmt::format("{}", *schedule.factor),
                      fmt::format("null with the schedule {}", schedule.type));
  require_default(schedule, &ScheduleOptions::every, "every", {"step"});
  require_default(schedule, &ScheduleOptions::epochs, "epochs", {"cosine"});
  require_default(schedule, &ScheduleOptions::least, "least", {"cosine", "plateau"});
  require_default(schedule, &ScheduleOptions::patience, "patience", {"plateau"});
}

void require_schedule(const ScheduleOptions& schedule, double learning_rate) {
  require_no_other_schedule(schedule);
  if (schedule.least > learning_rate)
    throw OptionError("schedule.least", fmt::format("{}", schedule.least),
                      fmt::format("at most {}, the learning rate", learning_rate));
  if (schedule.type != "cosine") return;
  if (schedule.epochs == 0) throw OptionError("schedule.epochs", "0", "at least 1 with the schedule cosine");
  if (schedule.warmup_epochs > 0 && schedule.warmup_epochs >= schedule.epochs)
    throw OptionError(
        "schedule.warmup_epochs", fmt::format("{}", schedule.warmup_epochs),
        fmt::format("fewer than the {} epochs of the cosine, which the warm-up is part of", schedule.epochs));
}

}  // namespace

OptionError::OptionError(std::string key_, std::string found_, std::string expected_, std::string_view where)
    : ConfigError(fmt::format("{}: {}: expected {}, got {}", where, key_, expected_, found_)),
      key(std::move(key_)),
      found(std::move(found_)),
      expected(std::move(expected_)) {}

std::vector<Field> trainer_fields(TrainerOptions& options, const std::string& prefix,
                                  std::optional<Targets> targets) {
  const Keys key(prefix);
  std::vector<Field> fields = step_fields(options, key, targets);
  append(fields, optimizer_fields(options.optimizer, key));
  append(fields, schedule_fields(options.schedule, key));
  append(fields, augmentation_fields(options.augmentation, key));
  return fields;
}

void require_fields(const std::vector<Field>& fields, std::string_view where) {
  for (const Field& field : fields) {
    const nlohmann::json value = field.write();
    try {
      field.read(value, field.key);
    } catch (const ConfigError&) {
      throw OptionError(field.key, config::describe(value), field.expected, where);
    }
  }
}

void require_valid(const TrainerOptions& options) {
  require_each(options);
  require_loss(options);
  require_metrics(options.metrics);
  require_valid(options.optimizer);
  require_valid(options.normalization);
  require_schedule(options.schedule, options.optimizer.learning_rate);
}

}  // namespace gradtable
