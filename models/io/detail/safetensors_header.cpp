#include "gradtable/models/io/detail/safetensors_header.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/config/json.hpp"

namespace gradtable::detail {
namespace {

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";

// Those of arrays first.
constexpr ElementType kTypes[] = {{"F32", 4, DType::float32},
                                  {"F64", 8, DType::float64},
                                  {"I32", 4, DType::int32},
                                  {"U8", 1, DType::uint8},
                                  {"F16", 2, DType::float32},
                                  {"BF16", 2, DType::float32},
                                  {"I64", 8, {}},
                                  {"BOOL", 1, {}},
                                  {"I8", 1, {}},
                                  {"I16", 2, {}},
                                  {"U16", 2, {}},
                                  {"U32", 4, {}},
                                  {"U64", 8, {}},
                                  {"C64", 8, {}},
                                  {"F8_E4M3", 1, {}},
                                  {"F8_E5M2", 1, {}}};

// What the messages about one tensor, or about the metadata, begin with.
class Subject {
 public:
  Subject(const std::string& path, const std::string& name)
      : start_(name == kMetadata ? fmt::format("{}: {}", path, kMetadata)
                                 : fmt::format("{}: tensor {}", path, in_quotes(name))) {}

  [[noreturn]] void refuse(std::string_view found, std::string_view expected) const {
    throw CheckpointError(fmt::format("{}: {}; expected {}", start_, found, expected));
  }

 private:
  std::string start_;
};

const ElementType& parse_dtype(const json& value, const Subject& subject) {
  const auto* const found =
      std::ranges::find_if(kTypes, [&](const ElementType& type) { return value == type.name; });
  if (found != std::end(kTypes)) return *found;
  std::vector<std::string_view> names;
  for (const ElementType& type : kTypes) names.push_back(type.name);
  subject.refuse(fmt::format("dtype {}", config::describe(value)),
                 fmt::format("one of {}", fmt::join(names, ", ")));
}

// A list of integers from 0 to 2^63 - 1.
std::vector<std::int64_t> parse_integers(std::string_view key, const json& value, const Subject& subject) {
  constexpr std::string_view kIntegers = "a list of integers from 0 to 2^63 - 1";
  if (!value.is_array()) subject.refuse(fmt::format("{} {}", key, config::describe(value)), kIntegers);
  std::vector<std::int64_t> integers;
  for (const json& element : value) {
    constexpr auto kLargest = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (!element.is_number_unsigned() || element.get<std::uint64_t>() > kLargest)
      subject.refuse(fmt::format("{} with {}", key, config::describe(element)), kIntegers);
    integers.push_back(element.get<std::int64_t>());
  }
  return integers;
}

Shape parse_shape(const json& value, const Subject& subject) {
  const std::vector<std::int64_t> extents = parse_integers("shape", value, subject);
  if (extents.size() > std::size_t{Shape::kMaxRank})
    subject.refuse(fmt::format("{} axes", extents.size()), fmt::format("at most {}", Shape::kMaxRank));
  try {
    return Shape(extents);
  } catch (const ShapeError&) {
    subject.refuse(fmt::format("shape [{}]", fmt::join(extents, ",")), "a size below 2^63 bytes");
  }
}

void require_keys(const json& value, const Subject& subject) {
  constexpr std::string_view kKeys = "the keys dtype, shape and data_offsets";
  if (!value.is_object()) subject.refuse(config::describe(value), fmt::format("an object with {}", kKeys));
  for (const char* key : {"dtype", "shape", "data_offsets"})
    if (!value.contains(key)) subject.refuse(fmt::format("no {}", key), kKeys);
  if (value.size() == 3) return;
  for (const auto& [key, unused] : value.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      subject.refuse(fmt::format("the key {}", in_quotes(key)), fmt::format("only {}", kKeys));
}

TensorEntry parse_entry(const std::string& name, const json& value, std::uint64_t data_bytes,
                        const std::string& path) {
  const Subject subject(path, name);
  if (name.empty()) subject.refuse("an empty name", "a name");
  require_keys(value, subject);
  TensorEntry entry{name, &parse_dtype(value["dtype"], subject), parse_shape(value["shape"], subject)};
  const auto offsets = parse_integers("data_offsets", value["data_offsets"], subject);
  if (offsets.size() != 2) subject.refuse(fmt::format("{} data_offsets", offsets.size()), "2");
  const auto begin = static_cast<std::uint64_t>(offsets[0]), end = static_cast<std::uint64_t>(offsets[1]);
  const std::string found = fmt::format("data_offsets [{},{}]", begin, end);
  if (begin > end) subject.refuse(found, "the first not above the second");
  if (end > data_bytes) subject.refuse(found, fmt::format("none above the {} bytes of data", data_bytes));
  if (end - begin != entry.bytes())
    subject.refuse(
        fmt::format("{} bytes by {}", end - begin, found),
        fmt::format("{} bytes for {} {}", entry.bytes(), entry.element->name, json_shape(entry.shape)));
  entry.begin = begin;
  return entry;
}

// Every byte of the data belongs to one tensor. `entries` are in the order of their data.
void require_no_holes(const std::vector<TensorEntry>& entries, std::uint64_t data_bytes,
                      const std::string& path) {
  std::uint64_t end = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != end)
      Subject(path, entry.name)
          .refuse(fmt::format("begins at byte {} of the data", entry.begin),
                  fmt::format("byte {}, where the tensor before it ends", end));
    end = entry.end();
  }
  if (end != data_bytes)
    throw CheckpointError(fmt::format("{}: {} bytes behind the last tensor; expected the end of the file",
                                      path, data_bytes - end));
}

std::map<std::string, std::string> parse_metadata(const json& value, const std::string& path) {
  constexpr std::string_view kTexts = "an object of strings";
  const Subject subject(path, std::string(kMetadata));
  if (!value.is_object()) subject.refuse(config::describe(value), kTexts);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      subject.refuse(fmt::format("{} for {}", config::describe(text), in_quotes(key)), kTexts);
    metadata.emplace(key, text.get_ref<const std::string&>());
  }
  return metadata;
}

json parse_object(std::string_view text, const std::string& path) {
  if (!text.starts_with('{'))
    throw CheckpointError(fmt::format("{}@byte 8: {}; expected a header that begins with {{", path,
                                      in_quotes(text.substr(0, 1))));
  try {
    return config::parse_json(text, fmt::format("{}, header", path));
  } catch (const ConfigError& error) {
    throw CheckpointError(error.what());
  }
}

}  // namespace

SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& path) {
  const json object = parse_object(text, path);
  SafetensorsHeader header;
  for (const auto& [name, value] : object.items()) {
    if (name == kMetadata)
      header.metadata = parse_metadata(value, path);
    else
      header.entries.push_back(parse_entry(name, value, data_bytes, path));
  }
  const auto place = [](const TensorEntry& entry) { return std::pair(entry.begin, entry.end()); };
  std::ranges::sort(header.entries, {}, place);
  require_no_holes(header.entries, data_bytes, path);
  return header;
}

std::string format_header(const SafetensorsHeader& header) {
  std::string text = "{";
  if (!header.metadata.empty()) text += fmt::format("\"{}\":{}", kMetadata, json(header.metadata).dump());
  for (const TensorEntry& entry : header.entries)
    text += fmt::format(R"({}{}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", text == "{" ? "" : ",",
                        json(entry.name).dump(), entry.element->name, json_shape(entry.shape), entry.begin,
                        entry.end());
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

const ElementType& element_of(DType type) {
  return *std::ranges::find(kTypes, type, &ElementType::dtype);
}

std::string json_shape(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.extents(), ","));
}

}  // namespace gradtable::detail
