// From bytes to protobuf's messages.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <onnx/onnx_pb.h>

namespace gradtable::detail {

// The model that the bytes are, by libprotobuf, nested at most 64 deep. Throws OnnxError("<name>@byte N:
// ..."): parsing stopped at N, or up to 16 bytes before, which the parser reads ahead.
onnx::ModelProto parse_onnx(std::span<const std::byte> bytes, const std::string& name);

}  // namespace gradtable::detail
