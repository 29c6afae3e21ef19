// An update: the new value of a parameter, set by a run.
#pragma once

#include "gradtable/core/tensor.hpp"

namespace gradtable {

// parameter <- value, where value is a node of the parameter's type. All updates of a run take place
// together, after every other node has been computed from the old numbers; none when the run throws.
struct Update {
  Tensor parameter;
  Tensor value;
};

}  // namespace gradtable
