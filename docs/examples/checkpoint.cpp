// Keeps the parameters of a network in a file, and takes them back.
#include <filesystem>
#include <iostream>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

int main() {
  const std::string path =
      (std::filesystem::temp_directory_path() / "gradtable_example.safetensors").string();

  // [checkpoint]
  TensorFile file;
  file.tensors["layers.0.weight"] = Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  file.tensors["layers.0.bias"] = zeros({3});
  file.metadata.emplace("epoch", "5");
  write_safetensors(path, file);

  const TensorFile found = read_safetensors(path);
  require_tensors(found.tensors, path,
                  {{"layers.0.weight", {DType::float32, {2, 3}}}, {"layers.0.bias", {DType::float32, {3}}}});
  std::cout << "epoch " << found.metadata.at("epoch") << '\n';
  // [/checkpoint]
  std::filesystem::remove(path);
  return found.tensors.at("layers.0.weight").as<float>()[5] == 6 ? 0 : 1;
}
