// An operation: how the type, the value and the gradient of its output follow from its inputs.
//
// An op is immutable, has any number of inputs and one output. One object may serve many nodes and many
// threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gradtable/core/array.hpp"
#include "gradtable/core/tensor.hpp"

namespace gradtable {

// A fixed property of an op, such as the axis of a sum. The output depends only on the op's class, its
// attributes and the inputs: nodes that agree in these are made once.
struct Attribute {
  std::string_view name;  // a literal
  std::variant<bool, std::int64_t, double, std::vector<std::int64_t>, DType> value;

  // Numbers are equal when their bits are: 0 and -0 are not, NaN and NaN are.
  friend bool operator==(const Attribute& a, const Attribute& b);
};

// "2", "0.5", "true", "(0,1)", "float32"
std::string to_string(const Attribute& attribute);

// A range [begin, end) of an output's parts, which Op::parts counts.
struct Parts {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

class Op {
 public:
  virtual ~Op() = default;

  // The printed name, in lower case: "matmul".
  virtual std::string_view name() const = 0;

  // Every member of the op, for comparing, printing and storing it.
  virtual std::vector<Attribute> attributes() const { return {}; }

  // The type of the output. Runs when a node is made and throws ShapeError("expected ..., got ...") on inputs
  // that the op does not take; the graph puts the op's name and the user's line around the sentence.
  virtual TensorType infer(std::span<const TensorType> inputs) const = 0;

  // Computes the given parts of the output, which parts() counts, and touches nothing else of it. `output` is
  // the whole output, in existing memory with any content. It begins on a cache line, except in blocks of
  // elementwise ops. Many threads may call this at the same time, for other parts.
  virtual void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const = 0;

  // op.bprop(inputs, X, G) of Goodfellow et al., section 6.5.6: the gradient with respect to X = inputs[wrt]
  // of a scalar, whose gradient with respect to `output` is `gradient`. Made of differentiable ops, as nodes
  // of the same graph. It has X's shape, or one that broadcasting X leads to: the caller sums it back. The
  // base class throws GradientError: no derivative. Where `output` is itself a target, another node of its
  // value stands for it.
  virtual Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
                       std::size_t wrt) const;

  // Whether derivatives pass to this input. False if the output is constant in it by intent, or nearly
  // everywhere, as in the operands of a comparison: build_grad takes no path through it. Integers, as inputs
  // or output, never pass a derivative, whatever the op says here.
  virtual bool passes_gradient(std::size_t /*input*/) const { return true; }

  // What a program relies on when it plans and executes. The defaults are right for an op of one part.

  // The number of parts of the output that different threads can compute at the same time: equal pieces of
  // its memory, such as rows or elements, one after the other. The default is one part,
  // the whole.
  virtual std::int64_t parts(std::span<const TensorType> /*inputs*/, const TensorType& /*output*/) const {
    return 1;
  }

  // Whether a part has the same bits in every range in which it is computed, and for inputs at any address.
  // False for matrix products, which BLAS may sum in another order: their ranges are not joined to larger
  // ones.
  virtual bool same_bits_in_every_range() const { return true; }

  // Cut the memory of the output and of this input into the same number of equal slices: true if slice i of
  // the output reads only slice i of the input. Then the thread that computed the input's slice continues
  // without waiting for others. True for rows plus a bias; false for the bias, which every row reads.
  virtual bool reads_own_slice(std::size_t /*input*/, std::span<const TensorType> /*inputs*/,
                               const TensorType& /*output*/) const {
    return false;
  }

  // Whether each element of the output follows from those at its place in the inputs, after NumPy's
  // broadcasting. Then forward is also called for blocks, with views of their own shapes: a piece of the
  // output, of any shape, and inputs that broadcast to it.
  virtual bool elementwise() const { return false; }

  // Whether the output may lie in the memory of this input, if that has the same element type and as many
  // bytes, and nobody reads it later: each element is read before its place is written.
  virtual bool may_overwrite(std::size_t /*input*/) const { return false; }

  // Whether forward throws for some values of its inputs, such as a label out of range. Such steps end before
  // a run changes a parameter.
  virtual bool may_throw() const { return false; }

  // Floating-point operations of the whole output, for plans and for choosing the number of threads. The base
  // class says one for each element.
  virtual double flops(std::span<const TensorType> inputs, const TensorType& output) const;

  // A cheaper tensor of the same graph and type, such as x for x + 0, which programs compute in place of
  // op(inputs); empty if there is none. Equal for all numbers, NaN and infinities included, except for
  // rounding and the sign of zero: x * 0 is not 0.
  virtual Tensor simplified(std::span<const Tensor> inputs) const;
};

// Same class and same attributes.
bool same_op(const Op& a, const Op& b);

// op(inputs), all its parts computed at once into new memory. Throws what infer and forward throw.
Array compute(const Op& op, std::span<const ConstView> inputs);

}  // namespace gradtable
