#include "gradtable/models/training/weights.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/lenet5.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::TemporaryFolder;

std::vector<std::string> names_in_pytorch(const std::vector<Tensor>& parameters) {
  std::vector<std::string> names;
  for (const WeightName& name : pytorch_names(parameters)) names.push_back(name.pytorch);
  return names;
}

// A network and the numbers that it has now.
struct Net {
  explicit Net(std::uint64_t seed, Bias bias = Bias::node)
      : network(graph, {3, 4, 2}, {.bias = bias, .seed = seed}) {}

  std::string content() const {
    std::string bytes;
    for (const auto& [name, array] : values_of(graph, network.parameters()))
      bytes += name + gradtable::content(array);
    return bytes;
  }
  void write(const std::string& path, WeightLayout layout = WeightLayout::gradtable) const {
    write_weights(path, graph, network.parameters(), layout);
  }
  std::vector<std::string> read(const std::string& path, NotFinite not_finite = NotFinite::refuse) {
    return read_weights(path, graph, network.parameters(), not_finite);
  }
  // Reading throws this, and changes nothing.
  template <class Exception = CheckpointError>
  std::string error_of(const std::string& path) {
    const std::string before = content();
    const std::string message = message_of<Exception>([&] { read(path); });
    EXPECT_EQ(content(), before);
    return message;
  }

  Graph graph;
  Fcnn network;
};

TEST(PytorchNames, AreThoseOfAPerceptronsModules) {
  Graph graph;
  const Fcnn network(graph, {3, 4, 2});
  EXPECT_EQ(names_in_pytorch(network.parameters()),
            (std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}));
  EXPECT_EQ(pytorch_names(network.parameters())[2].parameter.label(), "W2");
  const Fcnn bare(graph, {3, 4, 2}, {.bias = Bias::none, .prefix = "bare "});
  EXPECT_EQ(names_in_pytorch(bare.parameters()), (std::vector<std::string>{"fc1.weight", "fc2.weight"}));
}

TEST(PytorchNames, CountConvolutionsAndMatricesApart) {
  Graph graph;
  const LeNet5 network(graph);
  EXPECT_EQ(
      names_in_pytorch(network.parameters()),
      (std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight",
                                "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias"}));
}

TEST(PytorchNames, RefuseWhatIsNeitherWeightsNorTheirBias) {
  Graph graph;
  const auto parameter = [&](const std::string& name, const Shape& shape) {
    return graph.parameter(name, zeros(shape));
  };
  const Tensor w = parameter("W", {3, 4});
  const Tensor b = parameter("b", {4});
  EXPECT_EQ(message_of<ConfigError>([&] {
              pytorch_names(std::vector{w, b, parameter("gamma", {4})});
            }),
            "pytorch_names: expected weights, or the bias of the weights before, got gamma float32 (4)");
  EXPECT_THROW(pytorch_names(std::vector{b, w}), ConfigError);
  EXPECT_THROW(pytorch_names(std::vector{w, parameter("as many as inputs", {3})}), ConfigError);
  EXPECT_THROW(pytorch_names(std::vector{parameter("scalar", {})}), ConfigError);
}

TEST(Weights, ComeBackInBothLayouts) {
  const TemporaryFolder folder;
  for (const WeightLayout layout : {WeightLayout::gradtable, WeightLayout::pytorch}) {
    const Net written(1);
    Net found(2);
    ASSERT_NE(found.content(), written.content());
    written.write(folder.path("file"), layout);
    EXPECT_TRUE(found.read(folder.path("file")).empty());
    EXPECT_EQ(found.content(), written.content());
  }
}

TEST(Weights, OfLeNet5ComeBackInPytorchsLayout) {
  const TemporaryFolder folder;
  Graph graph, other;
  const LeNet5 network(graph, {.dtype = DType::float64, .seed = 1});
  const LeNet5 found(other, {.dtype = DType::float64, .seed = 2});
  write_weights(folder.path("file"), graph, network.parameters(), WeightLayout::pytorch);
  read_weights(folder.path("file"), other, found.parameters());
  for (std::size_t i = 0; i < network.parameters().size(); ++i)
    EXPECT_EQ(content(other.value(found.parameters()[i])), content(graph.value(network.parameters()[i])));
}

TEST(Weights, AreInPytorchsShapesInPytorchsLayout) {
  const TemporaryFolder folder;
  const Net net(1);
  write_weights(folder.path("file"), net.graph, net.network.parameters(), WeightLayout::pytorch,
                {{"accuracy", "0.98"}});
  const TensorFile file = read_safetensors(folder.path("file"));
  EXPECT_EQ(file.metadata, (NamedTexts{{"accuracy", "0.98"},
                                       {"format", "pt"},
                                       {"gradtable.kind", "weights"},
                                       {"gradtable.layout", "pytorch"}}));
  EXPECT_EQ(content(file.tensors.at("fc1.weight")),
            content(transposed(net.graph.value(net.network.parameters()[0]))));
  EXPECT_EQ(content(file.tensors.at("fc2.bias")), content(net.graph.value(net.network.parameters()[3])));
  EXPECT_EQ(file.tensors.size(), 4U);
}

TEST(Weights, OfOneMatrixInTwoLayersAreThereForBoth) {
  const TemporaryFolder folder;
  Graph graph;
  const Tensor w = graph.parameter("W", Array::of<float>({2, 2}, {1, 2, 3, 4}));
  write_weights(folder.path("file"), graph, std::vector{w, w}, WeightLayout::pytorch);
  const TensorFile file = read_safetensors(folder.path("file"));
  EXPECT_EQ(content(file.tensors.at("fc1.weight")), content(Array::of<float>({2, 2}, {1, 3, 2, 4})));
  EXPECT_EQ(content(file.tensors.at("fc2.weight")), content(file.tensors.at("fc1.weight")));
  graph.set_value(w, zeros({2, 2}));
  read_weights(folder.path("file"), graph, std::vector{w, w});
  EXPECT_EQ(graph.value(w).as<float>()[1], 2);
}

TEST(Weights, OfOtherProgramsAreToldByTheirNames) {
  const TemporaryFolder folder;
  const Net written(1);
  for (const WeightLayout layout : {WeightLayout::gradtable, WeightLayout::pytorch}) {
    written.write(folder.path("file"), layout);
    TensorFile file = read_safetensors(folder.path("file"));
    file.metadata = {{"format", "pt"}};
    write_safetensors(folder.path("file"), file);
    Net found(2);
    found.read(folder.path("file"));
    EXPECT_EQ(found.content(), written.content());
  }
}

// A square matrix fits in both ways: only the layout says how it lies.
TEST(Weights, WhoseOwnNamesLookLikePytorchsAreNotTurned) {
  const TemporaryFolder folder;
  Graph graph;
  const Tensor w = graph.parameter("fc1.weight", Array::of<float>({2, 2}, {1, 2, 3, 4}));
  TensorFile file{{{"fc1.weight", Array::of<float>({2, 2}, {5, 6, 7, 8})}}, {}};
  write_safetensors(folder.path("file"), file);
  read_weights(folder.path("file"), graph, std::vector{w});
  EXPECT_EQ(graph.value(w).as<float>()[1], 6);
  file.metadata["gradtable.layout"] = "pytorch";
  write_safetensors(folder.path("file"), file);
  read_weights(folder.path("file"), graph, std::vector{w});
  EXPECT_EQ(graph.value(w).as<float>()[1], 7);
}

TEST(Weights, ComeFromACheckpointToo) {
  const TemporaryFolder folder;
  Net written(1);
  written.graph.parameter("velocity of W1", zeros({3, 4}));
  write_checkpoint(folder.path("file"), written.graph, {{"W1", zeros({3, 4})}}, {{"epoch", "5"}});
  Net found(2);
  EXPECT_TRUE(found.read(folder.path("file")).empty());
  EXPECT_EQ(found.content(), written.content());
  const Net smaller(1, Bias::none);
  write_checkpoint(folder.path("file"), smaller.graph);
  EXPECT_EQ(found.error_of(folder.path("file")),
            folder.path("file") + ": no \"b1\", expected float32 (4); no \"b2\", expected float32 (2)");
}

TEST(Weights, TellTheirShapesBeforeThereIsANetworkOfThem) {
  const TemporaryFolder folder;
  const Net written(1);
  const std::string path = folder.path("file");
  const auto shape = [&](std::size_t which) {
    Graph graph;
    const Fcnn other(graph, {9, 5, 1});
    const std::vector<Tensor> parameters = other.parameters();
    return shape_in(read_safetensors(path), path, parameters, parameters[which]);
  };
  const auto expect_shapes = [&] {
    EXPECT_EQ(shape(0), (Shape{3, 4}));
    EXPECT_EQ(shape(2), (Shape{4, 2}));
    EXPECT_EQ(shape(3), (Shape{2}));
  };
  for (const WeightLayout layout : {WeightLayout::gradtable, WeightLayout::pytorch}) {
    written.write(path, layout);
    expect_shapes();
  }
  write_checkpoint(path, written.graph);
  expect_shapes();
  write_checkpoint(path, Net(1, Bias::none).graph);
  EXPECT_EQ(shape(3), std::nullopt);
}

TEST(Weights, AreRefusedWithAllDifferences) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  TensorFile file;
  file.tensors["W1"] = zeros({3, 4}, DType::float64);
  file.tensors["b1"] = zeros({4});
  file.tensors["W2"] = zeros({4, 3});
  file.tensors["W3"] = zeros({3, 2});
  write_safetensors(path, file);
  Net net(1);
  EXPECT_EQ(net.error_of(path), path +
                                    ": \"W1\" is float64 (3,4), expected float32 (3,4); "
                                    "\"W2\" is float32 (4,3), expected float32 (4,2); "
                                    "no \"b2\", expected float32 (2); "
                                    "\"W3\" float32 (3,2), expected no such tensor");
}

TEST(Weights, InPytorchsNamesAreRefusedInTheseNames) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  TensorFile file;
  file.tensors["fc1.weight"] = zeros({3, 4});
  file.tensors["fc1.bias"] = zeros({4});
  file.tensors["fc2.weight"] = zeros({2, 4});
  file.tensors["0.bias"] = zeros({2});
  write_safetensors(path, file);
  Net net(1);
  EXPECT_EQ(net.error_of(path), path +
                                    ": \"fc1.weight\" is float32 (3,4), expected float32 (4,3); "
                                    "no \"fc2.bias\", expected float32 (2); "
                                    "\"0.bias\" float32 (2), expected no such tensor");
}

TEST(Weights, ThatAreNotFiniteAreRefusedOrAllowed) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  const Net net(1);
  net.write(path, WeightLayout::pytorch);
  TensorFile file = read_safetensors(path);
  file.tensors.at("fc2.weight").as<float>()[5] = std::numeric_limits<float>::quiet_NaN();
  write_safetensors(path, file);
  Net found(2);
  EXPECT_EQ(found.error_of<NumericError>(path),
            path + ": NaN or infinity in \"W2\"; expected finite numbers");
  EXPECT_EQ(found.read(path, NotFinite::allow), std::vector<std::string>{"W2"});
}

TEST(Weights, OfAnUnknownKindOrLayoutAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  Net net(1);
  write_safetensors(path, {{}, {{"gradtable.kind", "data set"}}});
  EXPECT_EQ(net.error_of(path), path + ": \"data set\"; expected weights or a checkpoint");
  write_safetensors(path, {{}, {{"gradtable.kind", "weights"}, {"gradtable.layout", "keras"}}});
  EXPECT_EQ(net.error_of(path),
            path + ": weights in the layout \"keras\"; expected \"gradtable\" or \"pytorch\"");
}

TEST(Weights, WithAFlippedBitNameTheTensor) {
  const TemporaryFolder folder;
  Net net(1);
  net.write(folder.path("file"));
  std::string bytes = folder.read("file");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // of b2, the last by name
  const std::string path = folder.write("file", bytes);
  EXPECT_TRUE(contains(net.error_of(path), "\"b2\""));
}

TEST(WriteWeights, RefusesMetadataOfItsOwnNames) {
  const TemporaryFolder folder;
  const Net net(1);
  EXPECT_EQ(
      message_of<CheckpointError>([&] {
        write_weights(folder.path("file"), net.graph, net.network.parameters(), {},
                      {{"gradtable.layout", "pytorch"}});
      }),
      folder.path("file") +
          ": the metadata key \"gradtable.layout\"; expected one that does not begin with \"gradtable.\"");
  EXPECT_EQ(folder.count(), 0);
}

}  // namespace
}  // namespace gradtable
