// Augmentation as a node of the training graph.
#pragma once

#include "gradtable/core/graph.hpp"
#include "gradtable/models/data/augmentation.hpp"

namespace gradtable {

// y_i = image indices_i as the augmenter makes it in this epoch, in place of gather(images, indices): the
// threads that compute a step make its images, each its share of the batch. images: uint8 (n, rows columns);
// indices: int32 (m); epoch: int32 scalar. The result is uint8 (m, rows columns); there is no derivative.
// Throws ShapeError; an index out of range or a negative epoch is a DataError when run.
Tensor augment(const Tensor& images, const Tensor& indices, const Tensor& epoch, const Augmenter& augmenter,
               Location at = Location::current());

}  // namespace gradtable
