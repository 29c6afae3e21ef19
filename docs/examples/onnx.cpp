// A model in the ONNX format is read and trained a step further: example_onnx MODEL.
#include <iostream>

#include <gradtable/gradtable.hpp>
#include <gradtable/models/onnx/import.hpp>

using namespace gradtable;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const char* path = argv[1];
  const Array x = Array::of<float>({2, 3}, {1, 2, 0, -1, 0, 1});
  const Array t = Array::of<std::int32_t>({2}, {0, 1});

  // [import]
  Graph g;
  // The file leaves the extent of the batch open.
  const OnnxModel model = import_onnx(g, path, {.shapes = {{"x", {2, 3}}}});
  const Tensor labels = g.input("labels", {2}, DType::int32);
  const Tensor loss = softmax_cross_entropy(model.outputs["scores"], labels);

  std::vector<Tensor> weights;
  for (const auto& [name, tensor] : model.parameters) weights.push_back(tensor);
  Program step = compile(g, {.outputs = {loss}, .updates = sgd(build_grad(loss, weights), 0.5)});
  step.run({{model.inputs["x"], x}, {labels, t}});
  // [/import]

  const double before = step.value(loss).item();
  step.run({{model.inputs["x"], x}, {labels, t}});
  std::cout << before << " -> " << step.value(loss).item() << '\n';
  return step.value(loss).item() < before ? 0 : 1;
}
