// Keeps the weights of a network, the state of its training, and arrays of any kind in files, and takes them
// back.
#include <filesystem>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// A network that Adam trains; what Adam remembers are parameters of the graph, too.
struct Training {
  explicit Training(std::uint64_t seed)
      : network(graph, {4}, fcnn({8, 3}), {.seed = seed}),
        step(compile(graph, {.updates = adam(build_grad(mean(network(x)), network.parameters()), 0.01)})) {}

  Graph graph;
  Tensor x = graph.input("x", {2, 4});
  Sequential network;
  Program step;
};

bool weights_come_back(const std::string& path) {
  Training training(1), other(2);
  const Graph& graph = training.graph;
  // [weights]
  write_weights(path, graph, training.network.parameters(), WeightLayout::pytorch, {{"accuracy", "0.98"}});
  read_weights(path, other.graph, other.network.parameters());
  // [/weights]
  const Tensor w1 = training.network.parameters()[0], same = other.network.parameters()[0];
  return graph.value(w1).as<float>()[5] == other.graph.value(same).as<float>()[5];
}

bool training_goes_on(const std::string& path) {
  Training training(1), resumed(2);
  const Array inputs = full({2, 4}, 0.5);
  for (int i = 0; i < 5; ++i) training.step.run({{training.x, inputs}});
  // [checkpoint]
  const NamedTexts fields = {{"model.widths", "[4, 8, 3]"}, {"optimizer.type", "adam"}};
  const NamedArrays best = values_of(training.graph, training.network.parameters());
  write_checkpoint(path, training.graph, best, fields);

  const Checkpoint checkpoint = read_checkpoint(path);
  require_same(path, checkpoint.texts, fields);
  restore(resumed.graph, checkpoint);
  // [/checkpoint]
  for (Training* each : {&training, &resumed}) each->step.run({{each->x, inputs}});
  const Tensor w1 = training.network.parameters()[0], same = resumed.network.parameters()[0];
  return training.graph.value(w1).as<float>()[5] == resumed.graph.value(same).as<float>()[5];
}

bool tensors_come_back(const std::string& path) {
  // [tensors]
  TensorFile file;
  file.tensors["layers.0.weight"] = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  file.tensors["layers.0.bias"] = zeros({3});
  file.metadata.emplace("epoch", "5");
  write_safetensors(path, file);

  const TensorFile found = read_safetensors(path);
  require_tensors(found.tensors, path,
                  {{"layers.0.weight", {DType::float32, {2, 3}}}, {"layers.0.bias", {DType::float32, {3}}}});
  std::cout << "epoch " << found.metadata.at("epoch") << '\n';
  // [/tensors]
  return found.tensors.at("layers.0.weight").as<float>()[5] == 6;
}

}  // namespace

int main() {
  const std::string path =
      (std::filesystem::temp_directory_path() / "gradtable_example.safetensors").string();
  const bool right = weights_come_back(path) && training_goes_on(path) && tensors_come_back(path);
  std::filesystem::remove(path);
  return right ? 0 : 1;
}
