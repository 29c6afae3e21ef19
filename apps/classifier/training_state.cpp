#include "apps/classifier/training_state.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gradtable/core/blas.hpp>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/text.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::EpochMetrics;
using gradtable::NamedTexts;

constexpr std::string_view kField = "config.";  // begins the names of fields among a checkpoint's texts

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
    if (value < 0 || value > most)
      throw gradtable::CheckpointError(
          fmt::format("{}: {} is {}; expected a number from 0 to {}", checkpoint_.path, key, value, most));
    return value;
  }

  std::vector<EpochMetrics> metrics() const {
    try {
      return gradtable::parse_metrics_csv(text("metrics"), fmt::format("{}: metrics", checkpoint_.path));
    } catch (const gradtable::DataError& error) {
      throw gradtable::CheckpointError(error.what());
    }
  }

 private:
  const gradtable::Checkpoint& checkpoint_;
};

}  // namespace

NamedTexts fields_of(const Program& program, Config config, const Data& data) {
  NamedTexts fields = fields_of(program, std::move(config));
  fields.emplace("program", program.name);
  fields.emplace("training images", fingerprint(data.train));
  fields.emplace("validation images", fingerprint(data.validation));
  return fields;
}

NamedTexts default_fields(const Program& program) {
  return fields_of(program, default_config(program));
}

NamedTexts bits_of(const Config& config, int threads) {
  const gradtable::BlasInfo& blas = gradtable::tune_blas();
  NamedTexts bits = {{"kernels", fmt::format("{} of {}", blas.kernels, blas.library)}};
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

TrainingState state_of(const gradtable::Checkpoint& checkpoint, std::int64_t images) {
  const Texts texts(checkpoint);
  TrainingState state;
  state.epochs = texts.metrics();
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  state.so_far.images = texts.count("images", images);
  state.so_far.correct = texts.count("correct", state.so_far.images);
  state.so_far.loss_sum = texts.number<double>("loss_sum");
  state.seconds = texts.number<double>("seconds");
  state.best = {texts.number<double>("best"), texts.count("best_epoch", done), texts.count("waited", done)};
  state.rate = {texts.number<double>("plateau.rate"), texts.number<double>("plateau.best"),
                texts.count("plateau.worse", done), texts.count("plateau.remaining", done)};
  return state;
}

}  // namespace classifier
