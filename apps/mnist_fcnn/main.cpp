// mnist_fcnn CONFIG: trains and evaluates a fully connected network on MNIST or data of the same form.
#include "apps/classifier/start.hpp"
#include "apps/mnist_fcnn/model.hpp"

int main(int argc, char** argv) {
  return classifier::start(mnist_fcnn::program(), argc, argv);
}
