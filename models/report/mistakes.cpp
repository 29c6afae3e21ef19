#include "gradtable/models/report/mistakes.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable::report {
namespace {

double of_label(const Mistake& mistake) {
  return mistake.probabilities[static_cast<std::size_t>(mistake.label)];
}

bool worse(const Mistake& a, const Mistake& b) {
  return std::pair(of_label(a), a.image) < std::pair(of_label(b), b.image);
}

void require_fit(const Shape& shape, std::span<const std::int32_t> labels) {
  if (shape.rank() != 2 || shape[0] != static_cast<std::int64_t>(labels.size()) || shape[1] < 1)
    throw DataError(fmt::format("mistakes: expected probabilities ({},classes), got {}", labels.size(),
                                to_string(shape)));
  for (const std::int32_t label : labels)
    if (label < 0 || label >= shape[1])
      throw DataError(fmt::format("mistakes: expected a label from 0 to {}, got {}", shape[1] - 1, label));
}

}  // namespace

void WorstMistakes::add(std::int64_t first, const ConstView& probabilities,
                        std::span<const std::int32_t> labels) {
  require_fit(probabilities.shape(), labels);
  const Array numbers = cast(probabilities, DType::float64);
  const auto all = numbers.as<double>();
  const auto classes = static_cast<std::size_t>(probabilities.shape()[1]);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = all.subspan(i * classes, classes);
    const auto prediction = static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin());
    if (prediction != labels[i])
      keep({first + static_cast<std::int64_t>(i), labels[i], prediction, {row.begin(), row.end()}});
  }
}

void WorstMistakes::keep(Mistake mistake) {
  worst_.insert(std::ranges::upper_bound(worst_, mistake, worse), std::move(mistake));
  if (worst_.size() > most_) worst_.pop_back();
}

}  // namespace gradtable::report
