#include "gradtable/ops/detail/pick.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gradtable/ops/detail/labels.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/choice.hpp"

namespace gradtable::detail {
namespace {

using Ignored = std::optional<std::int32_t>;

Shape without_classes(const Shape& shape) {
  Axes classes;
  return reduced(shape, classes.set(1), false);
}

Shape with_classes(const Shape& labels, std::int64_t classes) {
  std::array<std::int64_t, Shape::kMaxRank> extents{labels[0], classes};
  std::ranges::copy(labels.extents().subspan(1), extents.begin() + 2);
  return Shape(std::span(extents).first(static_cast<std::size_t>(labels.rank() + 1)));
}

// Between numbers of all classes, (n,k,...), and those of the labels, (n,...); a part for each n. gather
// takes the same indices for every n, and a product with one_hot has numbers for all classes.
class OfLabels : public Op, public Copies {
 public:
  OfLabels(std::string_view function, Ignored ignored) : function_(function), ignored_(ignored) {}
  std::vector<Attribute> attributes() const override {
    using Indices = std::vector<std::int64_t>;
    return {{function_, true}, {"ignored", ignored_ ? Indices{*ignored_} : Indices{}}};
  }
  bool may_throw() const override { return true; }
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return static_cast<double>(inputs[1].shape.size());
  }

 protected:
  // Calls f(i, j) for the labels i of the parts, where j is the place of their class among the numbers of all
  // classes; j is -1 for ignored ones.
  template <class F>
  void for_labels(const ConstView& labels, std::int64_t classes, Parts parts, const F& f) const {
    const auto label = labels.as<std::int32_t>();
    const std::int64_t inner = parts.begin < parts.end ? labels.shape().size() / labels.shape()[0] : 0;
    for (std::int64_t n = parts.begin; n < parts.end; ++n) {
      for (std::int64_t i = n * inner; i < (n + 1) * inner; ++i) {
        const std::int32_t c = label[static_cast<std::size_t>(i)];
        if (ignored_ != c) require_labels(function_, label, {i, i + 1}, classes);
        f(i, ignored_ == c ? -1 : (n * classes + c) * inner + i - n * inner);
      }
    }
  }

  // What messages name: an attribute, so that nodes of two functions stay apart.
  std::string_view function_;
  Ignored ignored_;
};

class Pick final : public OfLabels {
 public:
  using OfLabels::OfLabels;
  std::string_view name() const override { return "pick"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return infer_pick(inputs); }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      T* z = static_cast<T*>(output.data);
      for_labels(inputs[1], inputs[0].shape()[1], parts,
                 [&](std::int64_t i, std::int64_t j) { z[i] = j < 0 ? T{0} : x[j]; });
    });
  }

  // dz[n,...]/dx[n,c,...] = 1 where c = labels[n,...]
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;
};

// x[n,c,...] = z[n,...] where c = labels[n,...], else 0: the transpose of Pick.
class Place final : public OfLabels {
 public:
  Place(std::string_view function, std::int64_t classes, Ignored ignored)
      : OfLabels(function, ignored), classes_(classes) {}
  std::string_view name() const override { return "place"; }
  std::vector<Attribute> attributes() const override {
    std::vector<Attribute> all = OfLabels::attributes();
    all.push_back({"classes", classes_});
    return all;
  }
  TensorType infer(std::span<const TensorType> inputs) const override {
    return {inputs[0].dtype, with_classes(inputs[0].shape, classes_)};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* z = static_cast<const T*>(inputs[0].data);
      T* x = static_cast<T*>(output.data);
      const std::int64_t size = parts.begin < parts.end ? output.shape().size() / output.shape()[0] : 0;
      std::fill(x + parts.begin * size, x + parts.end * size, T{0});
      for_labels(inputs[1], classes_, parts, [&](std::int64_t i, std::int64_t j) {
        if (j >= 0) x[j] = z[i];
      });
    });
  }

  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return pick(gradient, inputs[1], function_, ignored_);
  }

 private:
  std::int64_t classes_;
};

Tensor Pick::bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
                   std::size_t wrt) const {
  if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
  const auto op = std::make_shared<const Place>(function_, inputs[0].shape()[1], ignored_);
  return apply(op, {gradient, inputs[1]}, Location::current());
}

}  // namespace

TensorType infer_pick(std::span<const TensorType> inputs) {
  const TensorType &x = inputs[0], &labels = inputs[1];
  require_int32(labels, "labels");
  const bool fits = is_floating(x.dtype) && x.shape.rank() >= 2 && x.shape[1] > 0 &&
                    labels == TensorType{DType::int32, without_classes(x.shape)};
  if (!fits)
    throw ShapeError(fmt::format(
        "expected float32 or float64 (n,k,...) with k > 0 and int32 labels (n,...), got {} and {}",
        to_string(x), to_string(labels)));
  return {x.dtype, labels.shape};
}

Tensor pick(const Tensor& x, const Tensor& labels, std::string_view function, Ignored ignored, Location at) {
  return apply(std::make_shared<const Pick>(function, ignored), {x, labels}, at);
}

}  // namespace gradtable::detail
