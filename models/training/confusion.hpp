// The confusion matrix of a classifier and the scores derived from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradtable {

// Of one class c, with n_tp of its images predicted as c:
//   precision = n_tp / predicted,  recall = n_tp / images,  f1 = 2 precision recall / (precision + recall).
struct ClassScore {
  std::int64_t images = 0;     // with this label
  std::int64_t predicted = 0;  // taken for this class, rightly or not
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

// Means over classes, each of which counts the same however many images it has.
struct MacroScore {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

// counts[label][prediction], over all images added. A quotient by zero, as the precision of a class that was
// never predicted, is 0 everywhere here.
class ConfusionMatrix {
 public:
  // Throws DataError for fewer than one class.
  explicit ConfusionMatrix(std::int64_t classes);

  // The answers for a batch. Throws DataError, and adds nothing, when the two differ in length or a number is
  // not from 0 to classes() - 1.
  void add(std::span<const std::int32_t> predictions, std::span<const std::int32_t> labels);

  std::int64_t classes() const { return classes_; }
  std::int64_t images() const { return images_; }
  std::int64_t correct() const;
  // Both classes must be from 0 to classes() - 1.
  std::int64_t count(std::int64_t label, std::int64_t prediction) const;
  ClassScore score(std::int64_t label) const;

  // correct() / images()
  double accuracy() const;
  // The mean recall of the classes that are the label of at least one image.
  double balanced_accuracy() const;
  // Over the classes that are the label or the prediction of at least one image.
  MacroScore macro() const;

 private:
  void require_class(const char* what, std::int64_t found) const;

  std::int64_t classes_;
  std::int64_t images_ = 0;
  std::vector<std::int64_t> counts_;  // by rows: one label each
};

}  // namespace gradtable
