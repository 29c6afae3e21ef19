#include "gradtable/models/data/normalization.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

constexpr const char* kNone = "none";

// Sums of c (x - shift)^k, k = 1 and 2, over values x that are there c times.
struct Moments {
  double count = 0, sum = 0, squares = 0;
  double least = std::numeric_limits<double>::infinity(), most = -least;

  void add(double x, double times = 1) {
    count += times;
    sum += times * x;
    squares += times * x * x;
    least = std::min(least, x);
    most = std::max(most, x);
  }
};

// The numbers of one channel: in each example, `count` of them from number `begin` on.
struct Channel {
  std::size_t begin, count;
};

// Calls f with each number of a channel.
template <class T, class F>
void for_each(const Dataset& dataset, const Channel& channel, const F& f) {
  const auto numbers = dataset.inputs.as<T>();
  const auto features = static_cast<std::size_t>(dataset.features());
  for (std::size_t first = channel.begin; first < numbers.size(); first += features)
    for (const T number : numbers.subspan(first, channel.count)) f(number);
}

// Bytes by how often each is there, so that nothing is lost in the sum of many.
Moments moments_of_bytes(const Dataset& dataset, const Channel& channel, double shift) {
  std::array<std::int64_t, 256> times{};
  for_each<std::uint8_t>(dataset, channel, [&](std::uint8_t byte) { ++times[byte]; });
  Moments moments;
  for (std::size_t byte = 0; byte < times.size(); ++byte)
    if (times[byte] > 0)
      moments.add(static_cast<double>(byte) / 255 - shift, static_cast<double>(times[byte]));
  return moments;
}

Moments moments_of(const Dataset& dataset, const Channel& channel, double shift) {
  if (dataset.inputs.dtype() == DType::uint8) return moments_of_bytes(dataset, channel, shift);
  Moments moments;
  dispatch(dataset.inputs.dtype(), [&]<class T>() {
    for_each<T>(dataset, channel, [&](T number) { moments.add(static_cast<double>(number) - shift); });
  });
  return moments;
}

std::string_view numbers_in(const Dataset& dataset) {
  return dataset.inputs.dtype() == DType::uint8 || dataset.example().rank() > 1 ? "pixels" : "inputs";
}

Tensor per_channel(const Tensor& images, const std::vector<double>& values, Location at) {
  const DType dtype = images.dtype();
  const auto channels = static_cast<std::int64_t>(values.size());
  if (channels == 1) return images.graph().constant(values.front(), dtype, at);
  return images.graph().constant(
      cast(Array(ConstView(std::span<const double>(values), {channels, 1})), dtype), at);
}

std::optional<std::vector<double>> numbers_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->empty()) return std::nullopt;
  if (!std::ranges::all_of(*found, [](const auto& value) { return value.is_number(); })) return std::nullopt;
  return found->get<std::vector<double>>();
}

constexpr double kSame = 1e-6;  // relative: numbers that somebody has typed

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(
      a, b, [](double x, double y) { return std::abs(x - y) <= kSame * std::max(std::abs(x), std::abs(y)); });
}

}  // namespace

void require_valid(const Normalization& normalization) {
  const auto finite = [](double value) { return std::isfinite(value); };
  const auto positive = [](double value) { return value > 0; };
  if (normalization.mean.size() != normalization.deviation.size() ||
      !std::ranges::all_of(normalization.mean, finite) ||
      !std::ranges::all_of(normalization.deviation, finite) ||
      !std::ranges::all_of(normalization.deviation, positive))
    throw ConfigError(
        fmt::format("normalization: expected a finite mean and a deviation above 0 of each channel, got "
                    "means ({}) and deviations ({})",
                    fmt::join(normalization.mean, ","), fmt::join(normalization.deviation, ",")));
}

bool holds(DType dtype, const Normalization& normalization) {
  return dispatch_floating(dtype, [&]<class T>() {
    const double least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
    for (std::size_t c = 0; c < normalization.mean.size(); ++c) {
      const double mean = normalization.mean[c], deviation = normalization.deviation[c];
      const bool normal = std::abs(mean) <= most && deviation >= least && deviation <= most;
      if (!normal || std::max(std::abs(mean), std::abs(1 - mean)) / deviation > most) return false;
    }
    return true;
  });
}

void require_valid(const Normalization& normalization, DType dtype) {
  require_valid(normalization);
  if (!holds(dtype, normalization))
    throw ConfigError(fmt::format(
        "normalization: expected means and deviations that {} holds, got means ({}) and deviations ({})",
        to_string(dtype), fmt::join(normalization.mean, ","), fmt::join(normalization.deviation, ",")));
}

Normalization measured(const Dataset& dataset, std::int64_t channels) {
  if (channels < 1 || dataset.features() % channels != 0)
    throw ConfigError(
        fmt::format("measured: expected channels that divide the {} numbers of an example, got {}",
                    dataset.features(), channels));
  const auto count = static_cast<std::size_t>(dataset.features() / channels);
  Normalization result;
  bool differ = false;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const Moments first = moments_of(dataset, {c * count, count}, 0);
    const double mean = first.sum / first.count;
    const Moments second = moments_of(dataset, {c * count, count}, mean);
    const double deviation = std::sqrt(second.squares / second.count);
    const bool constant = first.least == first.most;  // of which rounding may leave a deviation
    differ = differ || !constant;
    result.mean.push_back(mean);
    result.deviation.push_back(constant ? 1 : deviation);
  }
  if (!differ)
    throw DataError(fmt::format("{}: all {} are {}; expected {} that differ, to standardize them",
                                dataset.name(), numbers_in(dataset), fmt::join(result.mean, ", "),
                                numbers_in(dataset)));
  return result;
}

Tensor normalized(const Tensor& images, const Normalization& normalization, Location at) {
  if (!normalization) return images;
  require_valid(normalization, images.dtype());
  const auto channels = static_cast<std::int64_t>(normalization.mean.size());
  const Shape& shape = images.shape();
  if (shape.rank() != 2 || shape[1] % channels != 0)
    throw ShapeError(fmt::format("normalized: expected images (m,features) of {} channels, got {}", channels,
                                 to_string(images.type())));
  const Tensor apart =
      channels == 1 ? images : reshape(images, {shape[0], channels, shape[1] / channels}, at);
  const Tensor mean = per_channel(images, normalization.mean, at);
  const Tensor result = div(sub(apart, mean, at), per_channel(images, normalization.deviation, at), at);
  return channels == 1 ? result : reshape(result, shape, at);
}

std::string to_text(const Normalization& normalization) {
  if (!normalization) return kNone;
  return nlohmann::ordered_json{{"mean", normalization.mean}, {"deviation", normalization.deviation}}.dump();
}

std::optional<Normalization> normalization_of(std::string_view text) {
  if (text == kNone) return Normalization{};
  try {
    const nlohmann::json object = config::parse_json(text, "");
    const auto mean = numbers_of(object, "mean"), deviation = numbers_of(object, "deviation");
    if (!mean || !deviation || object.size() != 2) return std::nullopt;
    Normalization found{*mean, *deviation};
    require_valid(found);
    return found;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

std::optional<Normalization> stated_normalization(const std::map<std::string, std::string>& metadata,
                                                  const std::string& path) {
  const auto found = metadata.find(std::string(kNormalizationKey));
  if (found == metadata.end())
    return metadata.contains("gradtable.kind") ? std::optional(Normalization{}) : std::nullopt;
  auto stated = normalization_of(found->second);
  if (!stated)
    throw CheckpointError(
        fmt::format("{}: {} is {}; expected none, or {{\"mean\": [...], \"deviation\": [...]}}", path,
                    kNormalizationKey, in_quotes(found->second)));
  return stated;
}

std::string describe(const Normalization& normalization) {
  if (!normalization) return "not normalized";
  return fmt::format("normalized with mean {} and deviation {}", fmt::join(normalization.mean, ", "),
                     fmt::join(normalization.deviation, ", "));
}

void require_same_normalization(const std::map<std::string, std::string>& metadata, const std::string& path,
                                const Normalization& normalization) {
  const auto stated = stated_normalization(metadata, path);
  if (!stated || (same(stated->mean, normalization.mean) && same(stated->deviation, normalization.deviation)))
    return;
  throw CheckpointError(fmt::format("{}: weights for images {}; expected {}, as data.normalize says", path,
                                    describe(*stated), describe(normalization)));
}

}  // namespace gradtable
