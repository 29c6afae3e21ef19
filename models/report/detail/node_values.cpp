#include "gradtable/models/report/detail/node_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/picture.hpp"

namespace gradtable::report::detail {
namespace {

constexpr std::int64_t kMostNumbers = 64, kMostNumbersInRow = 16, kMostCells = 64;

std::vector<double> numbers_of(const ConstView& value) {
  const Array real = cast(value, DType::float64);
  const std::span<const double> numbers = real.as<double>();
  return {numbers.begin(), numbers.end()};
}

// As a matrix: the last axis runs to the right, the others downwards.
struct Matrix {
  explicit Matrix(const ConstView& value)
      : columns(value.shape().rank() > 0 ? value.shape()[-1] : 1),
        rows(columns > 0 ? value.shape().size() / columns : 0),
        numbers(numbers_of(value)) {}

  double at(std::int64_t row, std::int64_t column) const {
    return numbers[static_cast<std::size_t>(row * columns + column)];
  }

  std::int64_t columns, rows;
  std::vector<double> numbers;
};

std::string text_of(double number) {
  return fmt::format("{:.4g}", number == 0 ? 0.0 : number);  // no -0
}

Json rows_of_numbers(const Matrix& matrix) {
  Json rows = Json::array();
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    rows.push_back(Json::array());
    for (std::int64_t j = 0; j < matrix.columns; ++j) rows.back().push_back(text_of(matrix.at(i, j)));
  }
  return rows;
}

// The mean of the finite numbers of a cell.
double mean_of_cell(const Matrix& matrix, const Picture& picture, std::int64_t row, std::int64_t column) {
  double sum = 0, count = 0;
  for (std::int64_t i = row * matrix.rows / picture.rows; i < (row + 1) * matrix.rows / picture.rows; ++i)
    for (std::int64_t j = column * matrix.columns / picture.columns;
         j < (column + 1) * matrix.columns / picture.columns; ++j) {
      if (!std::isfinite(matrix.at(i, j))) continue;
      sum += matrix.at(i, j);
      ++count;
    }
  return count > 0 ? sum / count : 0;
}

Json picture_of(const Matrix& matrix, double limit) {
  Picture picture{.rows = std::min(matrix.rows, kMostCells),
                  .columns = std::min(matrix.columns, kMostCells),
                  .colours = Colours::diverging,
                  .bytes = {}};
  for (std::int64_t i = 0; i < picture.rows; ++i)
    for (std::int64_t j = 0; j < picture.columns; ++j) {
      const double share = limit > 0 ? mean_of_cell(matrix, picture, i, j) / limit : 0;
      picture.bytes.push_back(static_cast<std::uint8_t>(128 + std::lround(127 * share)));
    }
  return {{"rows", picture.rows},
          {"columns", picture.columns},
          {"limit", limit},
          {"png", "data:image/png;base64," + base64(png(picture))}};
}

std::vector<double> finite_of(const std::vector<double>& numbers) {
  std::vector<double> finite;
  std::ranges::copy_if(numbers, std::back_inserter(finite), [](double x) { return std::isfinite(x); });
  return finite;
}

Json histogram(const std::vector<double>& numbers, double least, double most) {
  std::array<std::int64_t, 16> counts{};
  const double steps = static_cast<double>(counts.size());
  for (const double number : numbers) {
    const double place = most > least ? (number / 2 - least / 2) / (most / 2 - least / 2) * steps : 0;
    ++counts[static_cast<std::size_t>(std::clamp(place, 0.0, steps - 1))];
  }
  return counts;
}

}  // namespace

NodeValues values_of(Graph& graph, std::span<const NodeId> nodes, std::span<const Feed> feeds) {
  NodeValues values;
  std::vector<Tensor> results;
  for (const NodeId id : nodes) {
    const Node& node = graph.node(id);
    if (node.op) results.push_back(graph.tensor(id));
    if (node.value) values.emplace(id, *node.value);
  }
  for (const Feed& feed : feeds) values.emplace(feed.input.id(), Array(feed.value));
  if (results.empty()) return values;
  Program program = compile(graph, {.outputs = results});
  program.run(feeds);
  for (const Tensor& result : results) values.emplace(result.id(), Array(program.value(result)));
  return values;
}

Json summary(const ConstView& value) {
  const Matrix matrix(value);
  const std::vector<double> finite = finite_of(matrix.numbers);
  Json json;
  if (finite.size() < matrix.numbers.size()) json["not_finite"] = matrix.numbers.size() - finite.size();
  const bool is_small = matrix.rows * matrix.columns <= kMostNumbers && matrix.columns <= kMostNumbersInRow;
  if (is_small) json["numbers"] = rows_of_numbers(matrix);
  if (finite.empty()) return json;
  const auto [least, most] = std::ranges::minmax(finite);
  double sum = 0;
  for (const double number : finite) sum += number;
  json["min"] = least;
  json["mean"] = sum / static_cast<double>(finite.size());
  json["max"] = most;
  json["zeros"] =
      static_cast<double>(std::ranges::count(finite, 0.0)) / static_cast<double>(matrix.numbers.size());
  if (is_small) return json;
  json["histogram"] = histogram(finite, least, most);
  json["picture"] = picture_of(matrix, std::max(std::abs(least), std::abs(most)));
  return json;
}

std::string in_short(const ConstView& value, std::size_t most_letters) {
  const Matrix matrix(value);
  std::string all;
  for (std::int64_t i = 0; i < matrix.rows && all.size() <= most_letters; ++i)
    for (std::int64_t j = 0; j < matrix.columns && all.size() <= most_letters; ++j)
      all += (all.empty() ? "" : j == 0 && matrix.columns > 1 ? " | " : " ") + text_of(matrix.at(i, j));
  if (all.size() <= most_letters) return all;
  const std::vector<double> finite = finite_of(matrix.numbers);
  if (finite.size() < matrix.numbers.size()) return "not finite";
  const auto [least, most] = std::ranges::minmax(finite);
  if (least == most) return fmt::format("all {}", text_of(least));
  return fmt::format("{:.3g} … {:.3g}", least, most);
}

}  // namespace gradtable::report::detail
