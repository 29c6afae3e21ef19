// Named arrays and named texts in one file: the safetensors format, which PyTorch and others read and write.
// Layout, checksums and limits: docs/checkpoints.md.
#pragma once

#include <map>
#include <string>

#include "gradtable/core/array.hpp"

namespace gradtable {

// A tensor of a type that no array has. Its numbers are not read.
struct OtherTensor {
  std::string dtype;  // as the format calls it: "I64"
  Shape shape;
};

struct TensorFile {
  std::map<std::string, Array> tensors;
  std::map<std::string, std::string> metadata;
  std::map<std::string, OtherTensor> others = {};
};

// Both throw CheckpointError in one sentence: the file, what was found, what was expected.

// All tensors and metadata of a file, which may be another program's. The header is checked against the size
// of the file before memory is taken for any tensor; the checksums that write_safetensors leaves are checked
// and are not among the metadata. F16 and BF16 become float32, which is exact; what is neither of these nor
// F32, F64, I32 or U8 is among the others. Throws CheckpointError when the file cannot be read or is damaged,
// and for a tensor of a type that the format does not know, or of more than 8 axes.
TensorFile read_safetensors(const std::string& path);

// Writes the file whole or not at all, as write_file_atomically does, with a checksum for each tensor and one
// for the metadata. The same tensors and metadata give the same bytes. Throws OutputError when it cannot be
// written, and CheckpointError for what the format cannot hold: an empty name, the name "__metadata__", text
// that is not UTF-8, metadata that begin as the checksums do, a header above the limit of read_safetensors;
// and for other tensors, whose numbers are not there.
void write_safetensors(const std::string& path, const TensorFile& file);

// Throws CheckpointError with all differences at once, unless the tensors that were read from `path` are
// exactly these, with these types and shapes.
void require_tensors(const std::map<std::string, Array>& tensors, const std::string& path,
                     const std::map<std::string, TensorType>& expected);

// B[j,i] = A[i,j], of float32 or float64. PyTorch keeps the weights of a linear layer as (out, in), which is
// the transpose of the (in, out) of `matmul(x, W)`. Throws ShapeError for another type, and unless A is a
// matrix.
Array transposed(Array matrix);

}  // namespace gradtable
