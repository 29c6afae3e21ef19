// What the ops of pooling share.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/detail/windows/pooling.hpp"
#include "gradtable/ops/detail/windows/window.hpp"

namespace gradtable::detail {

// The windows of a pooling op, and what its gradients share with it.
class PoolingWindows {
 public:
  PoolingWindows(WindowSettings settings, std::vector<std::int64_t> kernel, bool ceil_mode)
      : settings_(std::move(settings)), kernel_(std::move(kernel)), ceil_mode_(ceil_mode) {}

  int axes() const { return settings_.axes(); }
  std::vector<Attribute> attributes() const {
    std::vector<Attribute> list = settings_.attributes();
    list.push_back({"kernel", kernel_});
    list.push_back({"ceil_mode", ceil_mode_});
    return list;
  }

  // The shape of one number for each window. Throws ShapeError.
  Shape pooled(const TensorType& x) const;
  Pooling pooling(const Shape& x, const Shape& y) const;
  // Elements of a window.
  double size() const;

 private:
  std::int64_t count(int axis, std::int64_t extent) const;

  WindowSettings settings_;
  std::vector<std::int64_t> kernel_;
  bool ceil_mode_;
};

// Parts are planes, each of which follows from the same plane of every input.
class PoolingOp : public Op {
 public:
  explicit PoolingOp(PoolingWindows windows) : windows_(std::move(windows)) {}
  std::vector<Attribute> attributes() const override { return windows_.attributes(); }
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size() == 0 ? 0 : output.shape[0] * output.shape[1];
  }
  bool reads_own_slice(std::size_t, std::span<const TensorType>, const TensorType&) const override {
    return true;
  }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return windows_.size() * static_cast<double>(output.shape.size());
  }

 protected:
  std::string_view name_of(const std::array<std::string_view, 3>& names) const {
    return names[static_cast<std::size_t>(windows_.axes() - 1)];
  }

  // x is of the shape that is pooled, `other` of the shape that this gives. Else throws
  // ShapeError.
  void check_pooled(const TensorType& x, const TensorType& other) const;

  PoolingWindows windows_;
};

}  // namespace gradtable::detail
