#include "apps/classifier/config/normalization.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/config/json.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::Normalization;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kNone = "none";
constexpr const char* kStandardize = "standardize";
constexpr const char* kExpected =
    "\"none\", \"standardize\", or {\"mean\": a number, \"deviation\": a number above 0}";

[[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& expected) {
  throw gradtable::ConfigError(fmt::format("{}: {}; expected {}", where, found, expected));
}

// Of the one channel that images have.
double number_of(const json& object, const char* key, const std::string& where) {
  const json* value = &object.at(key);
  if (value->is_array() && value->size() == 1) value = &value->front();
  if (!value->is_number())
    refuse(fmt::format("{}/{}", where, key), gradtable::config::describe(*value),
           "a number, or a list of one for each channel; these images have one channel");
  return value->get<double>();
}

Normalization read_numbers(const json& object, const std::string& where) {
  for (const auto& [key, value] : object.items())
    if (key != "mean" && key != "deviation") refuse(where, "the key " + gradtable::in_quotes(key), kExpected);
  for (const char* key : {"mean", "deviation"})
    if (!object.contains(key)) refuse(where, fmt::format("no \"{}\"", key), kExpected);
  const double mean = number_of(object, "mean", where), deviation = number_of(object, "deviation", where);
  if (!(deviation > 0)) refuse(where + "/deviation", fmt::format("{}", deviation), "a number above 0");
  return {{mean}, {deviation}};
}

json written(const Config::Data::Normalize& normalize) {
  if (normalize.standardize) return kStandardize;
  if (!normalize.numbers) return kNone;
  return {{"mean", normalize.numbers.mean.front()}, {"deviation", normalize.numbers.deviation.front()}};
}

ordered_json schema() {
  const auto one_or_list = [](ordered_json number) {
    const ordered_json list = {{"type", "array"}, {"items", number}, {"minItems", 1}, {"maxItems", 1}};
    return ordered_json{{"anyOf", ordered_json::array({number, list})}};
  };
  const ordered_json numbers = {
      {"type", "object"},
      {"additionalProperties", false},
      {"required", {"mean", "deviation"}},
      {"properties",
       {{"mean", one_or_list({{"type", "number"}})},
        {"deviation", one_or_list({{"type", "number"}, {"exclusiveMinimum", 0}})}}}};
  return {{"anyOf", ordered_json::array({{{"enum", {kNone, kStandardize}}}, numbers})}};
}

}  // namespace

gradtable::config::Field normalize_field(Config::Data::Normalize& normalize) {
  const auto read = [&normalize](const json& found, const std::string& where) {
    if (found.is_object())
      normalize = {.standardize = false, .numbers = read_numbers(found, where)};
    else if (found == kNone || found == kStandardize)
      normalize = {.standardize = found == kStandardize, .numbers = {}};
    else
      refuse(where, gradtable::config::describe(found), kExpected);
  };
  const auto write = [&normalize] { return written(normalize); };
  return {"data.normalize",
          kExpected,
          "(pixel - mean) / deviation of pixels from 0 to 1, as PyTorch's Normalize; \"standardize\" "
          "measures both on the training images; kept with the weights, and checked",
          false,
          read,
          write,
          schema};
}

void take_normalization(Config& config, const std::filesystem::path& config_file,
                        const gradtable::NamedTexts& metadata, const std::string& path) {
  const auto stated = gradtable::stated_normalization(metadata, path);
  if (stated && stated->mean.size() > 1)
    throw gradtable::CheckpointError(
        fmt::format("{}: {} is that of {} channels; expected numbers of one channel, as these images have",
                    path, gradtable::kNormalizationKey, stated->mean.size()));
  if (!config.data.normalize.standardize) return;
  if (!stated)
    refuse(fmt::format("{} at /data/normalize", gradtable::printable(config_file.native())),
           "\"standardize\"",
           fmt::format("mean and deviation, as {} does not say which its images had", path));
  if (!*stated)
    throw gradtable::CheckpointError(
        fmt::format("{}: weights for images {}; expected standardized ones, as data.normalize says", path,
                    describe(*stated)));
  if (!holds(config.dtype, *stated))
    throw gradtable::CheckpointError(fmt::format("{}: weights for images {}; expected numbers that {} holds",
                                                 path, describe(*stated), to_string(config.dtype)));
  config.data.normalize.numbers = *stated;
}

void require_normalization(const Config& config, const std::filesystem::path& config_file) {
  const Normalization& numbers = config.data.normalize.numbers;
  if (!holds(config.dtype, numbers))
    refuse(fmt::format("{} at /data/normalize", gradtable::printable(config_file.native())),
           fmt::format("a mean of {} and a deviation of {}", numbers.mean.front(), numbers.deviation.front()),
           fmt::format("numbers that {} holds", to_string(config.dtype)));
}

}  // namespace classifier
