// LeNet-5, the convolutional network for images of 32x32 pixels: LeCun, Bottou, Bengio and Haffner,
// "Gradient-based learning applied to document recognition", 1998; Goodfellow et al., chapter 9. MNIST's
// images of 28x28 are padded to that; larger ones are taken as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/networks/activations.hpp"
#include "gradtable/models/networks/detail/unit_dropout.hpp"
#include "gradtable/ops/windows.hpp"

namespace gradtable {

enum class Pooling : std::uint8_t { max, average };

// As given, LeNet-5 as it is built today. {.activation = "tanh", .pooling = Pooling::average} is nearest to
// the original, whose averages had a factor and a bias each, whose third layer left connections out, and
// whose last one was of radial basis functions.
struct LeNet5Options {
  std::int64_t classes = 10;
  std::int64_t rows = 28;  // of the images, from 28 on
  std::int64_t columns = 28;
  std::string activation = "relu";  // activations()
  Pooling pooling = Pooling::max;
  std::string output = "linear";                // of the last layer: output_activations()
  std::string initializer = "kaiming_uniform";  // of the weights: initializers()
  double dropout =
      0;  // the share of units of C5 and F6 that a step of training leaves out: from 0 to below 1
  DType dtype = DType::float32;
  std::uint64_t seed = 42;
  std::string prefix = "";  // of the parameters' names, for more than one network in a graph
};

// Layer by layer, f the activation; before the first, rows and columns below 32 get 2 zeros at both ends:
//
//   x  (m,1,28,28)   C1 = f(conv2d(x, W1) + b1)    (m,6,28,28)     S2 = pool(C1, 2)  (m,6,14,14)
//                    C3 = f(conv2d(S2, W2) + b2)   (m,16,10,10)    S4 = pool(C3, 2)  (m,16,5,5)
//   S4 (m,400)       C5 = f(S4 W3 + b3)  (m,120)   F6 = f(C5 W4 + b4)  (m,84)        output(F6 W5 + b5)
//
// It owns no numbers: W1 (6,1,5,5), b1, W2 (16,6,5,5), b2, W3 (400,120), b3, W4, b4, W5, b5 are parameters of
// the graph, 61,706 numbers for ten classes. Images of another size change S4 (m,16,h,w) and W3 (16 h w,120)
// alone; of an odd number of rows or columns the pooling leaves out the last. Biases start as initial_bias
// says. Nodes are called as above.
class LeNet5 {
 public:
  // Adds the parameters. Throws ConfigError for less than one class, images below 28x28, a rate of dropout
  // out of range, integers, or an unknown name.
  explicit LeNet5(Graph& graph, const LeNet5Options& options = {}, Location at = Location::current());

  // The outputs (m, classes) for m images x, (m, rows columns) or (m,1,rows,columns): scores, when `output`
  // is linear. May be called for several inputs, which then share the parameters. Throws ShapeError.
  Tensor operator()(const Tensor& x, Location at = Location::current()) const;
  // The same in a step of training, with dropout behind C5 and F6. step: the number of steps before it, an
  // int32 scalar.
  Tensor training(const Tensor& x, const Tensor& step, Location at = Location::current()) const;

  // W1, b1, W2, b2, ..., W5, b5
  const std::vector<Tensor>& parameters() const { return parameters_; }
  // Numbers to be learned.
  std::int64_t parameter_count() const;
  std::int64_t classes() const { return parameters_.back().shape().size(); }

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

  // The fewest rows and columns of an image.
  static constexpr std::int64_t kLeastPixels = 28;

 private:
  // Without dropout when `step` is empty.
  Tensor outputs(const Tensor& x, const Tensor& step, Location at) const;
  Tensor convolved(const Tensor& x, std::size_t layer, const PerAxis& padding, Location at) const;
  Tensor pooled(const Tensor& x, Location at) const;
  Tensor affine(const Tensor& x, std::size_t layer, Location at) const;

  std::int64_t rows_, columns_;
  Pooling pooling_;
  Tensor (*activation_)(const Tensor& x, Location at);
  Tensor (*output_)(const Tensor& x, Location at);
  detail::UnitDropout dropout_;
  std::vector<Tensor> parameters_;
};

}  // namespace gradtable
