#include "gradtable/ops/pooling.hpp"

#include <utility>

#include <fmt/format.h>

#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/detail/windows/pooling.hpp"
#include "gradtable/ops/detail/windows/pooling_op.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;
using Extents = std::vector<std::int64_t>;

class MaxPool final : public detail::PoolingOp {
 public:
  using PoolingOp::PoolingOp;
  std::string_view name() const override { return name_of({"max_pool1d", "max_pool2d", "max_pool3d"}); }
  TensorType infer(std::span<const TensorType> inputs) const override {
    return {detail::floating(inputs), windows_.pooled(inputs[0])};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Pooling p = windows_.pooling(inputs[0].shape(), output.shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::max_pool(p, static_cast<const T*>(inputs[0].data), static_cast<T*>(output.data), parts);
    });
  }

  // dy_o/dx_i = 1 where i is the place of the first maximum of window o
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override;
};

// z[i] = the sum of g[o] over the windows o of x whose maximum is at i: max_pool's gradient.
class SpreadToMaxima final : public detail::PoolingOp {
 public:
  using PoolingOp::PoolingOp;
  std::string_view name() const override {
    return name_of({"max_pool1d_gradient", "max_pool2d_gradient", "max_pool3d_gradient"});
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    check_pooled(inputs[0], inputs[1]);
    return {detail::floating(inputs), inputs[0].shape};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Pooling p = windows_.pooling(inputs[0].shape(), inputs[1].shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::spread_to_maxima(p, static_cast<const T*>(inputs[0].data),
                               static_cast<const T*>(inputs[1].data), static_cast<T*>(output.data), parts);
    });
  }

  // x: 0, as the places stay where they are; g: the gradient at these places
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override;
};

// y[o] = h[the place of the maximum of window o of x]: the gradient of max_pool's gradient.
class PickAtMaxima final : public detail::PoolingOp {
 public:
  using PoolingOp::PoolingOp;
  std::string_view name() const override {
    return name_of({"max_pool1d_pick", "max_pool2d_pick", "max_pool3d_pick"});
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    if (inputs[0].shape != inputs[1].shape)
      throw ShapeError(fmt::format("expected one shape, got {} and {}", to_string(inputs[0].shape),
                                   to_string(inputs[1].shape)));
    return {detail::floating(inputs), windows_.pooled(inputs[0])};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Pooling p = windows_.pooling(inputs[0].shape(), output.shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::pick_at_maxima(p, static_cast<const T*>(inputs[0].data), static_cast<const T*>(inputs[1].data),
                             static_cast<T*>(output.data), parts);
    });
  }

  // x: 0; h: the gradient, put back to these places
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    if (wrt == 0) return zeros_like(inputs[0]);
    return apply(std::make_shared<const SpreadToMaxima>(windows_), {inputs[0], gradient},
                 Location::current());
  }
};

Tensor MaxPool::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const {
  return apply(std::make_shared<const SpreadToMaxima>(windows_), {inputs[0], gradient}, Location::current());
}

Tensor SpreadToMaxima::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  if (wrt == 0) return zeros_like(inputs[0]);
  return apply(std::make_shared<const PickAtMaxima>(windows_), {inputs[0], gradient}, Location::current());
}

class AvgPool final : public detail::PoolingOp {
 public:
  AvgPool(detail::PoolingWindows windows, bool count_include_pad)
      : PoolingOp(std::move(windows)), count_include_pad_(count_include_pad) {}
  std::string_view name() const override { return name_of({"avg_pool1d", "avg_pool2d", "avg_pool3d"}); }
  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> list = windows_.attributes();
    list.push_back({"count_include_pad", count_include_pad_});
    return list;
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    return {detail::floating(inputs), windows_.pooled(inputs[0])};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Pooling p = windows_.pooling(inputs[0].shape(), output.shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::avg_pool(p, count_include_pad_, static_cast<const T*>(inputs[0].data),
                       static_cast<T*>(output.data), parts);
    });
  }

  // dy_o/dx_i = 1 / the number of elements of window o, for each i in it
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const override;

 private:
  bool count_include_pad_;
};

// z[i] = the sum over the windows o that see i of g[o] / the number of their elements: avg_pool's gradient,
// for x with these spatial extents.
class SpreadEvenly final : public detail::PoolingOp {
 public:
  SpreadEvenly(detail::PoolingWindows windows, bool count_include_pad, Extents extents)
      : PoolingOp(std::move(windows)), count_include_pad_(count_include_pad), extents_(std::move(extents)) {}
  std::string_view name() const override {
    return name_of({"avg_pool1d_gradient", "avg_pool2d_gradient", "avg_pool3d_gradient"});
  }
  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> list = windows_.attributes();
    list.push_back({"count_include_pad", count_include_pad_});
    list.push_back({"extents", extents_});
    return list;
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    Extents extents = {inputs[0].shape[0], inputs[0].shape[1]};
    extents.insert(extents.end(), extents_.begin(), extents_.end());
    const TensorType x{detail::floating(inputs), Shape(extents)};
    check_pooled(x, inputs[0]);
    return x;
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const detail::Pooling p = windows_.pooling(output.shape(), inputs[0].shape());
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::spread_evenly(p, count_include_pad_, static_cast<const T*>(inputs[0].data),
                            static_cast<T*>(output.data), parts);
    });
  }

  // The transpose of the transpose.
  Tensor bprop(Inputs, const Tensor&, const Tensor& gradient, std::size_t) const override {
    return apply(std::make_shared<const AvgPool>(windows_, count_include_pad_), {gradient},
                 Location::current());
  }

 private:
  bool count_include_pad_;
  Extents extents_;
};

Tensor AvgPool::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t) const {
  const auto extents = inputs[0].shape().extents().subspan(2);
  return apply(std::make_shared<const SpreadEvenly>(windows_, count_include_pad_,
                                                    Extents(extents.begin(), extents.end())),
               {gradient}, Location::current());
}

Tensor max_pool(int axes, const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options,
                Location at) {
  const PerAxis& stride = options.stride.values().empty() ? kernel : options.stride;
  const detail::PoolingWindows windows({axes, stride, options.padding, options.dilation},
                                       detail::for_axes(kernel, axes), options.ceil_mode);
  return apply(std::make_shared<const MaxPool>(windows), {x}, at);
}

Tensor avg_pool(int axes, const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options,
                Location at) {
  const PerAxis& stride = options.stride.values().empty() ? kernel : options.stride;
  const detail::PoolingWindows windows({axes, stride, options.padding, 1}, detail::for_axes(kernel, axes),
                                       options.ceil_mode);
  return apply(std::make_shared<const AvgPool>(windows, options.count_include_pad), {x}, at);
}

}  // namespace

Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options, Location at) {
  return max_pool(1, x, kernel, options, at);
}

Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options, Location at) {
  return max_pool(2, x, kernel, options, at);
}

Tensor max_pool3d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options, Location at) {
  return max_pool(3, x, kernel, options, at);
}

Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options, Location at) {
  return avg_pool(1, x, kernel, options, at);
}

Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options, Location at) {
  return avg_pool(2, x, kernel, options, at);
}

Tensor avg_pool3d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options, Location at) {
  return avg_pool(3, x, kernel, options, at);
}

}  // namespace gradtable
