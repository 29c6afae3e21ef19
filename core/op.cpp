#include "gradtable/core/op.hpp"

#include <typeinfo>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"

namespace gradtable {

std::string to_string(const Attribute& attribute) {
  struct Printer {
    std::string operator()(bool value) const { return fmt::format("{}", value); }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::vector<std::int64_t>& values) const {
      return fmt::format("({})", fmt::join(values, ","));
    }
  };
  return std::visit(Printer{}, attribute.value);
}

Tensor Op::bprop(std::span<const Tensor> /*inputs*/, const Tensor& /*output*/, const Tensor& /*gradient*/,
                 std::size_t wrt) const {
  throw GradientError(fmt::format("no derivative with respect to input {}", wrt));
}

bool same_op(const Op& a, const Op& b) {
  return &a == &b || (typeid(a) == typeid(b) && a.attributes() == b.attributes());
}

}  // namespace gradtable
