// A function of arrays that is compiled for each set of shapes that it meets.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtable/graph/program.hpp"

namespace gradtable {

namespace detail {
using Tensors = std::span<const Tensor>;
using TensorList = std::vector<Tensor>;
template <class F>
concept ManyToMany = std::is_invocable_r_v<TensorList, const F&, Tensors>;
template <class F>
concept OneToOne = std::is_invocable_r_v<Tensor, const F&, const Tensor&>;
}  // namespace detail

struct FunctionOptions {
  int threads = 0;  // of each program, as in CompileOptions
  bool deterministic = false;
  // Programs that are kept, at least 1. One more takes the place of that which was not used for longest.
  std::size_t most_programs = 16;
};

// A graph has static shapes, so each number of rows needs a program. A Function makes them when they are
// first asked for, all on the parameters of one graph:
//
//   const Function predict(g, [=](const Tensor& x) { return softmax(network(x)); });
//   const Array one = predict(rows.rows(0, 1)), all = predict(rows);
//
// Any number of threads may call it at the same time, as long as nobody changes the parameters. Programs are
// made one at a time, and nobody else may add nodes to the graph meanwhile, except other Functions. The graph
// keeps the nodes of each set of shapes. Copies share everything.
class Function {
 public:
  // What is asked of a graph for these inputs, which are its own: outputs, and whatever else a program of
  // Program::infer may have.
  using Build = std::function<CompileOptions(std::span<const Tensor> inputs)>;

  // Without a callable; everything but empty() throws GraphError.
  Function() = default;
  // The graph must live while new shapes are met; it may be moved.
  Function(Graph& graph, Build build, std::size_t most_programs = FunctionOptions{}.most_programs,
           Location at = Location::current());
  // Of any number of inputs and outputs.
  template <detail::ManyToMany F>
  Function(Graph& graph, F outputs, const FunctionOptions& options = {}, Location at = Location::current())
      : Function(graph, Build([outputs = std::move(outputs), options](std::span<const Tensor> inputs) {
                   return asked(outputs(inputs), options);
                 }),
                 options.most_programs, at) {}
  // Of one input and one output.
  template <detail::OneToOne F>
  Function(Graph& graph, F output, const FunctionOptions& options = {}, Location at = Location::current())
      : Function(graph, Build([output = std::move(output), options](std::span<const Tensor> inputs) {
                   return asked({output(only(inputs))}, options);
                 }),
                 options.most_programs, at) {}

  bool empty() const { return !state_; }

  // The output for this input, of a function with one output; GraphError for others. Throws what the callable
  // throws, what compile does, and what Program::infer does.
  Array operator()(const ConstView& input) const;
  // All outputs for these inputs.
  std::vector<Array> operator()(std::span<const ConstView> inputs) const;
  std::vector<Array> operator()(std::initializer_list<ConstView> inputs) const {
    return (*this)(std::span(inputs.begin(), inputs.size()));
  }

  // The plan of the program for inputs of these types, which is made here if it is not yet.
  ProgramPlan plan(std::span<const TensorType> inputs) const;
  // Programs that are kept now.
  std::size_t programs() const;
  // Bytes that their results take.
  std::size_t bytes() const;

 private:
  struct Made;
  struct State;

  static CompileOptions asked(std::vector<Tensor> outputs, const FunctionOptions& options);
  // Throws GraphError when there is not exactly one.
  static const Tensor& only(std::span<const Tensor> inputs);
  State& state() const;

  std::shared_ptr<State> state_;
};

}  // namespace gradtable
