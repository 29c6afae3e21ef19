#include "gradtable/ops/indexing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/loops/scatter_sums.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/patterns/classification.hpp"
#include "gradtable/ops/patterns/partial_read.hpp"
#include "gradtable/ops/shaping.hpp"

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
    detail::require_int32(labels, "labels");
    if (labels.shape.rank() == Shape::kMaxRank)
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

// `shape` with these extents in place of `count` of its own from `axis` on.
Shape replaced(const Shape& shape, int axis, int count, std::span<const std::int64_t> extents) {
  const std::span<const std::int64_t> behind =
      shape.extents().subspan(static_cast<std::size_t>(axis + count));
  std::vector<std::int64_t> all(shape.extents().begin(), shape.extents().begin() + axis);
  all.insert(all.end(), extents.begin(), extents.end());
  all.insert(all.end(), behind.begin(), behind.end());
  return Shape(all);
}

// The elements behind an axis.
std::int64_t size_behind(const Shape& shape, int axis) {
  return shape.last(shape.rank() - axis - 1).size();
}

// The index, counted from the front.
std::int64_t checked_index(const char* op, std::int32_t index, std::int64_t extent, std::int64_t place) {
  if (index < -extent || index >= extent)
    throw DataError(
        fmt::format("{}: expected indices in [{},{}), got {} at {}", op, -extent, extent, index, place));
  return index < 0 ? index + extent : index;
}

class Gather final : public Op, public detail::Copies, public detail::PartialRead {
 public:
  explicit Gather(int axis) : axis_(axis) {}
  std::string_view name() const override { return "gather"; }
  std::vector<Attribute> attributes() const override { return {{"axis", std::int64_t{axis_}}}; }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    detail::require_int32(inputs[1], "indices");
    if (inputs[0].shape.rank() - 1 + inputs[1].shape.rank() > Shape::kMaxRank)
      throw ShapeError(fmt::format("expected at most {} axes together, got {} and {}", Shape::kMaxRank + 1,
                                   to_string(inputs[0].shape), to_string(inputs[1].shape)));
    return {inputs[0].dtype, replaced(inputs[0].shape, axis_, 1, inputs[1].shape.extents())};
  }

  // What stands at an index, once for each row of what lies before the axis.
  std::int64_t parts(std::span<const TensorType> inputs, const TensorType&) const override {
    return inputs[0].shape.first(axis_).size() * inputs[1].shape.size();
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType&) const override {
    return input == 1 && inputs[0].shape.first(axis_).size() == 1;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const auto* indices = static_cast<const std::int32_t*>(inputs[1].data);
    const Shape& shape = inputs[0].shape();
    const std::int64_t extent = shape[axis_], m = inputs[1].shape().size();
    const std::size_t bytes = static_cast<std::size_t>(size_behind(shape, axis_)) * size_of(output.dtype());
    auto* to = static_cast<std::byte*>(output.data) + static_cast<std::size_t>(parts.begin) * bytes;
    for (std::int64_t part = parts.begin; part < parts.end;) {
      const std::int64_t row = part / m, end = std::min(parts.end, (row + 1) * m);
      const auto* from =
          static_cast<const std::byte*>(inputs[0].data) + static_cast<std::size_t>(row * extent) * bytes;
      for (; part < end; ++part, to += bytes) {
        const std::int64_t i = part - row * m, index = checked_index("gather", indices[i], extent, i);
        if (bytes > 0) std::memcpy(to, from + static_cast<std::size_t>(index) * bytes, bytes);
      }
    }
  }

  // dy_i/dx_j = 1 where indices[i] = j
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return scatter_add(gradient, inputs[1], inputs[0].shape()[axis_], axis_);
  }

 private:
  int axis_;
};

class ScatterAdd final : public Op, public detail::Copies {
 public:
  ScatterAdd(std::int64_t extent, int axis) : extent_(extent), axis_(axis) {}
  std::string_view name() const override { return "scatter_add"; }
  std::vector<Attribute> attributes() const override {
    return {{"extent", extent_}, {"axis", std::int64_t{axis_}}};
  }
  bool may_throw() const override { return true; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs.first(1));
    detail::require_int32(inputs[1], "indices");
    const Shape &values = inputs[0].shape, &indices = inputs[1].shape;
    if (!std::ranges::equal(values.extents()
                                .subspan(static_cast<std::size_t>(axis_))
                                .first(static_cast<std::size_t>(indices.rank())),
                            indices.extents()))
      throw ShapeError(fmt::format("expected values for each index of {} from axis {} on, got {}",
                                   to_string(indices), axis_, to_string(values)));
    // Nobody would look at the indices of a result without rows.
    if (extent_ < 0 || (extent_ == 0 && indices.size() > 0))
      throw ShapeError(
          fmt::format("expected an extent of at least 1 to add {} to, got {}", to_string(values), extent_));
    return {dtype, replaced(values, axis_, indices.rank(), {&extent_, 1})};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.first(axis_ + 1).size();
  }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return static_cast<double>(inputs[0].shape.size());
  }

  // Every range reads all indices and adds what falls into it: in the same order for any split.
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    if (parts.begin == parts.end) return;
    const auto indices = inputs[1].as<std::int32_t>();
    const auto m = static_cast<std::int64_t>(indices.size());
    for (std::int64_t i = 0; i < m; ++i)
      checked_index("scatter_add", indices[static_cast<std::size_t>(i)], extent_, i);
    dispatch_floating(output.dtype(), [&]<class T>() {
      const std::int64_t size = size_behind(output.shape(), axis_);
      const detail::ScatterSums<T> sums(indices, extent_, size);
      for (std::int64_t row = parts.begin / extent_; row * extent_ < parts.end; ++row) {
        const std::int64_t first = row * extent_;
        sums.run(static_cast<const T*>(inputs[0].data) + row * m * size,
                 static_cast<T*>(output.data) + first * size, std::max<std::int64_t>(parts.begin - first, 0),
                 std::min(parts.end - first, extent_));
      }
    });
  }

  // dy_j/dvalues_i = 1 where indices[i] = j
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return gather(gradient, inputs[1], axis_);
  }

 private:
  std::int64_t extent_;
  int axis_;
};

}  // namespace

bool detail::is_one_hot(const Op& op) {
  return dynamic_cast<const OneHot*>(&op) != nullptr;
}

Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype, std::int64_t axis, Location at) {
  const Tensor rows = apply(std::make_shared<const OneHot>(classes, dtype), {labels}, at);
  const int rank = rows.shape().rank();
  const int place = detail::checked(rows, "one_hot", at, [&] { return detail::axis_of(axis, rank); });
  if (place == rank - 1) return rows;
  std::vector<std::int64_t> axes(static_cast<std::size_t>(rank - 1));
  std::iota(axes.begin(), axes.end(), 0);
  axes.insert(axes.begin() + place, rank - 1);
  return transpose(rows, std::move(axes), at);
}

Tensor gather(const Tensor& x, const Tensor& indices, std::int64_t axis, Location at) {
  const int place = detail::checked(x, "gather", at, [&] { return detail::axis_of(axis, x.shape().rank()); });
  return apply(std::make_shared<const Gather>(place), {x, indices}, at);
}

Tensor scatter_add(const Tensor& values, const Tensor& indices, std::int64_t extent, std::int64_t axis,
                   Location at) {
  const int place = detail::checked(values, "scatter_add", at, [&] {
    const int rank = values.shape().rank() - (indices.empty() ? 0 : indices.shape().rank());
    if (rank < 0)
      throw ShapeError(fmt::format("expected values for each index of {}, got {}", to_string(indices.shape()),
                                   to_string(values.shape())));
    return detail::axis_of(axis, rank + 1);
  });
  return apply(std::make_shared<const ScatterAdd>(extent, place), {values, indices}, at);
}

}  // namespace gradtable
