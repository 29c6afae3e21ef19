#include "gradtable/ops/detail/composition.hpp"

#include <array>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

Graph& graph_of(std::initializer_list<Tensor> inputs, std::string_view function, Location at) {
  require_tensors(inputs, function, at);
  return inputs.begin()->graph();
}

}  // namespace

Composition::Composition(std::string_view function, std::initializer_list<Tensor> inputs, Location at)
    : function_(function), first_(*inputs.begin()), at_(at), scope_(graph_of(inputs, function, at), at) {}

void Composition::refuse(const std::string& sentence) const {
  throw in_call(ShapeError(sentence), first_, function_, at_);
}

void Composition::require_floating(const Tensor& x) const {
  const std::array types = {x.type()};
  checked([&] { return floating(types); });
}

void Composition::require_alike(const Tensor& a, const Tensor& b) const {
  const std::array types = {a.type(), b.type()};
  checked([&] { return floating(types); });
  if (a.shape() != b.shape())
    refuse(fmt::format("expected one shape, got {} and {}", to_string(a.shape()), to_string(b.shape())));
}

void Composition::require_numbers_to_average(const Tensor& x) const {
  checked([&] { detail::require_numbers_to_average(x.type()); });
}

}  // namespace gradtable::detail
