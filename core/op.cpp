#include "gradtable/core/op.hpp"

#include <bit>
#include <typeinfo>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"

namespace gradtable {

bool operator==(const Attribute& a, const Attribute& b) {
  const double *x = std::get_if<double>(&a.value), *y = std::get_if<double>(&b.value);
  if (x && y) return a.name == b.name && std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y);
  return a.name == b.name && a.value == b.value;
}

std::string to_string(const Attribute& attribute) {
  struct Printer {
    std::string operator()(bool value) const { return fmt::format("{}", value); }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(DType value) const { return std::string(gradtable::to_string(value)); }
    std::string operator()(const std::vector<std::int64_t>& values) const {
      return fmt::format("({})", fmt::join(values, ","));
    }
  };
  return std::visit(Printer{}, attribute.value);
}

double Op::flops(std::span<const TensorType> /*inputs*/, const TensorType& output) const {
  return static_cast<double>(output.shape.size());
}

Tensor Op::simplified(std::span<const Tensor> /*inputs*/) const {
  return {};
}

Tensor Op::bprop(std::span<const Tensor> /*inputs*/, const Tensor& /*output*/, const Tensor& /*gradient*/,
                 std::size_t wrt) const {
  throw GradientError(fmt::format("no derivative with respect to input {}", wrt));
}

bool same_op(const Op& a, const Op& b) {
  return &a == &b || (typeid(a) == typeid(b) && a.attributes() == b.attributes());
}

Array compute(const Op& op, std::span<const ConstView> inputs) {
  std::vector<TensorType> types;
  for (const ConstView& input : inputs) types.push_back(input.type);
  const TensorType type = op.infer(types);
  Array output(type.dtype, type.shape);
  op.forward(inputs, output.view(), {0, op.parts(types, type)});
  return output;
}

}  // namespace gradtable
