// Products of matrices, and of tensors of any rank, which are made of those.
#include "gradtable/ops/matmul.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/detail/loops/matrix_product.hpp"
#include "gradtable/ops/detail/loops/strides.hpp"
#include "gradtable/ops/detail/rules.hpp"
#include "gradtable/ops/patterns/matmul.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using Inputs = std::span<const Tensor>;

constexpr Transpose flipped(Transpose t) {
  return t == Transpose::no ? Transpose::yes : Transpose::no;
}

}  // namespace

namespace detail {

TensorType Product::infer_product(std::span<const TensorType> factors) const {
  const DType dtype = floating(factors);
  const Shape &a = factors[0].shape, &b = factors[1].shape;
  const bool matrices = a.rank() == 2 && b.rank() == 2;
  if (!matrices || a[a_transposed_ ? 0 : 1] != b[b_transposed_ ? 1 : 0])
    throw ShapeError(fmt::format("expected {} and {}, got {} and {}", a_transposed_ ? "(k,m)" : "(m,k)",
                                 b_transposed_ ? "(n,k)" : "(k,n)", to_string(a), to_string(b)));
  for (const std::int64_t extent : {a[0], a[1], b[0], b[1]}) {
    if (extent > std::numeric_limits<int>::max())  // what BLAS counts with
      throw ShapeError(fmt::format("expected extents below 2^31, got {} and {}", to_string(a), to_string(b)));
  }
  return {dtype, {a[a_transposed_ ? 1 : 0], b[b_transposed_ ? 0 : 1]}};
}

void Product::multiply(const ConstView& a, const ConstView& b, const View& c, Parts rows, Parts terms,
                       double alpha, double beta) const {
  dispatch_floating(c.dtype(), [&]<class T>() {
    const std::int64_t a_row = a.shape()[1], b_row = b.shape()[1], n = c.shape()[-1];
    const T* first_of_a = static_cast<const T*>(a.data) + (a_transposed_ ? terms.begin * a_row + rows.begin
                                                                         : rows.begin * a_row + terms.begin);
    const T* first_of_b = static_cast<const T*>(b.data) + (b_transposed_ ? terms.begin : terms.begin * b_row);
    if (!a_transposed_) fetch(first_of_a, rows.end - rows.begin, terms.end - terms.begin, a_row);
    detail::multiply<T>(rows.end - rows.begin, n, terms.end - terms.begin, static_cast<T>(alpha),
                        {first_of_a, a_row, a_transposed_}, {first_of_b, b_row, b_transposed_},
                        static_cast<T>(beta), static_cast<T*>(c.data) + rows.begin * n);
  });
}

void MatMul::forward(std::span<const ConstView> inputs, const View& output, Parts parts) const {
  const TensorType types[] = {inputs[0].type, inputs[1].type};
  multiply(inputs[0], inputs[1], output, parts, {0, depth(types)});
}

// C = op(A) op(B): the gradient with respect to op(A) is G op(B)^T, with respect to op(B) it is op(A)^T G;
// where the flag is set, the transpose of that.
Tensor MatMul::bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const {
  const Tensor &a = inputs[0], &b = inputs[1];
  const Transpose ta = a_transposed(), tb = b_transposed();
  if (wrt == 0)
    return a_transposed_ ? matmul(b, gradient, tb, Transpose::yes)
                         : matmul(gradient, b, Transpose::no, flipped(tb));
  return b_transposed_ ? matmul(gradient, a, Transpose::yes, ta)
                       : matmul(a, gradient, flipped(ta), Transpose::no);
}

}  // namespace detail

namespace {

// The shape of what is stacked, and the type of one matrix.
Shape stack_of(const Shape& shape) {
  return shape.first(shape.rank() - 2);
}
TensorType matrix_of(const TensorType& type) {
  return {type.dtype, type.shape.last(2)};
}

// Products of stacks of matrices, whose shapes broadcast; a single matrix is repeated without copies. Parts
// are rows of C. Passes that rewrite graphs look for detail::MatMul, which this is not.
class BatchMatMul final : public Op, public detail::Contraction {
 public:
  BatchMatMul(Transpose a, Transpose b) : matmul_(a, b) {}
  std::string_view name() const override { return "matmul"; }
  std::vector<Attribute> attributes() const override { return matmul_.attributes(); }
  bool same_bits_in_every_range() const override { return false; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const auto stacks = broadcast_shapes(stack_of(inputs[0].shape), stack_of(inputs[1].shape));
    if (!stacks)
      throw ShapeError(fmt::format("expected stacks of matrices that broadcast, got {} and {}",
                                   to_string(inputs[0].shape), to_string(inputs[1].shape)));
    const TensorType factors[] = {matrix_of(inputs[0]), matrix_of(inputs[1])};
    const TensorType matrix = matmul_.infer(factors);
    std::vector<std::int64_t> extents = detail::extents_of(*stacks);
    extents.insert(extents.end(), matrix.shape.extents().begin(), matrix.shape.extents().end());
    return {matrix.dtype, Shape(extents)};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.first(output.shape.rank() - 1).size();
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override {
    const bool rows_in_order = input == 0 && matmul_.a_transposed() == Transpose::no;
    return rows_in_order && stack_of(inputs[0].shape) == stack_of(output.shape);
  }
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    const Shape& a = inputs[0].shape;
    const std::int64_t depth = a[matmul_.a_transposed() == Transpose::yes ? -2 : -1];
    return 2 * static_cast<double>(depth) * static_cast<double>(output.shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const TensorType a = matrix_of(inputs[0].type), b = matrix_of(inputs[1].type), c = matrix_of(output.type);
    const Shape stacks = stack_of(output.shape());
    const std::int64_t m = c.shape[0];
    if (c.shape.size() == 0 || parts.begin == parts.end) return;
    const detail::Walk<2> walk(stacks, {detail::broadcast_strides(stack_of(inputs[0].shape()), stacks),
                                        detail::broadcast_strides(stack_of(inputs[1].shape()), stacks)});
    std::int64_t matrix = parts.begin / m;
    walk.for_pieces(matrix, (parts.end - 1) / m + 1, [&](const auto& first, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i, ++matrix) {
        const ConstView factors[] = {place(a, inputs[0].data, first[0] + i * walk.run_stride(0)),
                                     place(b, inputs[1].data, first[1] + i * walk.run_stride(1))};
        auto* product = static_cast<std::byte*>(output.data) + static_cast<std::size_t>(matrix) * c.bytes();
        matmul_.forward(
            factors, {c, product},
            {std::max<std::int64_t>(parts.begin - matrix * m, 0), std::min(parts.end - matrix * m, m)});
      }
    });
  }

  // As for matrices; where a factor is repeated, the caller sums over the repetitions.
  Tensor bprop(Inputs inputs, const Tensor& output, const Tensor& gradient, std::size_t wrt) const override {
    return matmul_.bprop(inputs, output, gradient, wrt);
  }

 private:
  static ConstView place(const TensorType& matrix, const void* data, std::int64_t index) {
    return {matrix, static_cast<const std::byte*>(data) + static_cast<std::size_t>(index) * matrix.bytes()};
  }

  detail::MatMul matmul_;
};

// op(A) op(B), where both have two axes or more.
Tensor product(const Tensor& a, const Tensor& b, Transpose ta, Transpose tb, Location at) {
  const Shape &left = a.shape(), &right = b.shape();
  if (left.rank() == 2 && right.rank() == 2)
    return apply(std::make_shared<const detail::MatMul>(ta, tb), {a, b}, at);
  // Many matrices times the same one are one tall matrix times it.
  if (right.rank() == 2 && ta == Transpose::no) {
    std::vector<std::int64_t> extents = detail::extents_of(left);
    extents.back() = right[tb == Transpose::yes ? 0 : 1];
    const Tensor rows = reshape(a, {left.first(left.rank() - 1).size(), left[-1]}, at);
    return reshape(apply(std::make_shared<const detail::MatMul>(ta, tb), {rows, b}, at), extents, at);
  }
  return apply(std::make_shared<const BatchMatMul>(ta, tb), {a, b}, at);
}

std::string form(std::string_view rows, std::string_view columns, const Shape& shape, Transpose transposed) {
  if (shape.rank() == 1) return "(k)";
  return fmt::format("({}{},{})", shape.rank() > 2 ? "...," : "",
                     transposed == Transpose::yes ? columns : rows,
                     transposed == Transpose::yes ? rows : columns);
}

// Whether the sums of the products have equally many terms on both sides. Throws ShapeError.
void require_factors(const Shape& a, const Shape& b, Transpose ta, Transpose tb) {
  if (a.rank() == 0 || b.rank() == 0)
    throw ShapeError(fmt::format("expected factors with axes, got {} and {}", to_string(a), to_string(b)));
  const std::int64_t left = a[a.rank() > 1 && ta == Transpose::yes ? -2 : -1];
  const std::int64_t right = b[b.rank() > 1 && tb == Transpose::no ? -2 : -1];
  if (left != right)
    throw ShapeError(fmt::format("expected {} and {}, got {} and {}", form("m", "k", a, ta),
                                 form("k", "n", b, tb), to_string(a), to_string(b)));
}

void require_vectors(const Shape& a, const Shape& b) {
  if (a.rank() != 1 || b.rank() != 1)
    throw ShapeError(fmt::format("expected two vectors, got {} and {}", to_string(a), to_string(b)));
}

// c = a^T b
class Dot final : public Op, public detail::Contraction {
 public:
  std::string_view name() const override { return "dot"; }

  TensorType infer(std::span<const TensorType> inputs) const override {
    const DType dtype = detail::floating(inputs);
    const Shape &a = inputs[0].shape, &b = inputs[1].shape;
    require_vectors(a, b);
    if (a != b)
      throw ShapeError(
          fmt::format("expected vectors of equal length, got {} and {}", to_string(a), to_string(b)));
    return {dtype, {}};
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts) const override {
    const std::int64_t n = inputs[0].shape().size();
    dispatch_floating(output.dtype(), [&]<class T>() {
      detail::multiply<T>(1, 1, n, T{1}, {static_cast<const T*>(inputs[0].data), n, false},
                          {static_cast<const T*>(inputs[1].data), 1, false}, T{0},
                          static_cast<T*>(output.data));
    });
  }

  // dc/da = b, dc/db = a
  Tensor bprop(Inputs inputs, const Tensor&, const Tensor& gradient, std::size_t wrt) const override {
    return mul(gradient, inputs[1 - wrt]);
  }

  double flops(std::span<const TensorType> inputs, const TensorType&) const override {
    return 2 * static_cast<double>(inputs[0].shape.size());
  }
};

}  // namespace

bool detail::is_product(const Op& op) {
  return dynamic_cast<const MatMul*>(&op) || dynamic_cast<const Dot*>(&op);
}

Tensor matmul(const Tensor& a, const Tensor& b, Transpose a_transposed, Transpose b_transposed, Location at) {
  detail::require_tensors({a, b}, "matmul", at);
  detail::checked(a, "matmul", at, [&] {
    require_factors(a.shape(), b.shape(), a_transposed, b_transposed);
    const TensorType types[] = {a.type(), b.type()};
    detail::floating(types);
  });
  const bool row = a.shape().rank() == 1, column = b.shape().rank() == 1;
  if (row && column) return dot(a, b, at);
  if (!row && !column) return product(a, b, a_transposed, b_transposed, at);
  const Tensor left = row ? unsqueeze(a, {0}, at) : a, right = column ? unsqueeze(b, {1}, at) : b;
  const Tensor c =
      product(left, right, row ? Transpose::no : a_transposed, column ? Transpose::no : b_transposed, at);
  std::vector<std::int64_t> ones;
  if (row) ones.push_back(-2);
  if (column) ones.push_back(-1);
  return squeeze(c, ones, at);
}

Tensor dot(const Tensor& a, const Tensor& b, Location at) {
  return apply<Dot>({a, b}, at);
}

Tensor outer(const Tensor& a, const Tensor& b, Location at) {
  detail::require_tensors({a, b}, "outer", at);
  detail::checked(a, "outer", at, [&] { require_vectors(a.shape(), b.shape()); });
  return mul(unsqueeze(a, {1}, at), unsqueeze(b, {0}, at), at);
}

}  // namespace gradtable
