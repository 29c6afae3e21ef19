#include "gradtable/ops/indexing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

#include <fmt/format.h>

#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/classification.hpp"

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

// `shape` with another first extent.
Shape with_rows(const Shape& shape, std::int64_t rows) {
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  std::ranges::copy(shape.extents(), extents.begin());
  extents[0] = rows;
  return Shape(std::span(extents).first(static_cast<std::size_t>(shape.rank())));
}

// The elements of one row of (n,...), also where n is 0.
std::int64_t row_size(const Shape& shape) {
  return with_rows(shape, 1).size();
}

void require_vector_of_indices(const TensorType& indices) {
  if (indices.dtype != DType::int32 || indices.shape.rank() != 1)
    throw ShapeError(fmt::format("expected int32 indices (m), got {}", to_string(indices)));
}

void require_index(const char* op, std::int32_t index, std::int64_t rows, std::int64_t place) {
  if (index < 0 || index >= rows)
    throw DataError(fmt::format("{}: expected indices in [0,{}), got {} at {}", op, rows, index, place));
}

class Gather final : public Op {
 public:
  std::string_view name() const override { return "gather"; }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    require_vector_of_indices(inputs[1]);
    if (inputs[0].shape.rank() == 0) throw ShapeError("expected rows (n,...), got a scalar");
    return {inputs[0].dtype, with_rows(inputs[0].shape, inputs[1].shape[0])};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>, const TensorType&) const override {
    return input == 1;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const auto* indices = static_cast<const std::int32_t*>(inputs[1].data);
    const std::int64_t rows = inputs[0].shape()[0];
    const std::size_t bytes = static_cast<std::size_t>(row_size(output.shape())) * size_of(output.dtype());
    const auto* from = static_cast<const std::byte*>(inputs[0].data);
    auto* to = static_cast<std::byte*>(output.data) + static_cast<std::size_t>(parts.begin) * bytes;
    for (std::int64_t i = parts.begin; i < parts.end; ++i, to += bytes) {
      require_index("gather", indices[i], rows, i);
      if (bytes > 0) std::memcpy(to, from + static_cast<std::size_t>(indices[i]) * bytes, bytes);
    }
  }

  // dy_i/dx_j = 1 where indices[i] = j
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return scatter_add(gradient, inputs[1], inputs[0].shape()[0]);
  }
};

class ScatterAdd final : public Op {
 public:
  explicit ScatterAdd(std::int64_t rows) : rows_(rows) {}
  std::string_view name() const override { return "scatter_add"; }
  std::vector<Attribute> attributes() const override { return {{"rows", rows_}}; }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs.first(1));
    require_vector_of_indices(inputs[1]);
    const Shape& values = inputs[0].shape;
    if (values.rank() == 0 || values[0] != inputs[1].shape[0])
      throw ShapeError(fmt::format("expected a row of values for each index of {}, got {}",
                                   to_string(inputs[1].shape), to_string(values)));
    // Nobody would look at the indices of a result without rows.
    if (rows_ < 0 || (rows_ == 0 && values[0] > 0))
      throw ShapeError(fmt::format("expected at least 1 row to add {} to, got {}", to_string(values), rows_));
    return {dtype, with_rows(values, rows_)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType&) const override { return rows_; }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return static_cast<double>(inputs[0].shape.size());
  }

  // Every range reads all indices and adds the rows that fall into it: in the same order for any split.
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const std::int64_t size = row_size(output.shape());
      const auto indices = inputs[1].as<std::int32_t>();
      const T* values = static_cast<const T*>(inputs[0].data);
      T* rows = static_cast<T*>(output.data);
      std::fill(rows + parts.begin * size, rows + parts.end * size, T{0});
      for (std::size_t i = 0; i < indices.size(); ++i, values += size) {
        require_index("scatter_add", indices[i], rows_, static_cast<std::int64_t>(i));
        if (indices[i] < parts.begin || indices[i] >= parts.end) continue;
        T* row = rows + indices[i] * size;
        std::transform(values, values + size, row, row, std::plus<>());
      }
    });
  }

  // dy_j/dvalues_i = 1 where indices[i] = j
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return gather(gradient, inputs[1]);
  }

 private:
  std::int64_t rows_;
};

}  // namespace

bool detail::is_one_hot(const Op& op) {
  return dynamic_cast<const OneHot*>(&op) != nullptr;
}

Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype, Location at) {
  return apply(std::make_shared<const OneHot>(classes, dtype), {labels}, at);
}

Tensor gather(const Tensor& x, const Tensor& indices, Location at) {
  return apply<Gather>({x, indices}, at);
}

Tensor scatter_add(const Tensor& values, const Tensor& indices, std::int64_t rows, Location at) {
  return apply(std::make_shared<const ScatterAdd>(rows), {values, indices}, at);
}

}  // namespace gradtable
