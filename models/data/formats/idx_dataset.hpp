// Data sets from IDX files of images and labels.
#pragma once

#include <string>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/data/formats/idx.hpp"

namespace gradtable {

// A data set from two IDX files, plain or gzip. Both headers are read first, then the labels: nothing more
// unless there are as many images. Throws DataError when a file is damaged or takes more than the limit, when
// the counts differ, and for a label that is not below the number of classes.
Dataset load_idx(const std::string& images_path, const std::string& labels_path,
                 const IdxOptions& options = {});

// Images as the inputs of a data set: bytes or float32 (count,rows,columns).
SharedArray inputs_of(IdxImages images);

// Throws DataError with index and value of the first label that is not below options.classes; labels_path is
// for the message.
void require_labels_below(const Dataset& dataset, const std::string& labels_path, const IdxOptions& options);

}  // namespace gradtable
