#include "gradtable/ops/indexing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/rows.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable {
namespace {

class OneHot final : public Op {
 public:
  OneHot(std::int64_t classes, DType dtype) : classes_(classes), dtype_(dtype) {}
  std::string_view name() const override { return "one_hot"; }
  bool may_throw() const override { return true; }
  std::vector<Attribute> attributes() const override { return {{"classes", classes_}, {"dtype", dtype_}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const TensorType& labels = inputs[0];
    if (labels.dtype != DType::int32 || labels.shape.rank() == Shape::kMaxRank)
      throw ShapeError(fmt::format("expected int32 labels of at most {} axes, got {}", Shape::kMaxRank - 1,
                                   to_string(labels)));
    if (classes_ < 1 || !is_floating(dtype_))
      throw ShapeError(fmt::format("expected at least 1 class, as float32 or float64, got {} as {}", classes_,
                                   to_string(dtype_)));
    std::array<std::int64_t, Shape::kMaxRank> extents{};
    std::ranges::copy(labels.shape.extents(), extents.begin());
    extents[static_cast<std::size_t>(labels.shape.rank())] = classes_;
    return {dtype_, Shape(std::span(extents).first(static_cast<std::size_t>(labels.shape.rank() + 1)))};
  }

  std::int64_t parts(std::span<const TensorType> inputs, const TensorType&) const override {
    return inputs[0].shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const auto labels = inputs[0].as<std::int32_t>();
    detail::require_labels(name(), labels, parts, classes_);
    dispatch_floating(dtype_, [&]<class T>() {
      T* rows = static_cast<T*>(output.data);
      std::fill(rows + parts.begin * classes_, rows + parts.end * classes_, T{0});
      for (std::int64_t i = parts.begin; i < parts.end; ++i)
        rows[i * classes_ + labels[static_cast<std::size_t>(i)]] = T{1};
    });
  }

 private:
  std::int64_t classes_;
  DType dtype_;
};

class ArgMax final : public Op {
 public:
  std::string_view name() const override { return "argmax"; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    detail::floating(inputs);
    const Shape& shape = inputs[0].shape;
    if (shape.rank() == 0 || shape[-1] == 0)
      throw ShapeError(fmt::format("expected (...,n) with n > 0, got {}", to_string(shape)));
    return {DType::int32, shape.first(shape.rank() - 1)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return static_cast<double>(inputs[0].shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(inputs[0].dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      const std::int64_t n = inputs[0].shape()[-1];
      auto* y = static_cast<std::int32_t*>(output.data);
      for (std::int64_t i = parts.begin; i < parts.end; i += detail::kRows)
        first_largest(x + i * n, n, std::min(detail::kRows, parts.end - i), y + i);
    });
  }

 private:
  // The numbers are known before their places: a search in one pass would wait for each comparison.
  template <class T>
  static void first_largest(const T* x, std::int64_t n, std::int64_t rows, std::int32_t* y) {
    detail::RowNumbers<T> largest;
    detail::largest_of_rows(x, n, rows, largest.data());
    for (std::int64_t i = 0; i < rows; ++i) {
      const T *row = x + i * n, *end = row + n;
      const T* found = std::isnan(*row) ? row : std::find(row, end, largest[static_cast<std::size_t>(i)]);
      y[i] = static_cast<std::int32_t>(found - row);
    }
  }
};

}  // namespace

Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype, Location at) {
  return apply(std::make_shared<const OneHot>(classes, dtype), {labels}, at);
}

Tensor argmax(const Tensor& x, Location at) {
  return apply<ArgMax>({x}, at);
}

}  // namespace gradtable
