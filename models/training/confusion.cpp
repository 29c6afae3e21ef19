#include "gradtable/models/training/confusion.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

double quotient(double a, double b) {
  return b == 0 ? 0 : a / b;
}

double quotient(std::int64_t a, std::int64_t b) {
  return quotient(static_cast<double>(a), static_cast<double>(b));
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) : classes_(classes) {
  if (classes < 1)
    throw DataError(fmt::format("confusion matrix: expected at least one class, got {}", classes));
  counts_.resize(static_cast<std::size_t>(classes * classes));
}

void ConfusionMatrix::add(std::span<const std::int32_t> predictions, std::span<const std::int32_t> labels) {
  if (predictions.size() != labels.size())
    throw DataError(fmt::format("confusion matrix: expected as many predictions as labels, got {} and {}",
                                predictions.size(), labels.size()));
  for (const std::int32_t prediction : predictions) require_class("prediction", prediction);
  for (const std::int32_t label : labels) require_class("label", label);
  for (std::size_t i = 0; i < labels.size(); ++i)
    ++counts_[static_cast<std::size_t>(labels[i] * classes_ + predictions[i])];
  images_ += static_cast<std::int64_t>(labels.size());
}

std::int64_t ConfusionMatrix::correct() const {
  std::int64_t sum = 0;
  for (std::int64_t c = 0; c < classes_; ++c) sum += count(c, c);
  return sum;
}

std::int64_t ConfusionMatrix::count(std::int64_t label, std::int64_t prediction) const {
  return counts_[static_cast<std::size_t>(label * classes_ + prediction)];
}

ClassScore ConfusionMatrix::score(std::int64_t label) const {
  ClassScore score;
  for (std::int64_t other = 0; other < classes_; ++other) {
    score.images += count(label, other);
    score.predicted += count(other, label);
  }
  const std::int64_t right = count(label, label);
  score.precision = quotient(right, score.predicted);
  score.recall = quotient(right, score.images);
  score.f1 = quotient(2 * right, score.images + score.predicted);
  return score;
}

double ConfusionMatrix::accuracy() const {
  return quotient(correct(), images_);
}

double ConfusionMatrix::balanced_accuracy() const {
  double sum = 0, present = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    const ClassScore of_class = score(c);
    sum += of_class.recall;
    present += of_class.images > 0 ? 1 : 0;
  }
  return quotient(sum, present);
}

MacroScore ConfusionMatrix::macro() const {
  MacroScore sum;
  double present = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    const ClassScore of_class = score(c);
    sum.precision += of_class.precision;
    sum.recall += of_class.recall;
    sum.f1 += of_class.f1;
    present += of_class.images + of_class.predicted > 0 ? 1 : 0;
  }
  return {quotient(sum.precision, present), quotient(sum.recall, present), quotient(sum.f1, present)};
}

void ConfusionMatrix::require_class(const char* what, std::int64_t found) const {
  if (found < 0 || found >= classes_)
    throw DataError(
        fmt::format("confusion matrix: expected a {} from 0 to {}, got {}", what, classes_ - 1, found));
}

}  // namespace gradtable
