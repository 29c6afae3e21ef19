// Ops that read only a part of an input, for counts of the bytes that a step moves.
#pragma once

namespace gradtable::detail {

// A base of op classes, besides Op, that read as many bytes of their first input as their output has.
class PartialRead {
 public:
  virtual ~PartialRead() = default;
};

}  // namespace gradtable::detail
