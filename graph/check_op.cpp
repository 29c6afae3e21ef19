#include "gradtable/graph/check_op.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/detail/forward_checks.hpp"

namespace gradtable {
namespace {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;
using Failures = std::vector<std::string>;

// Without any symmetry.
Array some_cotangent(const TensorType& type, double phase) {
  Array made(DType::float64, type.shape);
  for (double& number : made.as<double>()) number = 0.5 + std::sin(phase += 1.7);
  return cast(made, type.dtype);
}

// y = f(inputs) and J^T u in a graph, in one of the real types.
class Case {
 public:
  Case(const Function& f, const std::vector<Array>& inputs, DType dtype) : dtype_(dtype) {
    for (const Array& input : inputs) {
      const bool real = is_floating(input.dtype());
      const std::string name = fmt::format("input {}", inputs_.size());
      inputs_.push_back(graph_.parameter(name, real ? cast(input, dtype) : input));
      if (real) real_.push_back(inputs_.back());
    }
    y_ = f(inputs_);
    u_ = graph_.parameter("cotangent", zeros(y_.shape(), y_.dtype()));
    outputs_ = {y_};
    if (is_floating(y_.dtype()) && !real_.empty())
      for (const Tensor& gradient : vjp({y_}, real_, {u_}, Unreached::zeros)) outputs_.push_back(gradient);
    program_.push_back(compile(graph_, {.outputs = outputs_}));
  }

  const TensorType& type() const { return y_.type(); }
  // y, then the gradients.
  std::vector<Array> run(const ConstView& u) {
    graph_.set_value(u_, u);
    return program_[0].infer();
  }
  Array without_gradients() { return evaluate(y_); }

  Failures broken_promises() {
    graph_.set_value(u_, some_cotangent(type(), 0));
    std::vector<Array> values;
    std::vector<std::string> found;
    for (NodeId id = 0; id < static_cast<NodeId>(graph_.size()); ++id) {
      const Node& node = graph_.node(id);
      std::vector<ConstView> inputs;
      for (const NodeId input : node.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
      values.push_back(node.op ? compute(*node.op, inputs) : *node.value);
      if (!node.op) continue;
      for (std::string& text : detail::broken_promises(*node.op, inputs, node.inputs, node.type))
        found.push_back(fmt::format("{}: {}", to_string(dtype_), text));
    }
    return found;
  }

 private:
  Graph graph_;
  DType dtype_;
  std::vector<Tensor> inputs_, real_, outputs_;
  Tensor y_, u_;
  std::vector<Program> program_;  // one; made last
};

bool same_bits(const std::vector<Array>& a, const std::vector<Array>& b) {
  return std::ranges::equal(a, b, [](const Array& x, const Array& y) { return detail::agree(x, y, 0); });
}

void check_derivatives(const Function& f, const std::vector<Array>& inputs, const CheckGradOptions& options,
                       Failures& failures) {
  const CheckGradResult rewritten = check_grad(f, inputs, options);
  if (!rewritten.passed) failures.push_back(rewritten.message);
  CheckGradOptions plain = options;
  plain.compile.threads = plain.compile.min_threads = 2;
  plain.compile.without = pass_names();
  const CheckGradResult result = check_grad(f, inputs, plain);
  if (!result.passed && rewritten.passed)
    failures.push_back(fmt::format("on two threads, without passes: {}", result.message));
}

void check_cotangents(Case& c, DType dtype, Failures& failures) {
  if (!is_floating(c.type().dtype)) return;
  const std::vector<Array> of_zero = c.run(zeros(c.type().shape, c.type().dtype));
  for (std::size_t i = 1; i < of_zero.size(); ++i) {
    const Array real = cast(of_zero[i], DType::float64);
    if (std::ranges::any_of(real.as<double>(), [](double number) { return number != 0; }))
      failures.push_back(fmt::format("{}: expected gradient {} of a zero cotangent to be zero, got others",
                                     to_string(dtype), i - 1));
  }
  if (dtype != DType::float64) return;
  const auto combined = [](const Array& a, const Array& b) {
    Array sum(a);
    for (std::size_t i = 0; i < sum.as<double>().size(); ++i)
      sum.as<double>()[i] = 2 * a.as<double>()[i] - 3 * b.as<double>()[i];
    return sum;
  };
  const Array u = some_cotangent(c.type(), 0), w = some_cotangent(c.type(), 0.4);
  const std::vector<Array> of_u = c.run(u), of_w = c.run(w), together = c.run(combined(u, w));
  for (std::size_t i = 1; i < together.size(); ++i) {
    if (!detail::agree(together[i], combined(of_u[i], of_w[i]), 1e-12))
      failures.push_back(
          fmt::format("expected gradient {} to be linear in the cotangent, got other numbers", i - 1));
  }
}

void check_repetition(const Function& f, const std::vector<Array>& inputs, Case& c, DType dtype,
                      Failures& failures) {
  const Array u = some_cotangent(c.type(), 0);
  const std::vector<Array> first = c.run(u);
  Case other(f, inputs, dtype);
  if (!same_bits(first, c.run(u)) || !same_bits(first, other.run(u)))
    failures.push_back(fmt::format("{}: expected the same bits in every run, got others", to_string(dtype)));
  if (!detail::agree(c.without_gradients(), first[0], 0))
    failures.push_back(
        fmt::format("{}: expected the same bits without gradients, got others", to_string(dtype)));
}

void check_float32(Case& coarse, Case& fine, Failures& failures) {
  if (coarse.type().shape != fine.type().shape)
    return failures.push_back(fmt::format("expected {} for float32 inputs, got {}",
                                          to_string(fine.type().shape), to_string(coarse.type().shape)));
  const std::vector<Array> a = coarse.run(some_cotangent(coarse.type(), 0)),
                           b = fine.run(some_cotangent(fine.type(), 0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::string what = i == 0 ? "y" : fmt::format("gradient {}", i - 1);
    if (is_floating(a[i].dtype()) && a[i].dtype() != DType::float32)
      failures.push_back(
          fmt::format("expected {} of float32 inputs to be float32, got {}", what, to_string(a[i].dtype())));
    if (!detail::agree(a[i], b[i], i == 0 ? 1e-5 : 2e-3))
      failures.push_back(
          fmt::format("expected {} to be nearly the same in float32, got other numbers", what));
  }
}

std::unique_ptr<Case> in_float32(const Function& f, const std::vector<Array>& inputs) {
  try {
    auto made = std::make_unique<Case>(f, inputs, DType::float32);
    made->without_gradients();  // forward, too, may refuse it
    return made;
  } catch (const ShapeError&) {
    return nullptr;
  }
}

}  // namespace

std::string CheckOpResult::message() const {
  return passed() ? "passed" : fmt::format("{}", fmt::join(failures, "\n"));
}

CheckOpResult check_op(const Function& f, const std::vector<Array>& inputs, const CheckGradOptions& options) {
  CheckOpResult result;
  Case fine(f, inputs, DType::float64);
  if (is_floating(fine.type().dtype)) check_derivatives(f, inputs, options, result.failures);
  const std::unique_ptr<Case> coarse = in_float32(f, inputs);
  if (coarse) check_float32(*coarse, fine, result.failures);
  for (const auto& [c, dtype] : {std::pair(coarse.get(), DType::float32), std::pair(&fine, DType::float64)}) {
    if (!c) continue;
    check_cotangents(*c, dtype, result.failures);
    check_repetition(f, inputs, *c, dtype, result.failures);
    std::ranges::move(c->broken_promises(), std::back_inserter(result.failures));
  }
  return result;
}

}  // namespace gradtable
