// A checkpoint with changed texts and tensors, whose checksums are right: a CheckpointError, a NumericError
// or the state of a training.
#include "gradtable/models/training/checkpoint.hpp"

#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/digits.hpp"
#include "gradtable/models/training/fit_state.hpp"

namespace {

using gradtable::TensorFile;

const gradtable::FitOptions kOptions = {.trainer = {.metrics = gradtable::default_metrics(), .seed = 1}};

const gradtable::FitData& images() {
  static const gradtable::FitData made = {.train = gradtable::draw_digits(100, 1),
                                          .validation = gradtable::draw_digits(10, 2)};
  return made;
}

gradtable::Graph& network() {
  static gradtable::Graph graph;
  if (graph.size() == 0) graph.parameter("W1", gradtable::zeros({3, 2}));
  return graph;
}

// After one epoch and a part of the next one.
gradtable::FitState half_trained() {
  const gradtable::TrainerOptions& trainer = kOptions.trainer;
  const std::string& metric = kOptions.early_stopping.metric;
  gradtable::EarlyStopping stopping;
  gradtable::LearningRate rate(trainer.optimizer.learning_rate, trainer.schedule);
  gradtable::FitState state;
  state.epochs.push_back({.epoch = 1,
                          .values = {{"train_loss", 0.5},
                                     {"train_accuracy", 0.75},
                                     {"validation_loss", 0.25},
                                     {"validation_accuracy", 0.5},
                                     {"validation_balanced_accuracy", 0.5}},
                          .learning_rate = trainer.optimizer.learning_rate});
  stopping.is_best(1, state.epochs[0].at(metric));
  rate.end_epoch(state.epochs[0].at(metric));
  state.best = stopping.state();
  state.rate = rate.state();
  state.so_far = {.examples = trainer.batch_size,
                  .loss_sum = 1.5,
                  .sums = {{10}, {}},
                  .metrics = std::make_shared<const std::vector<gradtable::Metric>>(trainer.metrics)};
  return state;
}

TensorFile unchanged() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("gradtable_fuzz_" + std::to_string(getpid()));
  gradtable::write_checkpoint(
      path, network(), {},
      gradtable::to_texts(half_trained(), gradtable::columns_of(kOptions.trainer.metrics), {{"seed", "1"}}));
  TensorFile file = gradtable::read_safetensors(path);
  std::filesystem::remove(path);
  return file;
}

std::string text(FuzzedDataProvider& input) {
  return input.ConsumeRandomLengthString(64);
}

// The key of one that is there, or any.
template <class Map>
std::string key(FuzzedDataProvider& input, const Map& map) {
  if (map.empty() || input.ConsumeIntegralInRange(0, 7) == 0) return text(input);
  return std::next(map.begin(), input.ConsumeIntegralInRange<std::ptrdiff_t>(0, std::ssize(map) - 1))->first;
}

gradtable::Array numbers(FuzzedDataProvider& input) {
  const auto rows = input.ConsumeIntegralInRange<std::int64_t>(0, 4);
  const auto columns = input.ConsumeIntegralInRange<std::int64_t>(0, 4);
  return gradtable::full({rows, columns}, input.ConsumeFloatingPoint<float>());
}

void change(FuzzedDataProvider& input, TensorFile& file) {
  switch (input.ConsumeIntegralInRange(0, 3)) {
    case 0:
      file.metadata[key(input, file.metadata)] = text(input);
      break;
    case 1:
      file.metadata.erase(key(input, file.metadata));
      break;
    case 2:
      file.tensors.insert_or_assign(key(input, file.tensors), numbers(input));
      break;
    default:
      file.tensors.erase(key(input, file.tensors));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TensorFile original = unchanged();
  // Mutations begin with a state that is accepted.
  [[maybe_unused]] static const gradtable::FitState accepted =
      gradtable::state_of(gradtable::to_checkpoint(original, "input"), kOptions, images());
  FuzzedDataProvider input(data, size);
  TensorFile file = original;
  while (input.remaining_bytes() > 0) change(input, file);
  try {
    const gradtable::Checkpoint checkpoint = gradtable::to_checkpoint(std::move(file), "input");
    gradtable::require_same_training(checkpoint, {{"seed", "1"}}, {});
    gradtable::state_of(checkpoint, kOptions, images());
    gradtable::restore(network(), checkpoint);
  } catch (const gradtable::CheckpointError&) {
  } catch (const gradtable::NumericError&) {
  }
  return 0;
}
