// mnist_lenet5 CONFIG: trains and evaluates LeNet-5 on MNIST or data of the same form.
#include "apps/classifier/start.hpp"
#include "apps/mnist_lenet5/model.hpp"

int main(int argc, char** argv) {
  return classifier::start(mnist_lenet5::program(), argc, argv);
}
