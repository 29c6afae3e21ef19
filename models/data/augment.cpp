#include "gradtable/models/data/augment.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/patterns/partial_read.hpp"

namespace gradtable {
namespace {

class Augment final : public Op, public detail::PartialRead {
 public:
  explicit Augment(Augmenter augmenter) : augmenter_(std::move(augmenter)) {}
  std::string_view name() const override { return "augment"; }
  bool may_throw() const override { return true; }
  bool passes_gradient(std::size_t) const override { return false; }

  std::vector<Attribute> attributes() const override {
    const AugmentationOptions& options = augmenter_.options();
    return {{"rows", augmenter_.rows()},
            {"columns", augmenter_.columns()},
            {"seed", static_cast<std::int64_t>(augmenter_.seed())},
            {"shift", options.shift},
            {"rotate", options.rotate},
            {"scale", options.scale},
            {"sigma", options.elastic.sigma},
            {"alpha", options.elastic.alpha}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const std::int64_t pixels = augmenter_.rows() * augmenter_.columns();
    const auto &images = inputs[0], &indices = inputs[1], &epoch = inputs[2];
    if (images.dtype != DType::uint8 || images.shape.rank() != 2 || images.shape[1] != pixels)
      throw ShapeError(fmt::format("expected uint8 images (n,{}), got {}", pixels, to_string(images)));
    if (indices.dtype != DType::int32 || indices.shape.rank() != 1)
      throw ShapeError(fmt::format("expected int32 indices (m), got {}", to_string(indices)));
    if (epoch.dtype != DType::int32 || epoch.shape.rank() != 0)
      throw ShapeError(fmt::format("expected an int32 scalar as the epoch, got {}", to_string(epoch)));
    return {DType::uint8, {indices.shape[0], pixels}};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>, const TensorType&) const override {
    return input == 1;
  }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return augmenter_.flops() * static_cast<double>(output.shape[0]);
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const std::int32_t epoch = inputs[2].as<std::int32_t>()[0];
    if (epoch < 0) throw DataError(fmt::format("augment: expected an epoch of at least 0, got {}", epoch));
    augmenter_.augment(inputs[0], inputs[1].as<std::int32_t>(), static_cast<std::uint64_t>(epoch), parts,
                       output);
  }

 private:
  Augmenter augmenter_;
};

}  // namespace

Tensor augment(const Tensor& images, const Tensor& indices, const Tensor& epoch, const Augmenter& augmenter,
               Location at) {
  return apply(std::make_shared<const Augment>(augmenter), {images, indices, epoch}, at);
}

}  // namespace gradtable
