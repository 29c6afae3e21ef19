// Networks: the course's exercise, the fully connected network of the library, and LeNet-5.
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// [layer]
struct Gain {  // y = a x
  Tensor operator()(LayerBuilder& build, const Tensor& x) const {
    return mul(x, build.parameter("a", [&] { return full({}, 1, build.dtype()); }));
  }
};
// [/layer]

double course(const Dataset& digits) {
  // [course]
  Graph graph;
  Network network(graph, ImageSource(digits, 64), layers::CrossEntropyLoss{}, {.learning_rate = 0.01});
  network.append_layer(layers::FullyConnected{10}).append_layer(layers::Sigmoid{});
  network.append_layer(layers::FullyConnected{10}).append_layer(layers::SoftMax{});
  network.train(1000);
  std::cout << network.parameter_count() << " parameters, loss " << network.loss().front() << " -> "
            << network.loss().back() << '\n';  // 7960 parameters
  // [/course]
  return network.loss().back() / network.loss().front();
}

double convolutional(const Dataset& digits) {
  // [convolutional]
  Graph graph;
  Network network(graph, ImageSource(digits, 64), layers::SoftMaxCrossEntropyLoss{});
  network.append_layer(layers::Reshape{{1, 28, 28}});
  network.append_layer(layers::Conv2d{8, 5, {.stride = 2, .padding = 2}}).append_layer(layers::BatchNorm{});
  network.append_layer(layers::ReLU{}).append_layer(layers::MaxPool2d{2});
  network.append_layer(layers::Flatten{}).append_layer(layers::Dropout{0.2});
  network.append_layer(Gain{}).append_layer(layers::FullyConnected{10});
  network.train(100);
  // [/convolutional]
  return network.loss().back() / network.loss().front();
}

double regularized(const Dataset& digits) {
  // [fcnn]
  Graph graph;
  const Sequential network(graph, {784}, fcnn({64, 32, 10}, {.activation = {"tanh", "softplus"}}),
                           {.initializer = "xavier_uniform"});
  const Tensor pixels = graph.input("pixels", {digits.size(), 784}, DType::uint8);
  const Tensor labels = graph.input("labels", {digits.size()}, DType::uint8);
  const Tensor scores = network(cast(pixels, DType::float32) / 255);
  Tensor cost = softmax_cross_entropy(scores, cast(labels, DType::int32));
  for (const Tensor& parameter : network.parameters())
    if (parameter.shape().rank() == 2) cost = cost + 1e-4 * l2_penalty(parameter);  // J = L + lambda Omega
  Program step =
      compile(graph, {.outputs = {cost}, .updates = sgd(build_grad(cost, network.parameters()), 0.5)});
  for (int i = 0; i < 40; ++i) step.run({{pixels, digits.input_rows()}, {labels, digits.targets}});
  // [/fcnn]
  return step.value(cost).item() / 2.3;
}

double convolutional_of_1998(const Dataset& digits) {
  // [lenet]
  Graph graph;
  const Sequential network(graph, {1, 28, 28}, lenet5());  // ReLU and max-pooling
  const Sequential original(graph, {1, 28, 28}, lenet5({.activation = "tanh", .pooling = Pooling::average}),
                            {.prefix = "original "});
  const Tensor images = graph.input("images", {64, 1, 28, 28});
  const Tensor labels = graph.input("labels", {64}, DType::int32);
  const Tensor loss = softmax_cross_entropy(network(images), labels);
  Program step =
      compile(graph, {.outputs = {loss}, .updates = sgd(build_grad(loss, network.parameters()), 0.1)});
  // [/lenet]
  ImageSource source(digits, 64);
  double first = 0;
  for (int i = 0; i < 60; ++i) {
    const Network::Batch batch = source();
    step.run({{images, ConstView(batch.inputs.as<float>(), {64, 1, 28, 28})}, {labels, batch.labels}});
    if (i == 0) first = step.value(loss).item();
  }
  return step.value(loss).item() / first;
}

}  // namespace

int main() {
  const Dataset digits = draw_digits(640, 1);
  for (const auto train : {course, convolutional, regularized, convolutional_of_1998}) {
    const double left = train(digits);
    std::cout << "loss at the end, of what it was at the beginning: " << left << '\n';
    if (!(left < 0.5)) return 1;
  }
}
