// Ops as users write them, which pass their input on: with any derivative, or with none.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "gradtable/core/graph.hpp"

namespace gradtable::testing {

// y = x_0, whatever the other inputs are; its derivative is what the test says.
class Pass final : public Op {
 public:
  using Bprop =
      std::function<Tensor(std::span<const Tensor> inputs, const Tensor& gradient, std::size_t wrt)>;
  explicit Pass(Bprop bprop) : bprop_(std::move(bprop)) {}
  std::string_view name() const override { return "pass"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor&, const Tensor& gradient,
               std::size_t wrt) const override {
    return bprop_(inputs, gradient, wrt);
  }

 private:
  Bprop bprop_;
};

inline Tensor pass(std::initializer_list<Tensor> inputs, Pass::Bprop bprop,
                   Location at = Location::current()) {
  return apply(std::make_shared<const Pass>(std::move(bprop)), inputs, at);
}

// y = x, by somebody who gave it no derivative.
class Rough final : public Op {
 public:
  std::string_view name() const override { return "rough"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return inputs[0]; }
  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    std::ranges::copy(inputs[0].as<double>(), output.as<double>().begin());
  }
};

inline Tensor rough(const Tensor& x, Location at = Location::current()) {
  return apply<Rough>({x}, at);
}

}  // namespace gradtable::testing
