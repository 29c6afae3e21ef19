// The cases of the ONNX standard: a folder with model.onnx and, in test_data_set_0, input_K.pb and
// output_K.pb.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gradtable::testing {

struct OnnxCase {
  std::string name;  // "node/test_add"
  std::vector<std::string> ops;
  // Whether all its ops can be imported.
  bool known = false;
};

std::vector<OnnxCase> onnx_cases(const std::filesystem::path& folder);

// Imports and runs the model, with and without rewrites: nothing when all outputs are within ONNX's
// tolerance, else what went wrong.
std::string run_onnx_case(const std::filesystem::path& folder);

}  // namespace gradtable::testing
