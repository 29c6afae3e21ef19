// Numbers that stand in a model. Errors are OnnxError without the place, which the caller knows.
#pragma once

#include <cstdint>
#include <vector>

#include <onnx/onnx_pb.h>

#include "gradtable/core/array.hpp"

namespace gradtable::detail {

// float and double stay, int32 and int64 become int32, bool and uint8 become uint8; OnnxError for others.
DType dtype_of_onnx(std::int32_t type);

// What a stored tensor holds. Throws OnnxError for other element types, negative extents, numbers that are
// not as many as the extents say or stand there twice, and numbers in other files.
TensorType type_of(const onnx::TensorProto& proto);

// Its numbers; bool is 0 or 1. Throws what type_of does, and OnnxError for an int64 that int32 cannot hold.
Array to_array(const onnx::TensorProto& proto);

// The same as integers without the limits of int32; OnnxError for real numbers.
std::vector<std::int64_t> to_integers(const onnx::TensorProto& proto);

}  // namespace gradtable::detail
