// LeNet-5, the convolutional network for images of 32x32 pixels: LeCun, Bottou, Bengio and Haffner,
// "Gradient-based learning applied to document recognition", 1998; Goodfellow et al., chapter 9. MNIST's
// images of 28x28 are padded to that; larger ones are taken as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradtable/models/networks/layers.hpp"

namespace gradtable {

// The fewest rows and columns of an image.
inline constexpr std::int64_t kLeNet5LeastPixels = 28;

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
  std::string output = "linear";  // of the last layer: output_activations()
  double dropout =
      0;  // the share of units of C5 and F6 that a step of training leaves out: from 0 to below 1
};

// Layer by layer, f the activation; before the first, rows and columns below 32 get 2 zeros at both ends:
//
//   x  (m,1,28,28)   C1 = f(conv2d(x, W1) + b1)    (m,6,28,28)     S2 = pool(C1, 2)  (m,6,14,14)
//                    C3 = f(conv2d(S2, W2) + b2)   (m,16,10,10)    S4 = pool(C3, 2)  (m,16,5,5)
//   S4 (m,400)       C5 = f(S4 W3 + b3)  (m,120)   F6 = f(C5 W4 + b4)  (m,84)        output(F6 W5 + b5)
//
// Sequential(graph, {784}, lenet5()) takes images (m,784), Sequential(graph, {1, 28, 28}, lenet5()) images
// (m,1,28,28). W1 (6,1,5,5), b1, W2 (16,6,5,5), b2, W3 (400,120), b3, W4, b4, W5, b5 are 61,706 numbers for
// ten classes. Images of another size change S4 (m,16,h,w) and W3 (16 h w,120) alone; of an odd number of
// rows or columns the pooling leaves out the last. Nodes are called as above. Throws ConfigError for less
// than one class, images below 28x28, a rate of dropout out of range or an unknown name.
std::vector<Layer> lenet5(const LeNet5Options& options = {}, Location at = Location::current());

}  // namespace gradtable
