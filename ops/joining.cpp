#include "gradtable/ops/joining.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

class Concat final : public Op, public detail::Copies {
 public:
  explicit Concat(int axis) : axis_(axis) {}
  std::string_view name() const override { return "concat"; }
  std::vector<Attribute> attributes() const override { return {{"axis", std::int64_t{axis_}}}; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const TensorType& first = inputs[0];
    std::vector<std::int64_t> extents = detail::extents_of(first.shape);
    for (const TensorType& input : inputs.subspan(1)) {
      if (input.dtype != first.dtype || input.shape.rank() != first.shape.rank() || !fits(input, first))
        throw ShapeError(
            fmt::format("expected tensors that differ in the extent of axis {} alone, got {} and {}", axis_,
                        to_string(first), to_string(input)));
      extents[static_cast<std::size_t>(axis_)] += input.shape[axis_];
    }
    return {first.dtype, Shape(extents)};
  }

  // What lies before the axis, each with a piece of every input; without it, places along the axis.
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    const std::int64_t rows = output.shape.first(axis_).size();
    return rows == 1 ? output.shape[axis_] : rows;
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.first(axis_).size() > 1;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const Shape& shape = output.shape();
    const bool one_row = shape.first(axis_).size() == 1;
    const std::size_t unit =
        static_cast<std::size_t>(shape.last(shape.rank() - axis_ - 1).size()) * size_of(output.dtype());
    const Parts rows = one_row ? Parts{0, 1} : parts, places = one_row ? parts : Parts{0, shape[axis_]};
    if (unit == 0) return;
    auto* y = static_cast<std::byte*>(output.data);
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      std::int64_t first = 0;  // the input's place along the axis
      for (const ConstView& input : inputs) {
        const std::int64_t extent = input.shape()[axis_];
        const std::int64_t begin = std::max(first, places.begin), end = std::min(first + extent, places.end);
        if (begin < end)
          std::memcpy(y + static_cast<std::size_t>(row * shape[axis_] + begin) * unit,
                      static_cast<const std::byte*>(input.data) +
                          static_cast<std::size_t>(row * extent + begin - first) * unit,
                      static_cast<std::size_t>(end - begin) * unit);
        first += extent;
      }
    }
  }

  // Of one tensor.
  Tensor simplified(Inputs inputs) const override { return inputs.size() == 1 ? inputs[0] : Tensor(); }

  // Each input's piece of G
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    std::int64_t first = 0;
    for (const Tensor& before : inputs.first(wrt)) first += before.shape()[axis_];
    return slice(gradient, {{.axis = axis_, .start = first, .stop = first + inputs[wrt].shape()[axis_]}});
  }

 private:
  bool fits(const TensorType& input, const TensorType& first) const {
    for (int axis = 0; axis < first.shape.rank(); ++axis) {
      if (axis != axis_ && input.shape[axis] != first.shape[axis]) return false;
    }
    return true;
  }

  int axis_;
};

void require_some(const std::vector<Tensor>& tensors, std::string_view function, Location at) {
  if (tensors.empty())
    throw GraphError(
        fmt::format("{}: expected at least one tensor, got none  [{}]", function, to_string(at)));
}

}  // namespace

Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Location at) {
  require_some(tensors, "concat", at);
  const Tensor& first = tensors.front();
  const int place =
      detail::checked(first, "concat", at, [&] { return detail::axis_of(axis, first.shape().rank()); });
  return first.graph().apply(std::make_shared<const Concat>(place), tensors, at);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis, Location at) {
  require_some(tensors, "stack", at);
  std::vector<Tensor> rows;
  for (const Tensor& x : tensors) {
    detail::checked(x, "stack", at, [&] {
      if (x.type() != tensors.front().type())
        throw ShapeError(fmt::format("expected tensors of one type, got {} and {}",
                                     to_string(tensors.front().type()), to_string(x.type())));
      detail::axis_of(axis, x.shape().rank() + 1);
    });
    rows.push_back(unsqueeze(x, {axis}, at));
  }
  return concat(rows, axis, at);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis,
                          Location at) {
  detail::checked(x, "split", at, [&] {
    const std::int64_t extent = x.shape()[detail::axis_of(axis, x.shape().rank())];
    std::int64_t rest = extent;
    bool fits = true;
    for (const std::int64_t size : sizes) {
      fits = fits && size >= 0 && size <= rest;
      if (fits) rest -= size;
    }
    if (!fits || rest > 0)
      throw ShapeError(fmt::format("expected sizes that add up to the {} of axis {} of {}, got ({})", extent,
                                   axis, to_string(x.shape()), fmt::join(sizes, ",")));
  });
  std::vector<Tensor> pieces;
  std::int64_t first = 0;
  for (const std::int64_t size : sizes) {
    pieces.push_back(slice(x, {{.axis = axis, .start = first, .stop = first + size}}, at));
    first += size;
  }
  return pieces;
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, std::int64_t axis, Location at) {
  const std::int64_t size = detail::checked(x, "chunk", at, [&] {
    const std::int64_t extent = x.shape()[detail::axis_of(axis, x.shape().rank())];
    if (count < 1 || extent % count != 0)
      throw ShapeError(fmt::format("expected a number of pieces that divides the {} of axis {} of {}, got {}",
                                   extent, axis, to_string(x.shape()), count));
    return extent / count;
  });
  return split(x, std::vector<std::int64_t>(static_cast<std::size_t>(count), size), axis, at);
}

}  // namespace gradtable
