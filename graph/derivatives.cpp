#include "gradtable/graph/derivatives.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gradtable/graph/detail/derivative_names.hpp"
#include "gradtable/graph/detail/products.hpp"
#include "gradtable/ops/broadcast.hpp"

namespace gradtable {
namespace {

std::vector<Tensor> gradients_of(const GradTable& table) {
  std::vector<Tensor> found;
  std::ranges::transform(table, std::back_inserter(found), &GradTable::Entry::gradient);
  return found;
}

// A derivative that is the same everywhere has derivatives zero and no path to them.
constexpr Unreached kConstant = Unreached::zeros;

}  // namespace

std::vector<Tensor> gradients(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                              Unreached unreached) {
  detail::require_real("gradients", ys, xs);
  const Graph::Derivative derivative(ys.front().graph(), xs);
  std::vector<Tensor> ones;
  for (const Tensor& y : ys) {
    const Graph::Scope scope(y.graph(), Phase::gradient, y.id());
    ones.push_back(full_like(y, 1));
  }
  return vjp(ys, xs, ones, unreached);
}

std::vector<Tensor> vjp(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                        const std::vector<Tensor>& cotangents, Unreached unreached) {
  detail::require_real("vjp", ys, xs);
  detail::require_vectors("vjp", "cotangents", ys, cotangents);
  std::vector<GradTable::Entry> known;
  for (std::size_t k = 0; k < ys.size(); ++k) known.push_back({ys[k], cotangents[k]});
  return gradients_of(build_grad(GradTable(std::move(known)), xs, {unreached}));
}

std::vector<Tensor> jvp(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                        const std::vector<Tensor>& tangents, Unreached unreached) {
  detail::require_real("jvp", ys, xs);
  detail::require_vectors("jvp", "tangents", xs, tangents);
  if (unreached == Unreached::error) detail::require_paths("jvp", ys, xs);
  const Graph::Derivative derivative(ys.front().graph(), xs);
  const std::vector<Tensor> us = detail::free_cotangents(ys);
  std::vector<Tensor> products = vjp(vjp(ys, xs, us, Unreached::zeros), us, tangents, kConstant);
  for (std::size_t k = 0; k < ys.size(); ++k) detail::name_directional(products[k], ys[k], xs, tangents);
  return products;
}

std::vector<Tensor> hvp(const Tensor& z, const std::vector<Tensor>& xs, const std::vector<Tensor>& vectors,
                        Unreached unreached) {
  detail::require_scalar("hvp", z);
  detail::require_real("hvp", {z}, xs);
  detail::require_vectors("hvp", "vectors", xs, vectors);
  if (unreached == Unreached::error) detail::require_paths("hvp", {z}, xs);
  const Graph::Derivative derivative(z.graph(), xs);
  const std::vector<Tensor> first = gradients_of(build_grad(z, xs, {Unreached::zeros}));
  return vjp(first, xs, vectors, kConstant);
}

}  // namespace gradtable
