#include "gradtable/ops/slicing.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/ops/detail/loops/strides.hpp"
#include "gradtable/ops/detail/operand.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/patterns/constants.hpp"
#include "gradtable/ops/patterns/partial_read.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

// The places of a small tensor's elements in a large one: start + i step along each axis.
struct Places {
  std::vector<std::int64_t> starts, steps;

  // Element i of an axis lies in place i.
  bool whole(int axis, const Shape& small, const Shape& large) const {
    const auto k = static_cast<std::size_t>(axis);
    return starts[k] == 0 && steps[k] == 1 && small[axis] == large[axis];
  }
  // The leading axes that are whole.
  int whole_axes(const Shape& small, const Shape& large) const {
    int axes = 0;
    while (axes < small.rank() && whole(axes, small, large)) ++axes;
    return axes;
  }
  detail::Walk<1> walk(const Shape& small, const Shape& large) const {
    detail::Strides strides = detail::dense_strides(large);
    for (std::size_t k = 0; k < steps.size(); ++k) strides[k] *= steps[k];
    return {small, {strides}};
  }
  std::int64_t first(const Shape& large) const {
    const detail::Strides strides = detail::dense_strides(large);
    std::int64_t place = 0;
    for (std::size_t k = 0; k < starts.size(); ++k) place += starts[k] * strides[k];
    return place;
  }
};

Tensor sliced(const Tensor& x, Places places, const Shape& shape, Location at = Location::current());
Tensor padded(const Tensor& x, Places places, const Shape& shape, double value,
              Location at = Location::current());

class SliceOp final : public Op, public detail::Copies, public detail::PartialRead {
 public:
  SliceOp(Places places, const Shape& shape) : places_(std::move(places)), shape_(shape) {}
  std::string_view name() const override { return "slice"; }
  std::vector<Attribute> attributes() const override {
    return {{"starts", places_.starts}, {"steps", places_.steps}, {"shape", detail::extents_of(shape_)}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override { return {inputs[0].dtype, shape_}; }

  // Rows that are taken whole, or elements.
  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override {
    const std::int64_t rows = rows_of(inputs[0].shape);
    return rows > 1 ? rows : output.shape.size();
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType> inputs, const TensorType&) const override {
    return rows_of(inputs[0].shape) > 1;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& large = inputs[0].shape();
    const std::int64_t rows = rows_of(large), size = rows > 1 ? shape_.size() / rows : 1;
    if (shape_.size() == 0) return;
    dispatch(output.dtype(), [&]<class T>() {
      detail::copy_pieces(
          places_.walk(shape_, large), static_cast<const T*>(inputs[0].data) + places_.first(large),
          static_cast<T*>(output.data) + parts.begin * size, parts.begin * size, parts.end * size);
    });
  }

  // Of everything; of what was sliced before.
  Tensor simplified(Inputs inputs) const override {
    if (places_.whole_axes(shape_, inputs[0].shape()) == shape_.rank()) return inputs[0];
    const Tensor x = detail::argument_of<SliceOp>(inputs[0]);
    if (x.empty()) return {};
    Places places = detail::op_of<SliceOp>(inputs[0]).places_;
    for (std::size_t k = 0; k < places.starts.size(); ++k) {
      places.starts[k] += places.steps[k] * places_.starts[k];
      places.steps[k] *= places_.steps[k];
    }
    return sliced(x, std::move(places), shape_);
  }

  // The gradient of y goes back to the places that its elements came from; the others had no effect.
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return padded(gradient, places_, inputs[0].shape(), 0);
  }

 private:
  std::int64_t rows_of(const Shape& large) const {
    return shape_.first(places_.whole_axes(shape_, large)).size();
  }

  Places places_;
  Shape shape_;
};

class Pad final : public Op, public detail::Copies {
 public:
  Pad(Places places, const Shape& shape, double value)
      : places_(std::move(places)), shape_(shape), value_(value) {}
  std::string_view name() const override { return "pad"; }
  std::vector<Attribute> attributes() const override {
    return {{"starts", places_.starts},
            {"steps", places_.steps},
            {"shape", detail::extents_of(shape_)},
            {"value", value_}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!detail::holds(inputs[0].dtype, value_))
      throw ShapeError(
          fmt::format("expected a value that {} has, got {}", to_string(inputs[0].dtype), value_));
    return {inputs[0].dtype, shape_};
  }

  // Rows that are taken whole, or those of the first axis that is not.
  std::int64_t parts(std::span<const TensorType> inputs, const TensorType&) const override {
    const int axes = places_.whole_axes(inputs[0].shape, shape_);
    const std::int64_t rows = shape_.first(axes).size();
    return rows == 1 && axes < shape_.rank() ? shape_[axes] : rows;
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType> inputs, const TensorType&) const override {
    return shape_.first(places_.whole_axes(inputs[0].shape, shape_)).size() > 1;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& small = inputs[0].shape();
    const TensorType types[] = {inputs[0].type};
    const std::int64_t pieces = this->parts(types, output.type);
    if (shape_.size() == 0) return;
    const std::int64_t size = shape_.size() / pieces;
    const Parts from = elements(small, parts);
    dispatch(output.dtype(), [&]<class T>() {
      T* y = static_cast<T*>(output.data);
      std::fill(y + parts.begin * size, y + parts.end * size, static_cast<T>(value_));
      put(places_.walk(small, shape_), static_cast<const T*>(inputs[0].data) + from.begin,
          y + places_.first(shape_), from);
    });
  }

  // Of nothing.
  Tensor simplified(Inputs inputs) const override {
    return places_.whole_axes(shape_, inputs[0].shape()) == shape_.rank() ? inputs[0] : Tensor();
  }

  // dy_i/dx_j = 1 where x_j was put to place i
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return sliced(gradient, places_, inputs[0].shape());
  }

 private:
  // The elements of x that lie in these parts of the output, one after the other in x, too.
  Parts elements(const Shape& small, Parts parts) const {
    const int axes = places_.whole_axes(small, shape_);
    if (small.size() == 0 || parts.begin == parts.end) return {};
    const std::int64_t rows = shape_.first(axes).size();
    if (rows > 1 || axes == shape_.rank())
      return {parts.begin * (small.size() / rows), parts.end * (small.size() / rows)};
    const auto k = static_cast<std::size_t>(axes);
    const std::int64_t start = places_.starts[k], step = places_.steps[k], size = small.size() / small[axes];
    // How many of the first elements lie at places before `end`; behind them, where the step is negative.
    const auto count = [&](std::int64_t distance) {
      const std::int64_t stride = std::abs(step);
      return std::clamp<std::int64_t>(distance <= 0 ? 0 : (distance - 1) / stride + 1, 0, small[axes]);
    };
    if (step > 0) return {count(parts.begin - start) * size, count(parts.end - start) * size};
    return {count(start - parts.end + 1) * size, count(start - parts.begin + 1) * size};
  }

  template <class T>
  static void put(const detail::Walk<1>& walk, const T* x, T* y, Parts range) {
    const std::int64_t stride = walk.run_stride(0);
    walk.for_pieces(range.begin, range.end, [&](const auto& offset, std::int64_t count) {
      T* to = y + offset[0];
      if (stride == 1) {
        std::copy_n(x, count, to);
      } else {
        for (std::int64_t i = 0; i < count; ++i) to[i * stride] = x[i];
      }
      x += count;
    });
  }

  Places places_;
  Shape shape_;
  double value_;
};

Tensor sliced(const Tensor& x, Places places, const Shape& shape, Location at) {
  return apply(std::make_shared<const SliceOp>(std::move(places), shape), {x}, at);
}

Tensor padded(const Tensor& x, Places places, const Shape& shape, double value, Location at) {
  return apply(std::make_shared<const Pad>(std::move(places), shape, value), {x}, at);
}

struct Range {
  std::int64_t start, step, count;
};

// Python's range(n)[start:stop:step]; equal ranges have equal numbers.
Range range_of(const Slice& slice, std::int64_t n) {
  if (slice.step == 0)
    throw ShapeError(fmt::format("expected a step other than 0, got 0 for axis {}", slice.axis));
  const std::int64_t step = std::max(slice.step, -std::numeric_limits<std::int64_t>::max());
  const std::int64_t first = step > 0 ? 0 : -1;  // bounds lie in [first, first + n]
  const auto bound = [&](const std::optional<std::int64_t>& given, std::int64_t otherwise) {
    if (!given) return otherwise;
    return std::clamp(*given < 0 ? *given + n : *given, first, first + n);
  };
  const std::int64_t start = bound(slice.start, step > 0 ? 0 : n - 1);
  const std::int64_t stop = bound(slice.stop, step > 0 ? n : -1);
  const std::int64_t distance = step > 0 ? stop - start : start - stop;
  const std::int64_t count = distance <= 0 ? 0 : (distance - 1) / std::abs(step) + 1;
  return {count == 0 ? 0 : start, count <= 1 ? 1 : step, count};
}

Places everywhere(int rank) {
  const auto axes = static_cast<std::size_t>(rank);
  return {std::vector<std::int64_t>(axes, 0), std::vector<std::int64_t>(axes, 1)};
}

// The axes that are named, counted from the front. Throws ShapeError.
template <class Named>
std::vector<std::size_t> axes_of(const std::vector<Named>& named, int rank) {
  std::vector<std::int64_t> axes;
  for (const Named& one : named) axes.push_back(one.axis);
  detail::set_of(axes, rank);  // each axis once
  std::vector<std::size_t> places;
  for (const std::int64_t axis : axes)
    places.push_back(static_cast<std::size_t>(detail::axis_of(axis, rank)));
  return places;
}

// Where the slices take their elements from, and the shape that these have. Throws ShapeError.
std::pair<Places, Shape> places_of(const std::vector<Slice>& slices, const Shape& shape) {
  Places found = everywhere(shape.rank());
  std::vector<std::int64_t> extents = detail::extents_of(shape);
  const std::vector<std::size_t> axes = axes_of(slices, shape.rank());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Range range = range_of(slices[i], extents[axes[i]]);
    found.starts[axes[i]] = range.start;
    found.steps[axes[i]] = range.step;
    extents[axes[i]] = range.count;
  }
  return {std::move(found), Shape(extents)};
}

}  // namespace

Tensor slice(const Tensor& x, const std::vector<Slice>& slices, Location at) {
  auto [places, shape] = detail::checked(x, "slice", at, [&] { return places_of(slices, x.shape()); });
  return sliced(x, std::move(places), shape, at);
}

Array slice(const ConstView& x, const std::vector<Slice>& slices) {
  require_address(x);
  auto [places, shape] = places_of(slices, x.shape());
  return compute(SliceOp(std::move(places), shape), std::span(&x, 1));
}

Tensor Tensor::operator[](const Index& index) const {
  const TensorType row = detail::checked(*this, "index", index.at, [&] {
    detail::row_index(shape(), index.value, "");
    return detail::row_type(type());
  });
  const std::int64_t first = index.value;
  const std::optional<std::int64_t> stop = first == -1 ? std::nullopt : std::optional(first + 1);
  return reshape(slice(*this, {{.start = first, .stop = stop}}, index.at), row.shape, index.at);
}

Tensor pad(const Tensor& x, const std::vector<Padding>& paddings, double value, Location at) {
  std::vector<Slice> left;  // of what is taken away
  auto [places, shape] = detail::checked(x, "pad", at, [&] {
    Places found = everywhere(x.shape().rank());
    std::vector<std::int64_t> extents = detail::extents_of(x.shape());
    const std::vector<std::size_t> axes = axes_of(paddings, x.shape().rank());
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const auto [axis, before, after] = paddings[i];
      std::int64_t& extent = extents[axes[i]];
      const std::int64_t first = -std::clamp<std::int64_t>(before, -extent, 0);
      const std::int64_t end = std::max(extent + std::clamp<std::int64_t>(after, -extent, 0), first);
      if (first > 0 || end < extent) left.push_back({.axis = axis, .start = first, .stop = end});
      found.starts[axes[i]] = end > first ? std::max<std::int64_t>(before, 0) : 0;
      const std::optional<std::int64_t> longer = checked_add(extent, before),
                                        whole = longer ? checked_add(*longer, after) : std::nullopt;
      if (!whole || *whole < 0)
        throw ShapeError(
            fmt::format("expected paddings that give axis {} of {} an extent from 0 to 2^63, got {} and {}",
                        axes[i], to_string(x.shape()), before, after));
      extent = *whole;
    }
    return std::pair(std::move(found), Shape(extents));
  });
  return padded(left.empty() ? x : slice(x, left, at), std::move(places), shape, value, at);
}

}  // namespace gradtable
