// How an op's output is divided among the threads of a team.
#pragma once

#include <cstdint>
#include <span>

#include "gradtable/core/op.hpp"

namespace gradtable::detail {

// The parts of an output in slices, one after the other. Outputs are cut at their rows where they have enough
// of them, so that ops over the same rows are cut at the same places.
struct Division {
  std::int64_t parts = 1;
  std::int64_t rows = 1;  // units that are not cut; parts is a multiple of it
  int slices = 1;

  bool whole() const { return slices == 1; }
  // Slice i is made of the parts [cut(i), cut(i + 1)).
  std::int64_t cut(int i) const { return rows == 0 ? 0 : rows * i / slices * (parts / rows); }

  // Whether both cut what they divide at the same fractions of it.
  friend bool same_fractions(const Division& a, const Division& b) {
    if (a.slices != b.slices) return false;
    return a.rows == b.rows || (a.rows % a.slices == 0 && b.rows % b.slices == 0);
  }
};

// The output of this op in this many slices, or whole if it has one part only.
inline Division divide(const Op& op, std::span<const TensorType> inputs, const TensorType& output,
                       int slices) {
  Division division;
  division.parts = op.parts(inputs, output);
  division.rows = output.shape.rank() > 0 ? output.shape[0] : 1;
  const bool by_rows = division.rows >= slices && division.parts % division.rows == 0;
  if (!by_rows) division.rows = division.parts;
  if (division.rows > 1) division.slices = slices;
  return division;
}

}  // namespace gradtable::detail
