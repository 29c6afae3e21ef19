#include "tests/ops/case_program.hpp"

#include "tests/ops/formulas.hpp"
#include <fmt/format.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {

std::vector<Array> inputs_in(const OpCase& c, DType dtype) {
  std::vector<Array> inputs;
  for (const Array& input : c.inputs)
    inputs.push_back(is_floating(input.dtype()) ? cast(input, dtype) : input);
  return inputs;
}

CaseProgram::CaseProgram(const OpCase& c, std::vector<Array> inputs, const Options& options)
    : numbers_(std::move(inputs)), gradients_(numbers_.size()) {
  std::vector<Tensor> arguments, targets;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const bool constant = !options.constant.empty() && options.constant[i];
    const TensorType& type = numbers_[i].type();
    inputs_.push_back(constant ? Tensor() : graph_.input(fmt::format("x{}", i), type.shape, type.dtype));
    arguments.push_back(constant ? graph_.constant(numbers_[i]) : inputs_[i]);
    if (!constant && is_floating(type.dtype)) targets.push_back(inputs_[i]);
  }
  y_ = c.f(arguments);
  std::vector<Tensor> outputs = {y_};
  if (options.gradients && c.differentiable) {
    cotangent_ = graph_.input("cotangent", y_.shape(), y_.dtype());
    const Tensor z = sum(mul(cotangent_, y_));
    outputs.push_back(z);  // it needs all inputs, as a derivative of 0 does not
    const GradTable table = build_grad(z, targets, {Unreached::zeros});
    for (const auto& [target, gradient] : table) {
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        if (inputs_[i] == target) gradients_[i] = gradient;
      outputs.push_back(gradient);
    }
  }
  CompileOptions compile_options = options.execution.options();
  compile_options.outputs = outputs;
  program_.push_back(compile(graph_, compile_options));
}

Array CaseProgram::some_cotangent(double phase) const {
  if (!is_floating(type().dtype)) return zeros(type().shape, type().dtype);  // nobody reads it
  return cast(numbers(type().shape, 0.7 + phase), type().dtype);
}

CaseValues CaseProgram::run(const ConstView& cotangent) {
  return run(std::vector<ConstView>(numbers_.begin(), numbers_.end()), cotangent);
}

CaseValues CaseProgram::run(const std::vector<ConstView>& inputs, const ConstView& cotangent) {
  std::vector<Feed> feeds;
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (!inputs_[i].empty()) feeds.push_back({inputs_[i], inputs[i]});
  if (!cotangent_.empty()) feeds.push_back({cotangent_, cotangent});
  Program& program = program_.front();
  program.run(feeds);
  CaseValues values;
  values.y = Array(program.value(y_));
  for (const Tensor& gradient : gradients_)
    values.gradients.push_back(gradient.empty() ? Array() : Array(program.value(gradient)));
  return values;
}

}  // namespace gradtable::testing
