// A checkpoint with changed texts and tensors, whose checksums are right: a CheckpointError, a NumericError
// or the state of a training.
#include "gradtable/models/training/checkpoint.hpp"

#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include <apps/classifier/training_state.hpp>
#include <fuzzer/FuzzedDataProvider.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"

namespace {

using gradtable::TensorFile;

constexpr std::int64_t kImages = 100;

gradtable::Graph& network() {
  static gradtable::Graph graph;
  if (graph.size() == 0) graph.parameter("W1", gradtable::zeros({3, 2}));
  return graph;
}

// After one epoch and a part of the next one.
TensorFile unchanged() {
  classifier::TrainingState state;
  state.epochs.resize(1);
  state.so_far = {.images = 64, .correct = 10, .loss_sum = 1.5};
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("gradtable_fuzz_" + std::to_string(getpid()));
  gradtable::write_checkpoint(path, network(), {}, classifier::to_texts(state, {{"seed", "1"}}));
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
  FuzzedDataProvider input(data, size);
  TensorFile file = original;
  while (input.remaining_bytes() > 0) change(input, file);
  try {
    const gradtable::Checkpoint checkpoint = gradtable::to_checkpoint(std::move(file), "input");
    classifier::require_same_training(checkpoint, {{"seed", "1"}}, {});
    classifier::state_of(checkpoint, kImages);
    gradtable::restore(network(), checkpoint);
  } catch (const gradtable::CheckpointError&) {
  } catch (const gradtable::NumericError&) {
  }
  return 0;
}
