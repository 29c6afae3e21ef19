// Parameters and tensors of other names, matched by order and shape.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradtable/models/training/detail/weight_match.hpp"

namespace gradtable::detail {

// A parameter of a layer goes with its fellows: the tensors of a file belong together whose names are the
// same up to the last point or slash. Layers of different shapes are told by these; those of the same shapes
// by the numbers in their names, "0" before "2", which must have nothing else that differs. There must be as
// many of each kind in the file as in the network, and no numbers against the order of the layers. Where it
// is not so, it returns nothing, and `note` says why if shapes alone would do.
std::optional<WeightMatch> match_by_shape(const FileTensors& file, const std::vector<Wanted>& wanted,
                                          WeightLayout layout, std::string& note);

}  // namespace gradtable::detail
