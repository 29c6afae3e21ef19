// The results of a trained classifier on a test set, as JSON for other programs.
#pragma once

#include <string>

#include "gradtable/models/training/confusion.hpp"

namespace gradtable::report {

// JSON with images, correct, loss, accuracy, balanced_accuracy, macro {precision, recall, f1}, classes (a
// list of {class, images, predicted, precision, recall, f1}) and confusion_matrix (a list of rows, one for
// each label, with the count of each prediction). A loss that is not finite is written as null.
std::string results_json(const ConfusionMatrix& confusion, double loss);

}  // namespace gradtable::report
