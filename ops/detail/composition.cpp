#include "gradtable/ops/detail/composition.hpp"

#include <array>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

Graph& graph_of(const Tensor& x, std::string_view function, Location at) {
  require_tensor(x, function, at);
  return x.graph();
}

}  // namespace

Composition::Composition(std::string_view function, const Tensor& x, Location at)
    : function_(function), x_(x), at_(at), scope_(graph_of(x, function, at), at) {}

void Composition::refuse(const std::string& sentence) const {
  throw in_call(ShapeError(sentence), x_, function_, at_);
}

void Composition::require_alike(const Tensor& a, const Tensor& b) const {
  const std::array types = {a.type(), b.type()};
  checked([&] { return floating(types); });
  if (a.shape() != b.shape())
    refuse(fmt::format("expected one shape, got {} and {}", to_string(a.shape()), to_string(b.shape())));
}

}  // namespace gradtable::detail
