// The classes of the matrix products, for rewrite passes; everybody else calls the functions of
// ops/matmul.hpp.
#pragma once

#include "gradtable/core/op.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/patterns/choice.hpp"

namespace gradtable::detail {

// The base of matrix products: two factors, each of them perhaps stored transposed. Parts are rows of C.
class Product : public Op, public Contraction {
 public:
  Product(Transpose a, Transpose b)
      : a_transposed_(a == Transpose::yes), b_transposed_(b == Transpose::yes) {}

  Transpose a_transposed() const { return Transpose{a_transposed_}; }
  Transpose b_transposed() const { return Transpose{b_transposed_}; }

  std::vector<Attribute> attributes() const override {
    return {{"transpose_a", a_transposed_}, {"transpose_b", b_transposed_}};
  }
  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape[0];
  }
  bool same_bits_in_every_range() const override { return false; }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>, const TensorType&) const override {
    return input == 0 && !a_transposed_;
  }
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    return 2 * static_cast<double>(depth(inputs)) * static_cast<double>(output.shape.size());
  }

 protected:
  // The type (m,n) of op(A) op(B). Throws ShapeError.
  TensorType infer_product(std::span<const TensorType> factors) const;
  // k, the number of products that are added up for an element.
  std::int64_t depth(std::span<const TensorType> factors) const {
    return factors[0].shape[a_transposed_ ? 0 : 1];
  }
  // C = alpha op(A) op(B) + beta C for the rows and the terms of the sums that are given.
  void multiply(const ConstView& a, const ConstView& b, const View& c, Parts rows, Parts terms,
                double alpha = 1, double beta = 0) const;

  bool a_transposed_;
  bool b_transposed_;
};

// matmul of two matrices, or dot.
bool is_product(const Op& op);

class MatMul final : public Product {
 public:
  using Product::Product;
  std::string_view name() const override { return "matmul"; }
  TensorType infer(std::span<const TensorType> inputs) const override { return infer_product(inputs); }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;
};

class Gemm final : public Product {
 public:
  Gemm(double alpha, double beta, Transpose a, Transpose b) : Product(a, b), alpha_(alpha), beta_(beta) {}
  std::string_view name() const override { return "gemm"; }
  double alpha() const { return alpha_; }
  double beta() const { return beta_; }
  std::vector<Attribute> attributes() const override;
  TensorType infer(std::span<const TensorType> inputs) const override;
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  bool may_overwrite(std::size_t input) const override { return input == 2; }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override {
    return input == 2 || Product::reads_own_slice(input, inputs, output);
  }
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;

 private:
  double alpha_;
  double beta_;
};

// The terms of a product's sums, cut into `count` slices of about equal length: P of shape (count,m,n) holds
// the sum of each slice, and op(A) op(B) is the sum over P's first axis. A part is a slice, which reads
// nothing of B but its own rows, unless B is transposed: a thread that keeps these rows of a weight matrix
// to itself never waits for those of others.
class PartialProducts final : public Product {
 public:
  PartialProducts(std::int64_t count, Transpose a, Transpose b) : Product(a, b), count_(count) {}
  std::string_view name() const override { return "partial_products"; }
  std::vector<Attribute> attributes() const override;
  TensorType infer(std::span<const TensorType> inputs) const override;
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  bool same_bits_in_every_range() const override { return true; }
  bool reads_own_slice(std::size_t input, std::span<const TensorType> inputs,
                       const TensorType& output) const override;
  double flops(std::span<const TensorType> inputs, const TensorType& output) const override {
    return Product::flops(inputs, output) / static_cast<double>(count_);
  }

 private:
  std::int64_t count_;
};

Tensor partial_products(const Tensor& a, const Tensor& b, std::int64_t count, Transpose a_transposed,
                        Transpose b_transposed, Location at);

class AddBias final : public Op {
 public:
  std::string_view name() const override { return "add_bias"; }
  TensorType infer(std::span<const TensorType> inputs) const override;
  std::int64_t parts(std::span<const TensorType> inputs, const TensorType& output) const override;
  bool elementwise() const override { return true; }
  bool may_overwrite(std::size_t input) const override { return input == 0; }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>, const TensorType&) const override {
    return input == 0;
  }
  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override;
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override;
};

}  // namespace gradtable::detail
