#include "gradtable/graph/jacobian.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/detail/derivative_names.hpp"
#include "gradtable/graph/detail/products.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

// (m,n) of m tensors of n elements.
Tensor as_rows(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> rows;
  for (const Tensor& tensor : tensors) rows.push_back(reshape(tensor, {1, tensor.shape().size()}));
  return concat(rows, 0);
}

// Element j of y is 1, the others are 0; nothing of y's size is stored in the graph.
Tensor unit(const Tensor& y, std::int64_t j) {
  const Tensor index = y.graph().literal(static_cast<double>(j), DType::int32);
  return reshape(one_hot(index, y.shape().size(), y.dtype()), y.shape());
}

std::int64_t elements(const std::vector<Tensor>& tensors) {
  const auto add_size = [](std::int64_t sum, const Tensor& t) {
    return checked_add(sum, t.shape().size()).value_or(std::numeric_limits<std::int64_t>::max());
  };
  return std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0}, add_size);
}

// The derivatives of y by each x as matrices (elements of y, elements of x), one vjp for each row.
std::vector<Tensor> matrices(const Tensor& y, const std::vector<Tensor>& xs) {
  const Graph::Scope scope(y.graph(), Phase::gradient, y.id());
  const std::int64_t m = y.shape().size();
  std::vector<std::vector<Tensor>> by_x(xs.size());
  for (std::int64_t j = 0; j < m; ++j) {
    const std::vector<Tensor> row = vjp({y}, xs, {unit(y, j)}, Unreached::zeros);
    for (std::size_t i = 0; i < xs.size(); ++i) by_x[i].push_back(row[i]);
  }
  std::vector<Tensor> made;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Shape none{0, xs[i].shape().size()};
    made.push_back(m > 0 ? as_rows(by_x[i]) : y.graph().constant(zeros(none, y.dtype())));
  }
  return made;
}

// blocks[k][i], one vjp for each element of the ys.
Blocks by_rows(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  Blocks blocks;
  for (const Tensor& y : ys) blocks.push_back(matrices(y, xs));
  return blocks;
}

// The same by one jvp for each element of the xs: g = J^T u is linear in u, so that J^T is the Jacobian of g
// with respect to u.
Blocks by_columns(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  const std::vector<Tensor> us = detail::free_cotangents(ys);
  const Blocks transposed = by_rows(vjp(ys, xs, us, Unreached::zeros), us);
  Blocks blocks(ys.size());
  for (const std::vector<Tensor>& column : transposed) {
    for (std::size_t k = 0; k < ys.size(); ++k) blocks[k].push_back(transpose(column[k]));
  }
  return blocks;
}

Shape joined(std::string_view where, const Shape& a, const Shape& b) {
  if (a.rank() + b.rank() > Shape::kMaxRank)
    throw ShapeError(fmt::format("{}: expected shapes with at most {} axes together, got {} and {}", where,
                                 Shape::kMaxRank, to_string(a), to_string(b)));
  std::vector<std::int64_t> extents(a.extents().begin(), a.extents().end());
  extents.insert(extents.end(), b.extents().begin(), b.extents().end());
  return Shape(extents);
}

void require_one_type(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  for (const std::vector<Tensor>* tensors : {&ys, &xs}) {
    for (const Tensor& tensor : *tensors) {
      if (tensor.dtype() != ys.front().dtype())
        throw ShapeError(fmt::format(
            "{}: expected outputs and targets of one type, got {} of {} and {} of {}", where,
            ys.front().label(), to_string(ys.front().dtype()), tensor.label(), to_string(tensor.dtype())));
    }
  }
}

// Each is a node or more.
void require_few(std::string_view where, const std::vector<Tensor>& ys, const std::vector<Tensor>& xs) {
  constexpr std::int64_t kMost = 100'000;
  if (const std::int64_t products = std::min(elements(ys), elements(xs)); products > kMost)
    throw ShapeError(fmt::format(
        "{}: expected outputs or targets of at most {} elements, got {} of both; products with a vector need "
        "no matrix",
        where, kMost, products));
}

// What `where` refuses of outputs and targets of these types; the shapes of the blocks.
std::vector<std::vector<Shape>> shapes_of(std::string_view where, const std::vector<Tensor>& ys,
                                          const std::vector<Tensor>& xs) {
  require_one_type(where, ys, xs);
  require_few(where, ys, xs);
  std::vector<std::vector<Shape>> shapes(ys.size());
  for (std::size_t k = 0; k < ys.size(); ++k) {
    for (const Tensor& x : xs) shapes[k].push_back(joined(where, ys[k].shape(), x.shape()));
  }
  return shapes;
}

Blocks blocks_of(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs,
                 const std::vector<std::vector<Shape>>& shapes) {
  const Graph::Scope scope(ys.front().graph(), Phase::gradient, ys.front().id());
  const Graph::Derivative derivative(ys.front().graph(), xs);
  Blocks blocks = elements(ys) <= elements(xs) ? by_rows(ys, xs) : by_columns(ys, xs);
  for (std::size_t k = 0; k < ys.size(); ++k) {
    for (std::size_t i = 0; i < xs.size(); ++i) blocks[k][i] = reshape(blocks[k][i], shapes[k][i]);
  }
  return blocks;
}

}  // namespace

Blocks jacobian(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, Unreached unreached) {
  detail::require_real("jacobian", ys, xs);
  const auto shapes = shapes_of("jacobian", ys, xs);
  if (unreached == Unreached::error) detail::require_paths("jacobian", ys, xs);
  const Blocks blocks = blocks_of(ys, xs, shapes);
  for (std::size_t k = 0; k < ys.size(); ++k) {
    for (std::size_t i = 0; i < xs.size(); ++i) detail::name_derivative(blocks[k][i], ys[k], {xs[i]});
  }
  return blocks;
}

Tensor jacobian(const Tensor& y, const Tensor& x, Unreached unreached) {
  return jacobian(std::vector{y}, std::vector{x}, unreached)[0][0];
}

Blocks hessian(const Tensor& z, const std::vector<Tensor>& xs, Unreached unreached) {
  detail::require_scalar("hessian", z);
  detail::require_real("hessian", {z}, xs);
  const auto shapes = shapes_of("hessian", xs, xs);  // a gradient has its target's type
  if (unreached == Unreached::error) detail::require_paths("hessian", {z}, xs);
  std::vector<Tensor> first;
  for (const auto& [x, gradient] : build_grad(z, xs, {Unreached::zeros})) first.push_back(gradient);
  const Blocks blocks = blocks_of(first, xs, shapes);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    for (std::size_t j = 0; j < xs.size(); ++j) detail::name_derivative(blocks[i][j], z, {xs[i], xs[j]});
  }
  return blocks;
}

Tensor hessian(const Tensor& z, const Tensor& x, Unreached unreached) {
  return hessian(z, std::vector{x}, unreached)[0][0];
}

}  // namespace gradtable
