#include "gradtable/models/training/weights.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/lenet5.hpp"
#include "gradtable/models/networks/sequential.hpp"

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
      : network(graph, {3}, fcnn({4, 2}, {.bias = bias}), {.seed = seed}) {}

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
  Sequential network;
};

TEST(PytorchNames, AreThoseOfAPerceptronsModules) {
  Graph graph;
  const Sequential network(graph, {3}, fcnn({4, 2}));
  EXPECT_EQ(names_in_pytorch(network.parameters()),
            (std::vector<std::string>{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}));
  EXPECT_EQ(pytorch_names(network.parameters())[2].parameter.label(), "W2");
  const Sequential bare(graph, {3}, fcnn({4, 2}, {.bias = Bias::none}), {.prefix = "bare "});
  EXPECT_EQ(names_in_pytorch(bare.parameters()), (std::vector<std::string>{"fc1.weight", "fc2.weight"}));
}

TEST(PytorchNames, CountConvolutionsAndMatricesApart) {
  Graph graph;
  const Sequential network(graph, {784}, lenet5());
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
            "pytorch_names: expected weights, or the bias of the weights before, got gamma float32 (4); the "
            "layout gradtable takes it");
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
  const Sequential network(graph, {784}, lenet5(), {.dtype = DType::float64, .seed = 1});
  const Sequential found(other, {784}, lenet5(), {.dtype = DType::float64, .seed = 2});
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
  Graph graph;
  const Sequential wider(graph, {3}, fcnn({5, 2}));
  EXPECT_TRUE(contains(
      message_of<CheckpointError>([&] { read_weights(folder.path("file"), graph, wider.parameters()); }),
      folder.path("file") + ": \"W1\" is float32 (3,4), expected float32 (3,5); "));
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
    const Sequential other(graph, {9}, fcnn({5, 1}));
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
  file.tensors["W1"] = zeros({3, 4}, DType::int32);
  file.tensors["b1"] = zeros({4});
  file.tensors["W2"] = zeros({4, 3});
  file.tensors["W3"] = zeros({3, 2});
  write_safetensors(path, file);
  Net net(1);
  EXPECT_EQ(net.error_of(path), path +
                                    ": \"W1\" is int32 (3,4), expected float32 (3,4); "
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
                                    ": \"fc1.weight\" is float32 (3,4), expected float32 (4,3): it is "
                                    "transposed, PyTorch's weights are (out,in); "
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
            path + ": NaN or infinity in \"fc2.weight\"; expected finite numbers");
  EXPECT_EQ(found.read(path, NotFinite::allow), std::vector<std::string>{"fc2.weight"});
  net.write(path, WeightLayout::gradtable);
  file = read_safetensors(path);
  for (const char* name : {"W2", "W1"})
    file.tensors.at(name).as<float>()[0] = std::numeric_limits<float>::infinity();
  write_safetensors(path, file);
  EXPECT_EQ(found.error_of<NumericError>(path),
            path + ": NaN or infinity in \"W1\", \"W2\"; expected finite numbers");
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

// Weights of other programs: names, types and axes that are not ours.
class ForeignWeights : public ::testing::Test {
 protected:
  // Those of `written_` under other names, in the order of the network.
  std::string write(const std::vector<std::string>& names,
                    WeightLayout layout = WeightLayout::pytorch) const {
    TensorFile file;
    const std::vector<Tensor> parameters = written_.network.parameters();
    for (std::size_t i = 0; i < names.size(); ++i) {
      Array values = written_.graph.value(parameters[i]);
      if (layout == WeightLayout::pytorch && values.shape().rank() == 2) values = transposed(values);
      file.tensors.emplace(names[i], std::move(values));
    }
    write_safetensors(path_, file);
    return path_;
  }
  void expect_same(const std::string& path, ExtraTensors extra = ExtraTensors::refuse) const {
    Net found(2);
    EXPECT_TRUE(
        read_weights(path, found.graph, found.network.parameters(), NotFinite::refuse, extra).empty());
    EXPECT_EQ(found.content(), written_.content());
  }
  std::string change(const std::function<void(TensorFile&)>& change) const {
    TensorFile file = read_safetensors(path_);
    change(file);
    write_safetensors(path_, file);
    return path_;
  }
  WeightNames names() { return names_in(read_safetensors(path_), path_, found_.network.parameters()); }
  std::string error() { return found_.error_of(path_); }

  const std::vector<std::string> pytorch_ = {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"};
  TemporaryFolder folder_;
  std::string path_ = folder_.path("file");
  Net written_{1};
  Net found_{2};
};

std::vector<std::string> with_prefix(const std::string& prefix, std::vector<std::string> names) {
  for (std::string& name : names) name.insert(0, prefix);
  return names;
}

TEST_F(ForeignWeights, MayHaveTheNamesOfWrappersBeforeTheirs) {
  for (const char* prefix :
       {"module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "module.module."}) {
    expect_same(write(with_prefix(prefix, pytorch_)));
    EXPECT_FALSE(names().by_shape) << prefix;
    EXPECT_EQ(names().of_parameters[0], std::string(prefix) + "fc1.weight");
    expect_same(write(with_prefix(prefix, {"W1", "b1", "W2", "b2"}), WeightLayout::gradtable));
  }
  write(with_prefix("module.", pytorch_));
  change([](TensorFile& file) { file.tensors.erase("module.fc2.bias"); });
  EXPECT_EQ(error(), path_ + ": no \"fc2.bias\", expected float32 (2)");
}

// Before the network's classes are known: the file says them.
std::string extent_error(const std::string& path, ExtraTensors extra) {
  Graph one, two;
  const Sequential of_one(one, {3}, fcnn({4, 1})), of_two(two, {3}, fcnn({4, 2}));
  return message_of<CheckpointError>(
      [&] { extent_in(read_safetensors(path), path, of_one.parameters(), of_two.parameters(), extra); });
}

TEST_F(ForeignWeights, SayWhyOrderAndShapesDoNotTellBeforeTheClassesAreKnown) {
  write({"2.weight", "2.bias", "0.weight", "0.bias"});
  for (const ExtraTensors extra : {ExtraTensors::refuse, ExtraTensors::ignore}) {
    const std::string message = extent_error(path_, extra);
    EXPECT_TRUE(contains(message, "no \"fc2.weight\", expected float32 (?,4); ")) << message;
    EXPECT_TRUE(contains(message,
                         "order and shapes do not tell which is which: by its shapes \"2\" comes before "
                         "\"0\", by its number behind it"))
        << message;
    EXPECT_TRUE(contains(message, extra == ExtraTensors::ignore
                                      ? "\"0.weight\" float32 (2,4), ignored"
                                      : "\"0.weight\" float32 (2,4), expected no such tensor"))
        << message;
  }
}

TEST_F(ForeignWeights, NameWhatThereIsWhereAParameterIsMissing) {
  write({"fc1.weight", "fc1.bias", "last.weight", "last.bias"});
  change([](TensorFile& file) { file.tensors.erase("last.bias"); });
  const std::string message = message_of<CheckpointError>([&] {
    read_weights(path_, found_.graph, found_.network.parameters(), NotFinite::refuse, ExtraTensors::ignore);
  });
  EXPECT_TRUE(contains(message, "no \"fc2.weight\", expected float32 (2,4); ")) << message;
  EXPECT_TRUE(contains(message, "\"last.weight\" float32 (2,4), ignored")) << message;
}

TEST_F(ForeignWeights, SayWhichOfThemTheClassesAreInferredFrom) {
  write(pytorch_);
  change([](TensorFile& file) { file.tensors.at("fc2.bias") = zeros({7}); });
  EXPECT_EQ(extent_error(path_, ExtraTensors::refuse),
            path_ +
                ": \"fc2.weight\" is float32 (2,4), expected float32 (7,4); the 7 is inferred from "
                "\"fc2.bias\"");
}

TEST_F(ForeignWeights, MayHaveAnyNamesThatLeaveOneWay) {
  const std::vector<std::vector<std::string>> cases = {
      {"0.weight", "0.bias", "2.weight", "2.bias"},
      {"module.1.weight", "module.1.bias", "module.3.weight", "module.3.bias"},
      {"hidden.weight", "hidden.bias", "out.weight", "out.bias"},
      {"z.weight", "z.bias", "a.weight", "a.bias"},
      {"fc1.weight", "fc1.bias", "fc3.weight", "fc3.bias"},
      {"layers.9.linear.weight", "layers.9.linear.bias", "layers.10.linear.weight", "layers.10.linear.bias"},
  };
  for (const std::vector<std::string>& theirs : cases) {
    expect_same(write(theirs));
    EXPECT_TRUE(names().by_shape);
    EXPECT_EQ(names().of_parameters, theirs);
  }
  for (const WeightLayout layout : {WeightLayout::pytorch, WeightLayout::gradtable}) {
    expect_same(write({"dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"}, layout));
    expect_same(write({"w_in", "c_in", "w_out", "c_out"}, layout));
  }
}

// Layers of one shape: 4-4-4-4-4.
class LayersOfOneShape : public ::testing::Test {
 protected:
  struct Square {
    explicit Square(std::uint64_t seed) : network(graph, {4}, fcnn({4, 4, 4, 4}), {.seed = seed}) {}
    Graph graph;
    Sequential network;
  };
  std::string write(const std::vector<std::string>& layers, bool turned = true) const {
    TensorFile file;
    const std::vector<Tensor> parameters = written_.network.parameters();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const Array weights = written_.graph.value(parameters[2 * i]);
      file.tensors.emplace(layers[i] + (turned ? ".weight" : ".kernel"),
                           turned ? transposed(weights) : weights);
      file.tensors.emplace(layers[i] + (turned ? ".bias" : ".b"),
                           written_.graph.value(parameters[2 * i + 1]));
    }
    write_safetensors(path_, file);
    return path_;
  }
  std::string error() {
    return message_of<CheckpointError>(
        [&] { read_weights(path_, found_.graph, found_.network.parameters()); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("file");
  Square written_{1}, found_{2};
};

TEST_F(LayersOfOneShape, AreOrderedByTheirNumbers) {
  for (const std::vector<std::string>& layers : {std::vector<std::string>{"0", "2", "9", "10"},
                                                 {"block8.fc", "block9.fc", "block10.fc", "block11.fc"},
                                                 {"a.0.0", "a.0.2", "a.1.0", "a.1.1"}}) {
    read_weights(write(layers), found_.graph, found_.network.parameters());
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_EQ(content(found_.graph.value(found_.network.parameters()[i])),
                content(written_.graph.value(written_.network.parameters()[i])));
  }
}

TEST_F(LayersOfOneShape, AreRefusedWhereNoNumbersOrderThem) {
  write({"0", "2", "4", "out"});
  EXPECT_TRUE(contains(error(), "no \"fc1.weight\", expected float32 (4,4)"));
  EXPECT_TRUE(contains(error(), "\"out.weight\" float32 (4,4), expected no such tensor"));
  EXPECT_TRUE(contains(error(), "have the same shapes, and no numbers that order them"));
  write({"0", "00", "1", "2"});
  EXPECT_TRUE(contains(error(), "\"0\" and \"00\" have the same shapes, and no numbers that order them"));
}

TEST_F(LayersOfOneShape, AreRefusedWhereTheirAxesAreNotKnown) {
  write({"0", "1", "2", "3"}, false);
  EXPECT_TRUE(contains(error(), "its matrices fit as (in,out) and as (out,in)")) << error();
  EXPECT_FALSE(contains(error(), "transposed"));
}

TEST_F(ForeignWeights, WhoseNumbersContradictTheShapesAreRefused) {
  write({"2.weight", "2.bias", "0.weight", "0.bias"});
  EXPECT_TRUE(contains(error(), "by its shapes \"2\" comes before \"0\", by its number behind it"));
}

TEST_F(ForeignWeights, KeepTensorsUnderTheNamesOfParameters) {
  write({"fc2.weight", "fc2.bias", "fc1.weight", "fc1.bias"});
  EXPECT_EQ(error(), path_ +
                         ": \"fc1.bias\" is float32 (2), expected float32 (4); "
                         "\"fc1.weight\" is float32 (2,4), expected float32 (4,3); "
                         "\"fc2.bias\" is float32 (4), expected float32 (2); "
                         "\"fc2.weight\" is float32 (4,3), expected float32 (2,4)");
}

TEST_F(ForeignWeights, ThatAreTransposedAreSaidToBe) {
  write(pytorch_, WeightLayout::gradtable);
  const std::string theirs = ": it is transposed, PyTorch's weights are (out,in)";
  EXPECT_EQ(error(), path_ + ": \"fc1.weight\" is float32 (3,4), expected float32 (4,3)" + theirs +
                         "; \"fc2.weight\" is float32 (4,2), expected float32 (2,4)" + theirs);
  write({"0.weight", "0.bias", "2.weight", "2.bias"}, WeightLayout::gradtable);
  EXPECT_TRUE(contains(error(), "\"0.weight\" is float32 (3,4), expected float32 (4,3)" + theirs)) << error();
  write({"W1", "b1", "W2", "b2"});
  const std::string ours = ": it is transposed, gradtable's weights are (in,out)";
  EXPECT_EQ(error(), path_ + ": \"W1\" is float32 (4,3), expected float32 (3,4)" + ours +
                         "; \"W2\" is float32 (2,4), expected float32 (4,2)" + ours);
}

TEST_F(ForeignWeights, OfIntegersAreNotSaidToBeTransposed) {
  Graph graph;
  const Tensor w = graph.parameter("W", zeros({2, 2}));
  folder_.write("file", file_with({{"W", "I64", "[2,2]", std::string(32, '\0')}}));
  EXPECT_EQ(message_of<CheckpointError>([&] { read_weights(path_, graph, std::vector{w}); }),
            path_ + ": \"W\" is I64 (2,2), expected float32 (2,2)");
}

TEST_F(ForeignWeights, OfOtherTypesAreConverted) {
  write(pytorch_);
  change([](TensorFile& file) {
    for (auto& [name, array] : file.tensors) array = cast(array, DType::float64);
  });
  expect_same(path_);
  Graph graph;
  const Tensor w = graph.parameter("W", zeros({2}, DType::float64));
  const auto read = [&](const std::string& dtype, const std::string& bytes) {
    folder_.write("file", file_with({{"W", dtype, "[2]", bytes}}));
    read_weights(path_, graph, std::vector{w});
    return content(graph.value(w));
  };
  const std::string expected = content(Array::of<double>({2}, {1.5, -2}));
  EXPECT_EQ(read("F32", bytes_of(std::vector<float>{1.5F, -2})), expected);
  EXPECT_EQ(read("F16", bytes_of(std::vector<std::uint16_t>{0x3e00, 0xc000})), expected);
  EXPECT_EQ(read("BF16", bytes_of(std::vector<std::uint16_t>{0x3fc0, 0xc000})), expected);
}

TEST_F(ForeignWeights, BeyondTheTypeOfTheParameterAreRefused) {
  write(pytorch_);
  change([](TensorFile& file) { file.tensors.at("fc2.bias") = Array::of<double>({2}, {1, 1e39}); });
  EXPECT_EQ(found_.error_of<NumericError>(path_),
            path_ + ": numbers in \"fc2.bias\" beyond those of float32; expected numbers that it has");
  EXPECT_EQ(found_.read(path_, NotFinite::allow), std::vector<std::string>{"fc2.bias"});
}

TEST_F(ForeignWeights, MayHaveCountersAndByLeaveOtherTensors) {
  write(pytorch_);
  const TensorFile plain = read_safetensors(path_);
  const auto raw = [&](std::vector<RawTensor> more) {
    for (const auto& [name, array] : plain.tensors)
      more.push_back({name, "F32", fmt::format("[{}]", fmt::join(array.shape().extents(), ",")),
                      std::string(static_cast<const char*>(array.view().data), array.type().bytes())});
    return folder_.write("file", file_with(more));
  };
  const RawTensor counter = {"bn.num_batches_tracked", "I64", "[]", std::string(8, '\1')};
  expect_same(raw({counter, {"steps", "I64", "[]", std::string(8, '\1')}}));
  const std::vector<RawTensor> more = {counter,
                                       {"bn.running_mean", "F32", "[4]", std::string(16, '\0')},
                                       {"position_ids", "I64", "[1,2]", std::string(16, '\0')}};
  raw(more);
  EXPECT_EQ(error(), path_ +
                         ": \"bn.running_mean\" float32 (4), expected no such tensor; "
                         "\"position_ids\" I64 (1,2), expected no such tensor");
  expect_same(raw(more), ExtraTensors::ignore);
  EXPECT_EQ(names().extra, (std::vector<std::string>{"bn.running_mean", "position_ids"}));
}

TEST_F(ForeignWeights, TellAnExtentThatOnlyTheyKnow) {
  Graph graph;
  const Sequential one(graph, {3}, fcnn({4, 1}));
  const std::vector<Tensor> of_one = one.parameters();
  Graph other;
  const Sequential more(other, {3}, fcnn({4, 2}));
  const std::vector<Tensor> of_two = more.parameters();
  const auto extent = [&] { return extent_in(read_safetensors(path_), path_, of_one, of_two); };
  for (const std::vector<std::string>& theirs : {pytorch_,
                                                 {"hidden.weight", "hidden.bias", "out.weight", "out.bias"},
                                                 with_prefix("module.", pytorch_),
                                                 {"0.weight", "0.bias", "2.weight", "2.bias"}}) {
    write(theirs);
    EXPECT_EQ(extent(), 2);
  }
  written_.write(path_);
  EXPECT_EQ(extent(), 2);
  change([](TensorFile& file) {
    file.tensors.erase("b2");
    file.tensors.at("W2") = zeros({5, 2});
  });
  EXPECT_EQ(message_of<CheckpointError>(extent),
            path_ + ": \"W2\" is float32 (5,2), expected float32 (4,?); no \"b2\", expected float32 (?)");
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

// Its running statistics, too: without them another program would compute other outputs.
TEST(Weights, OfANetworkHaveItsStates) {
  const std::vector<Layer> layers = {layers::FullyConnected{2}, layers::BatchNorm{}};
  const TemporaryFolder folder;
  const std::string path = folder.path("weights");
  Graph graph, other;
  const Sequential network(graph, {3}, layers), loaded(other, {3}, layers, {.seed = 7});
  ASSERT_EQ(network.states().size(), 2U);
  graph.set_value(network.states()[0], Array::of<float>({2}, {5, 6}));
  write_weights(path, graph, network);
  EXPECT_TRUE(read_weights(path, other, loaded).empty());
  EXPECT_EQ(other.value(loaded.states()[0]).as<float>()[1], 6);
  const Array x = full({1, 3}, 1);
  EXPECT_EQ(content(evaluate(network(graph.constant(x)))), content(evaluate(loaded(other.constant(x)))));

  write_weights(path, graph, network.parameters());
  const std::string message = message_of<CheckpointError>([&] { read_weights(path, other, loaded); });
  EXPECT_NE(message.find("no \"running_mean1\""), std::string::npos) << message;
}

}  // namespace
}  // namespace gradtable
