#include "gradtable/models/onnx/detail/parse.hpp"

#include <climits>
#include <cstdint>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {
namespace {

namespace io = google::protobuf::io;

constexpr int kDepthLimit = 64;

bool parse(io::ArrayInputStream& stream, onnx::ModelProto& model) {
  io::CodedInputStream coded(&stream);
  coded.SetRecursionLimit(kDepthLimit);
  return model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

// Parsing once more, from a stream that hands out single bytes, shows how many were taken before the end.
std::int64_t stopping_byte(std::span<const std::byte> bytes) {
  onnx::ModelProto ignored;
  io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()), 1);
  parse(stream, ignored);
  return stream.ByteCount();
}

}  // namespace

onnx::ModelProto parse_onnx(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > INT_MAX)
    throw OnnxError(
        fmt::format("{}: {} bytes; expected at most {}, protobuf's limit", name, bytes.size(), INT_MAX));
  onnx::ModelProto model;
  io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  if (!parse(stream, model))
    throw OnnxError(fmt::format(
        "{}@byte {}: damaged or truncated data; expected an ONNX model as protobuf, nested at most {} deep",
        name, stopping_byte(bytes), kDepthLimit));
  return model;
}

}  // namespace gradtable::detail
