// Data sets from arrays, in files or in memory.
#pragma once

#include <optional>
#include <string>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/data/formats/npy.hpp"

namespace gradtable {

// How arrays are taken as inputs and targets.
struct ArrayDataOptions {
  // Unless told, targets of integers are classes, and those of real numbers stay numbers.
  std::optional<Targets> targets = {};
  // int32 inputs: numbers, or the indices of an embedding.
  bool inputs_are_indices = false;
  // Whether inputs may have NaN and infinities.
  bool allow_missing = false;
  NpyOptions npy = {};
};

// Inputs (n,...) and targets, as a data set that a Fit takes. Inputs of bytes stay bytes: they are pixels,
// 255 is 1.0. int32 become real numbers, float32 where that has them all, else float64. Targets are labels
// (n) or (n,1), whole numbers from 0, or numbers (n,...). `source` names the inputs in messages,
// `targets_source` the targets. Throws DataError unless there are examples, as many targets, all of them
// finite; and for labels below 0, one class only, and a largest label that more than the examples, and 256,
// would be below.
Dataset dataset_of(const SharedArray& inputs, const SharedArray& targets,
                   const ArrayDataOptions& options = {}, const std::string& source = "inputs",
                   const std::string& targets_source = "targets");

// Of two NPY files.
Dataset load_npy(const std::string& inputs_path, const std::string& targets_path,
                 const ArrayDataOptions& options = {});

// Of two arrays of one NPZ file.
Dataset load_npz(const std::string& path, const std::string& inputs_name = "X",
                 const std::string& targets_name = "y", const ArrayDataOptions& options = {});

}  // namespace gradtable
