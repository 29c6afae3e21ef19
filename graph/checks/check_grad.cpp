#include "gradtable/graph/checks/check_grad.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/checked_function.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

// Numbers of either sign without any symmetry, so that a transposed or permuted gradient shows.
Array projection(const Shape& shape) {
  Array result(DType::float64, shape);
  double phase = 0;
  for (double& v : result.as<double>()) v = 0.5 + std::sin(phase += 1.7);
  return result;
}

// One output y of the inputs, which are parameters so that their numbers can be moved.
class Checker {
 public:
  Checker(const Tensor& y, const std::vector<Tensor>& inputs, int order, const CheckGradOptions& options)
      : graph_(y.graph()), y_(y), inputs_(inputs), order_(order), options_(options) {
    weights_ = graph_.parameter(fmt::format("weights of order {}", order), projection(y.shape()));
    const GradTable table = build_grad(sum(mul(weights_, y_)), inputs_, {Unreached::zeros});
    for (const auto& [input, gradient] : table) gradients_.push_back(gradient);
  }

  // Every dy_j/dx_i against (y_j(x_i + h) - y_j(x_i - h)) / 2h.
  void compare(CheckGradResult& result) {
    Program value = compiled({y_});
    Program gradient = compiled(gradients_);
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      const std::int64_t n = inputs_[k].shape().size(), m = y_.shape().size();
      std::vector<double> numeric(static_cast<std::size_t>(n * m));  // row i: the derivatives by x_i
      for (std::int64_t i = 0; i < n; ++i) {
        const auto row =
            std::span(numeric).subspan(static_cast<std::size_t>(i * m), static_cast<std::size_t>(m));
        central_difference(value, inputs_[k], static_cast<std::size_t>(i), row);
      }
      for (std::int64_t j = 0; j < m; ++j) {
        Array unit = zeros(y_.shape(), DType::float64);
        unit.as<double>()[static_cast<std::size_t>(j)] = 1;
        graph_.set_value(weights_, unit);
        gradient.run();
        const auto analytic = gradient.value(gradients_[k]).as<double>();
        for (std::int64_t i = 0; i < n; ++i) {
          judge(result, k, i, j, analytic[static_cast<std::size_t>(i)],
                numeric[static_cast<std::size_t>(i * m + j)]);
        }
      }
    }
    graph_.set_value(weights_, projection(y_.shape()));
  }

  // What to differentiate next: a projection of the gradients.
  Tensor projected_gradient() const {
    Tensor total;
    for (const Tensor& gradient : gradients_) {
      const Tensor part = sum(mul(graph_.constant(projection(gradient.shape())), gradient));
      total = total.empty() ? part : add(total, part);
    }
    return total;
  }

 private:
  Program compiled(const std::vector<Tensor>& outputs) const {
    CompileOptions options = options_.compile;
    options.outputs = outputs;
    return gradtable::compile(graph_, options);
  }

  void central_difference(Program& value, const Tensor& input, std::size_t i, std::span<double> difference) {
    const Array original = graph_.value(input);
    const double x = original.as<double>()[i];
    const double h = options_.step * std::max(1.0, std::abs(x));
    std::ranges::fill(difference, 0.0);
    for (const double sign : {1.0, -1.0}) {
      Array moved = original;
      moved.as<double>()[i] = x + sign * h;
      graph_.set_value(input, moved);
      value.run();
      const auto y = value.value(y_).as<double>();
      for (std::size_t j = 0; j < y.size(); ++j) difference[j] += sign * y[j] / (2 * h);
    }
    graph_.set_value(input, original);
  }

  void judge(CheckGradResult& result, std::size_t k, std::int64_t i, std::int64_t j, double analytic,
             double numeric) const {
    if (std::isnan(result.largest_error)) return;  // nothing is worse
    const double higher = order_ == 2 ? options_.second_order : options_.third_order;
    const double allowed = order_ == 1 ? options_.absolute + options_.relative * std::abs(numeric)
                                       : higher * std::max(1.0, std::abs(numeric));
    const double difference = std::abs(analytic - numeric);
    const double error = difference == 0 ? 0 : difference / allowed;
    if (error <= result.largest_error) return;  // false for NaN, which fails below
    result.largest_error = error;
    result.message =
        fmt::format("order {}: d y[{}] / d input {}[{}] is {} by bprop, {} by central differences", order_, j,
                    k, i, analytic, numeric);
    if (!(error <= 1)) result.passed = false;
  }

  Graph& graph_;
  Tensor y_;
  std::vector<Tensor> inputs_;
  int order_;
  const CheckGradOptions& options_;
  Tensor weights_;
  std::vector<Tensor> gradients_;
};

}  // namespace

CheckGradOptions multilinear() {
  return {.step = 1, .absolute = 1e-10, .relative = 1e-10, .second_order = 1e-10, .third_order = 1e-10};
}

CheckGradResult check_grad(const std::function<Tensor(const std::vector<Tensor>&)>& f,
                           const std::vector<Array>& inputs, const CheckGradOptions& options) {
  detail::require_options("check_grad", options);
  detail::require_numbers("check_grad", inputs);
  Graph graph;
  std::vector<Tensor> tensors, real;
  for (const Array& input : inputs) {
    if (is_floating(input.dtype())) {
      real.push_back(graph.parameter(fmt::format("input {}", tensors.size()), input));
      tensors.push_back(real.back());
    } else {
      tensors.push_back(graph.constant(input));
    }
  }
  CheckGradResult result;
  Tensor y = detail::result_of("check_grad", f, graph, tensors);
  if (y.dtype() != DType::float64)
    throw ShapeError(fmt::format("check_grad: expected f to give float64, got {}", to_string(y.type())));
  for (int order = 1; order <= options.order && !real.empty(); ++order) {
    Checker checker(y, real, order, options);
    checker.compare(result);
    y = checker.projected_gradient();
  }
  return result;
}

}  // namespace gradtable
