// Examples in memory, to train on and to evaluate: inputs, and the targets that belong to them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/shared_array.hpp"

namespace gradtable {

// Element i along the first axis of inputs and of targets is example i:
//
//   Dataset{.inputs = x, .targets = t}                    x (n,...) and real numbers t (n,...)
//   Dataset{.inputs = x, .targets = labels, .classes = 3}  labels (n), integers from 0 to 2
//
// Copies and parts share their numbers, which never change.
struct Dataset {
  // Of any shape. Bytes stay bytes until the batch that is made of them: they are pixels, 0 is 0.0 and 255 is
  // 1.0. Real numbers take the network's type; int32 is given to the network as it is.
  SharedArray inputs = {};
  // Labels: uint8 or int32 (n), below `classes`; or real numbers: float32 or float64, of any shape.
  SharedArray targets = {};
  std::int64_t classes = 0;                   // 0: targets are real numbers
  std::vector<std::string> class_names = {};  // of each class, or none
  std::vector<std::string> input_names = {};  // of each number of an example, or none
  std::string source = {};                    // the file, or whatever they come from: for messages

  std::int64_t size() const { return inputs.shape()[0]; }
  bool has_classes() const { return classes > 0; }
  // The source, or "data set": for messages.
  std::string name() const { return source.empty() ? "data set" : source; }
  // The shape of the inputs of one example, and how many numbers they are.
  Shape example() const;
  std::int64_t features() const;
  // The last two extents of an example, as of pictures (rows,columns) or (channels,rows,columns); 1 and the
  // number of features for a table.
  std::int64_t rows() const;
  std::int64_t columns() const;

  // The label of an example of a data set with classes.
  std::int64_t label(std::int64_t i) const;
  // The inputs as (size(),features()), to feed.
  ConstView input_rows() const;
  // Bytes of memory that all inputs take.
  std::int64_t bytes() const;
  // The bytes of a picture to look at: numbers from 0 to 1 as 0 to 255, those beyond as the nearest byte.
  std::vector<std::uint8_t> picture(std::int64_t image) const;
};

// What the targets of a data set are.
enum class Targets : std::uint8_t { classes, numbers };

// "classes", "real numbers"
std::string_view to_string(Targets targets);
inline Targets targets_of(const Dataset& data) {
  return data.has_classes() ? Targets::classes : Targets::numbers;
}

// Throws DataError, with the source, unless there are as many targets as inputs, of the types that stand
// above, and as many names as classes and numbers of an example, where there are names. Labels are not looked
// at one by one.
void require_valid(const Dataset& dataset);

// `count` examples from number `begin` on, with as many classes. The range is not checked.
Dataset part_of(const Dataset& dataset, std::int64_t begin, std::int64_t count);

// Keeps the first `count` examples; all when there are no more. The number of classes stays.
void keep_first(Dataset& dataset, std::int64_t count);

// Takes the last `count` examples, from 0 to all, out of a data set, as one of their own with as many
// classes. The count is not checked.
Dataset take_last(Dataset& dataset, std::int64_t count);

// CRC-32 (that of gzip) of the inputs and then the targets: what tells data sets of the same size apart.
std::uint32_t checksum(const Dataset& dataset);

// "60000 images of 28x28, CRC-32 0a1b2c3d, by class 5923 6742 ..." of pictures (rows,columns) with classes,
// "506 examples of (13), CRC-32 0a1b2c3d" of others: for files that belong to a data set.
std::string fingerprint(const Dataset& dataset);

}  // namespace gradtable
