#include "gradtable/models/onnx/import.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "models.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {
namespace {

std::vector<float> floats(const Array& array) {
  return {array.as<float>().begin(), array.as<float>().end()};
}

std::vector<std::string> names(const OnnxTensors& tensors) {
  std::vector<std::string> found;
  for (const auto& [name, tensor] : tensors) found.push_back(name);
  return found;
}

using Names = std::vector<std::string>;

TEST(ImportOnnx, GivesInputsParametersAndOutputsByName) {
  Graph graph;
  const OnnxModel model = import_model(graph, layer_model());
  EXPECT_EQ(names(model.inputs), Names{"x"});
  EXPECT_EQ(names(model.parameters), (Names{"W", "b"}));
  EXPECT_EQ(names(model.outputs), Names{"y"});
  EXPECT_EQ(graph.find("W"), model.parameters["W"]);
  EXPECT_EQ(model.outputs["y"].label(), "y");
  const Array x = Array::of<float>({2, 3}, {1, 1, 1, 1, 2, 3});
  EXPECT_EQ(floats(evaluate(model.outputs["y"], {{model.inputs["x"], x}})),
            (std::vector<float>{0, 13, 2, 29}));
  EXPECT_EQ(message_of<OnnxError>([&] { model.inputs["z"]; }), "expected a name of the model, got 'z'");
}

TEST(ImportOnnx, ReadsAFile) {
  const TemporaryFolder folder;
  const std::string path = folder.write("layer.onnx", layer_model().SerializeAsString());
  Graph graph;
  EXPECT_EQ(import_onnx(graph, path).outputs["y"].shape(), (Shape{2, 2}));
  const std::string missing = folder.path("none.onnx");
  EXPECT_EQ(
      message_of<OnnxError>([&] { import_onnx(graph, missing); }),
      missing +
          ": No such file or directory; expected a readable file; the nearest name there is \"layer.onnx\"");
  EXPECT_TRUE(contains(message_of<OnnxError>([&] { import_onnx(graph, folder.path("")); }), "directory"));
}

TEST(ImportOnnx, MakesParametersThatCanBeTrained) {
  Graph graph;
  const OnnxModel model = import_model(graph, layer_model());
  const GradTable table = build_grad(sum(model.outputs["y"]), {model.parameters["b"]});
  const Array x = full({2, 3}, 1);
  EXPECT_EQ(floats(evaluate(table[model.parameters["b"]], {{model.inputs["x"], x}})),
            (std::vector<float>{0, 2}));
}

TEST(ImportOnnx, MakesConstantsOfWeightsOnRequest) {
  Graph graph;
  const OnnxModel model = import_model(graph, layer_model(), {.weights = Weights::constants});
  EXPECT_EQ(model.parameters.size(), 0U);
  EXPECT_THROW(graph.find("W"), GraphError);
}

TEST(ImportOnnx, MakesConstantsOfValues) {
  Graph graph;
  const Array x = full({2, 3}, 1);
  const Array b = full({2}, 0);
  const OnnxModel model = import_model(graph, layer_model(), {.values = {{"x", x}, {"b", b}}});
  EXPECT_EQ(model.inputs.size(), 0U);
  EXPECT_EQ(names(model.parameters), Names{"W"});
  EXPECT_EQ(floats(evaluate(model.outputs["y"])), (std::vector<float>{9, 12, 9, 12}));
}

TEST(ImportOnnx, TakesTwoModelsWithPrefixes) {
  Graph graph;
  import_model(graph, layer_model(), {.prefix = "a/"});
  import_model(graph, layer_model(), {.prefix = "b/"});
  EXPECT_NE(graph.find("a/W"), graph.find("b/W"));
  EXPECT_TRUE(contains(message_of<OnnxError>([&] { import_model(graph, layer_model(), {.prefix = "b/"}); }),
                       "not used before, got 'b/x' again"));
}

TEST(ImportOnnx, TakesOpenExtentsFromTheOptions) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {-1, 3});
  add_node(model, "Relu", {"x"}, {"y"});
  add_output(model, "y");
  Graph graph;
  EXPECT_EQ(import_model(graph, model, {.shapes = {{"x", {5, 3}}}}).outputs["y"].shape(), (Shape{5, 3}));
  EXPECT_EQ(refusal(model),
            "m.onnx: input 'x': a shape that is not fixed; expected OnnxOptions::shapes to give it");
  EXPECT_EQ(refusal(model, {.shapes = {{"x", {5, 4}}}}),
            "m.onnx: input 'x': shape (5,4) in the options; expected (-1,3), where -1 is any extent");
}

void set_extents(onnx::ValueInfoProto& input, const Dims& extents) {
  auto* shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
  shape->Clear();
  for (const std::int64_t extent : extents) shape->add_dim()->set_dim_value(extent);
}

// Some exporters write -1 or 0 for an open extent.
TEST(ImportOnnx, TakesNumbersThatStandForOpenExtents) {
  for (const std::int64_t open : {-1, 0}) {
    onnx::ModelProto model = layer_model();
    set_extents(*model.mutable_graph()->mutable_input(0), {open, 3});
    Graph graph;
    EXPECT_EQ(import_model(graph, model, {.shapes = {{"x", {5, 3}}}}).outputs["y"].shape(), (Shape{5, 2}));
    EXPECT_EQ(refusal(model, {.shapes = {{"x", {5, 4}}}}),
              "m.onnx: input 'x': shape (5,4) in the options; expected (-1,3), where -1 is any extent");
    EXPECT_EQ(
        import_model(graph, model, {.values = {{"x", full({4, 3}, 1)}}, .prefix = "v/"}).outputs["y"].shape(),
        (Shape{4, 2}));
    if (open == -1)
      EXPECT_EQ(refusal(model),
                "m.onnx: input 'x': a shape that is not fixed; expected OnnxOptions::shapes to give it");
    else
      EXPECT_EQ(import_model(graph, model, {.prefix = "e/"}).outputs["y"].shape(), (Shape{0, 2}));
  }
}

TEST(ImportOnnx, TakesTheSameOpsetTwiceAndOpsetsThatNoNodeNeeds) {
  onnx::ModelProto model = layer_model();
  model.add_opset_import()->set_version(13);
  onnx::OperatorSetIdProto& same = *model.add_opset_import();
  same.set_domain("ai.onnx");
  same.set_version(13);
  onnx::OperatorSetIdProto& other = *model.add_opset_import();
  other.set_domain("ai.onnx.ml");
  other.set_version(1);
  Graph graph;
  EXPECT_EQ(names(import_model(graph, model).outputs), Names{"y"});
}

// The end of what scikit-learn exports, with a weight and an input of which there are no tensors here.
onnx::ModelProto model_with_labels() {
  onnx::ModelProto model = layer_model();
  add_initializer(model, "classes").set_data_type(onnx::TensorProto::STRING);
  add_input(model, "open", {-1});
  onnx::NodeProto& map = add_node(model, "ZipMap", {"y", "classes", "open"}, {"label"});
  map.set_domain("ai.onnx.ml");
  map.set_name("labels");
  add_output(model, "label");
  return model;
}

TEST(ImportOnnx, ImportsOnlyWhatTheOutputsAskedForNeed) {
  const onnx::ModelProto model = model_with_labels();
  Graph graph;
  const OnnxModel whole = import_model(graph, model, {.outputs = {"y", "h"}});
  EXPECT_EQ(names(whole.outputs), (Names{"y", "h"}));
  EXPECT_EQ(names(whole.inputs), Names{"x"});
  EXPECT_EQ(names(whole.parameters), (Names{"W", "b"}));
  const Array x = full({2, 3}, 1);
  EXPECT_EQ(floats(evaluate(whole.outputs["h"], {{whole.inputs["x"], x}})),
            (std::vector<float>{-11, 13, -11, 13}));
  const std::size_t before = graph.size();
  const OnnxModel none = import_model(graph, model, {.outputs = {"x"}, .prefix = "n/"});
  EXPECT_EQ(none.outputs["x"], none.inputs["x"]);
  EXPECT_EQ(graph.size(), before + 1);
  EXPECT_EQ(
      refusal(model, {.shapes = {{"open", {1}}}, .outputs = {"label"}}),
      "m.onnx: initializer 'classes': element type STRING; expected FLOAT, DOUBLE, INT32, INT64, BOOL or "
      "UINT8");
  onnx::ModelProto labels = layer_model();
  onnx::NodeProto& map = add_node(labels, "ZipMap", {"y"}, {"label"});
  map.set_domain("ai.onnx.ml");
  const std::string unknown = "m.onnx: node 2 (ZipMap): an op that is not known here, of domain 'ai.onnx.ml'";
  EXPECT_EQ(refusal(labels, {.outputs = {"label"}}), unknown);
  EXPECT_EQ(refusal(labels), unknown);
}

// Gradient names y by an attribute.
TEST(ImportOnnx, ImportsWhatAGradientAskedForNeeds) {
  onnx::ModelProto model = onnx_model();
  onnx::OperatorSetIdProto& training = *model.add_opset_import();
  training.set_domain("ai.onnx.preview.training");
  training.set_version(1);
  add_input(model, "x", {});
  add_node(model, "Mul", {"x", "x"}, {"y"});
  onnx::NodeProto& node = add_node(model, "Gradient", {"x"}, {"dx"});
  node.set_domain("ai.onnx.preview.training");
  add_attribute(node, "xs", onnx::AttributeProto::STRINGS).add_strings("x");
  add_attribute(node, "y", onnx::AttributeProto::STRING).set_s("y");
  Graph graph;
  const OnnxModel made = import_model(graph, model, {.outputs = {"dx"}});
  const Array x = full({}, 3);
  EXPECT_EQ(evaluate(made.outputs["dx"], {{made.inputs["x"], x}}).item(), 6);
}

// An export of PyTorch: a convolution, and windows of 3 by 3 on what is left of the image, 2 by 2.
TEST(ImportOnnx, ReadsPoolingOfOneWindowThatIsLargerThanTheImage) {
  const std::string file = std::string(GRADTABLE_TEST_FOLDER) + "/models/onnx/exports/ceil_small.onnx";
  Graph graph;
  const OnnxModel model = import_onnx(graph, file, {.shapes = {{"input", {1, 1, 4, 4}}}});
  EXPECT_EQ(model.outputs["4"].shape(), (Shape{1, 2, 1, 1}));
}

// y = op(x) of windows of 3 by 3 on (1,1,2,2).
Array pooled(const std::string& op, std::int64_t pad, std::int64_t count_include_pad) {
  onnx::ModelProto model = onnx_model(17);
  add_input(model, "x", {1, 1, 2, 2});
  onnx::NodeProto& node = add_node(model, op, {"x"}, {"y"});
  set_integers(node, "kernel_shape", {3 + 2 * pad, 3 + 2 * pad});
  set_integers(node, "strides", {2, 2});
  set_integers(node, "pads", {pad, pad, pad, pad});
  set_integer(node, "ceil_mode", 1);
  if (op == "AveragePool") set_integer(node, "count_include_pad", count_include_pad);
  add_output(model, "y");
  Graph graph;
  const OnnxModel made = import_model(graph, model);
  const Array x = Array::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  return evaluate(made.outputs["y"], {{made.inputs["x"], x}});
}

TEST(ImportOnnx, AveragesOfAWindowLargerThanTheImageCountItsPaddingOnRequest) {
  EXPECT_EQ(floats(pooled("MaxPool", 0, 0)), std::vector<float>{4});
  EXPECT_EQ(floats(pooled("AveragePool", 0, 0)), std::vector<float>{2.5F});
  EXPECT_EQ(floats(pooled("AveragePool", 0, 1)), std::vector<float>{2.5F});
  EXPECT_EQ(floats(pooled("AveragePool", 1, 0)), std::vector<float>{2.5F});
  EXPECT_EQ(floats(pooled("AveragePool", 1, 1)), std::vector<float>{10.0F / 16});
}

// An export of scikit-learn, an MLPClassifier of 8 x 8 pixels: it ends with ArrayFeatureExtractor and ZipMap.
TEST(ImportOnnx, ReadsTheProbabilitiesOfAnExportOfScikitLearn) {
  const std::string file =
      std::string(GRADTABLE_TEST_FOLDER) + "/models/onnx/exports/skl_mlp_classifier.onnx";
  OnnxOptions options = {.shapes = {{"X", {2, 64}}}};
  Graph graph;
  EXPECT_TRUE(contains(message_of<OnnxError>([&] { import_onnx(graph, file, options); }),
                       "'ZipMap' (ZipMap): an op that is not known here, of domain 'ai.onnx.ml'"));
  options.outputs = {"out_activations_result", "argmax_output"};
  Graph other;
  const OnnxModel model = import_onnx(other, file, options);
  const Array x = full({2, 64}, 8);
  const Array probabilities = evaluate(model.outputs["out_activations_result"], {{model.inputs["X"], x}});
  EXPECT_EQ(probabilities.shape(), (Shape{2, 10}));
  double sum = 0;
  for (const float p : probabilities.as<float>().first(10)) sum += p;
  EXPECT_NEAR(sum, 1, 1e-6);
}

// What opset 18 made inputs and attributes of.
TEST(ImportOnnx, ReadsOpsetsAfter17) {
  onnx::ModelProto model = onnx_model(18);
  add_input(model, "x", {5, 2});
  add_int64s(model, "axes", {-1});
  add_node(model, "ReduceMean", {"x", "axes"}, {"means"});
  set_integer(add_node(model, "Split", {"x"}, {"a", "b"}), "num_outputs", 2);
  add_int64s(model, "pads", {0, 3});
  add_node(model, "Pad", {"x", "pads", "", "axes"}, {"wide"});
  for (const char* name : {"means", "a", "b", "wide"}) add_output(model, name);
  for (const std::int64_t opset : {18, 20, 21, 24}) {
    model.mutable_opset_import(0)->set_version(opset);
    Graph graph;
    const OnnxTensors outputs = import_model(graph, model).outputs;
    EXPECT_EQ(outputs["means"].shape(), (Shape{5, 1}));
    EXPECT_EQ(outputs["a"].shape(), (Shape{3, 2}));
    EXPECT_EQ(outputs["b"].shape(), (Shape{2, 2}));
    EXPECT_EQ(outputs["wide"].shape(), (Shape{5, 5}));
  }
  model.mutable_graph()->mutable_node(1)->mutable_attribute(0)->set_i(3);
  EXPECT_TRUE(contains(refusal(model), "expected num_outputs 2"));
}

TEST(ImportOnnx, RefusesOptionsThatNameNothing) {
  EXPECT_TRUE(contains(refusal(layer_model(), {.shapes = {{"X", {1}}}}),
                       "a shape for 'X'; expected the name of an input"));
  EXPECT_TRUE(
      contains(refusal(layer_model(), {.values = {{"X", full({}, 1)}}}), "a value for 'X'; expected"));
  EXPECT_TRUE(contains(refusal(layer_model(), {.values = {{"b", full({3}, 1)}}}),
                       "a value of float32 (3); expected float32 (2)"));
}

TEST(ImportOnnx, GivesNodesThePlaceOfTheCall) {
  Graph graph;
  const std::string bytes = layer_model().SerializeAsString();
  const Location here = Location::current();
  const OnnxModel model = import_onnx(graph, std::as_bytes(std::span(bytes)), "m.onnx", {}, here);
  EXPECT_EQ(model.outputs["y"].node().location.line(), here.line());
  EXPECT_EQ(model.inputs["x"].node().location.line(), here.line());
}

// x.reshape(x.shape[0], -1), as exporters write it.
TEST(ImportOnnx, FollowsShapesThatAreComputed) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {2, 3, 4});
  add_int64s(model, "zero", {0});
  add_int64s(model, "rest", {-1});
  add_node(model, "Shape", {"x"}, {"shape"});
  add_node(model, "Gather", {"shape", "zero"}, {"rows"});
  add_node(model, "Concat", {"rows", "rest"}, {"extents"});
  set_integer(*model.mutable_graph()->mutable_node(2), "axis", 0);
  add_node(model, "Reshape", {"x", "extents"}, {"y"});
  add_output(model, "y");
  Graph graph;
  EXPECT_EQ(import_model(graph, model).outputs["y"].shape(), (Shape{2, 12}));
}

TEST(ImportOnnx, TakesTheLargestIntegerAsTheEndOfASlice) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {5});
  add_int64s(model, "start", {-2});
  add_int64s(model, "end", {std::numeric_limits<std::int64_t>::max()});
  add_node(model, "Slice", {"x", "start", "end"}, {"y"});
  add_output(model, "y");
  Graph graph;
  EXPECT_EQ(import_model(graph, model).outputs["y"].shape(), Shape{2});
}

// The op Constant with this attribute.
onnx::NodeProto& add_constant(onnx::ModelProto& model, const std::string& name, const std::string& attribute,
                              onnx::AttributeProto::AttributeType type) {
  onnx::NodeProto& node = add_node(model, "Constant", {}, {name});
  add_attribute(node, attribute, type);
  return node;
}

// Exporters write bounds as initializers or as nodes.
TEST(ImportOnnx, TakesTheLargestIntegerOfAConstantAsTheEndOfASlice) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  for (const std::string form : {"value", "value_ints"}) {
    onnx::ModelProto model = onnx_model();
    add_input(model, "x", {5});
    add_int64s(model, "start", {-2});
    if (form == "value")
      set_int64s(
          *add_constant(model, "end", form, onnx::AttributeProto::TENSOR).mutable_attribute(0)->mutable_t(),
          {kEnd});
    else
      add_constant(model, "end", form, onnx::AttributeProto::INTS).mutable_attribute(0)->add_ints(kEnd);
    add_node(model, "Slice", {"x", "start", "end"}, {"y"});
    add_output(model, "y");
    Graph graph;
    EXPECT_EQ(import_model(graph, model).outputs["y"].shape(), Shape{2}) << form;
    add_node(model, "Neg", {"end"}, {"z"}).set_name("n");
    EXPECT_TRUE(contains(refusal(model), "node 2 'n' (Neg): the number 9223372036854775807; expected"))
        << form;
  }
}

TEST(ImportOnnx, ReadsEveryFormOfAConstant) {
  using Proto = onnx::AttributeProto;
  onnx::ModelProto model = onnx_model();
  add_constant(model, "float", "value_float", Proto::FLOAT).mutable_attribute(0)->set_f(2.5F);
  add_constant(model, "int", "value_int", Proto::INT).mutable_attribute(0)->set_i(-3);
  add_constant(model, "floats", "value_floats", Proto::FLOATS).mutable_attribute(0)->add_floats(0.5F);
  add_constant(model, "ints", "value_ints", Proto::INTS).mutable_attribute(0)->add_ints(7);
  set_floats(*add_constant(model, "value", "value", Proto::TENSOR).mutable_attribute(0)->mutable_t(), {1, 2},
             {3, 4});
  for (const char* name : {"float", "int", "floats", "ints", "value"}) add_output(model, name);
  Graph graph;
  const OnnxModel made = import_model(graph, model);
  const auto value = [&](const char* name) -> const Array& { return graph.value(made.outputs[name]); };
  EXPECT_EQ(made.outputs["value"].label(), "value");
  EXPECT_EQ(made.parameters.size(), 0U);
  EXPECT_EQ(value("float").shape(), Shape{});
  EXPECT_EQ(floats(value("float")), std::vector<float>{2.5F});
  EXPECT_EQ(value("int").shape(), Shape{});
  EXPECT_EQ(value("int").as<std::int32_t>()[0], -3);
  EXPECT_EQ(value("floats").shape(), Shape{1});
  EXPECT_EQ(floats(value("floats")), std::vector<float>{0.5F});
  EXPECT_EQ(value("ints").shape(), Shape{1});
  EXPECT_EQ(value("ints").as<std::int32_t>()[0], 7);
  EXPECT_EQ(value("value").shape(), (Shape{1, 2}));
  EXPECT_EQ(floats(value("value")), (std::vector<float>{3, 4}));
}

std::size_t constant_bytes(const Graph& graph) {
  std::size_t bytes = 0;
  for (std::size_t id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(static_cast<NodeId>(id));
    if (node.kind == NodeKind::constant) bytes += node.type.bytes();
  }
  return bytes;
}

// y = Pad(x) by `before` and `after` places along the only axis.
onnx::ModelProto pad_model(std::int64_t extent, const std::string& mode, std::int64_t before,
                           std::int64_t after) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {extent});
  add_int64s(model, "pads", {before, after});
  onnx::NodeProto& node = add_node(model, "Pad", {"x", "pads"}, {"y"});
  add_attribute(node, "mode", onnx::AttributeProto::STRING).set_s(mode);
  add_output(model, "y");
  return model;
}

TEST(ImportOnnx, KeepsNoNumbersThatAFileMerelyAsksFor) {
  constexpr std::int64_t kMany = std::int64_t{1} << 28;
  constexpr std::size_t kFew = std::size_t{1} << 20;
  Graph padded;
  EXPECT_EQ(import_model(padded, pad_model(3, "edge", kMany, kMany)).outputs["y"].shape(),
            Shape{2 * kMany + 3});
  EXPECT_LT(constant_bytes(padded), kFew);
  Graph reflected;
  EXPECT_EQ(import_model(reflected, pad_model(kMany, "reflect", kMany - 1, 0)).outputs["y"].shape(),
            Shape{2 * kMany - 1});
  EXPECT_LT(constant_bytes(reflected), kFew);

  onnx::ModelProto pool = onnx_model();
  add_input(pool, "x", {1, 1, 1 << 14, 1 << 14});
  set_integers(add_node(pool, "MaxPool", {"x"}, {"y", "indices"}), "kernel_shape", {2, 2});
  add_output(pool, "indices");
  Graph pooled;
  EXPECT_EQ(import_model(pooled, pool).outputs["indices"].shape(),
            (Shape{1, 1, (1 << 14) - 1, (1 << 14) - 1}));
  EXPECT_LT(constant_bytes(pooled), kFew);

  onnx::ModelProto rows = onnx_model();
  add_input(rows, "x", {2}, onnx::TensorProto::INT32);
  add_int64s(rows, "depth", {kMany});
  add_floats(rows, "values", {2}, {0, 1});
  add_node(rows, "OneHot", {"x", "depth", "values"}, {"y"});
  add_output(rows, "y");
  Graph hot;
  EXPECT_EQ(import_model(hot, rows).outputs["y"].shape(), (Shape{2, kMany}));
  EXPECT_LT(constant_bytes(hot), kFew);
}

TEST(ImportOnnx, PadsWithTheNearestElementsAndWithMirrorImages) {
  const auto padded = [](const std::string& mode, const std::vector<float>& numbers, std::int64_t before,
                         std::int64_t after) {
    Graph graph;
    const auto extent = static_cast<std::int64_t>(numbers.size());
    const OnnxModel made = import_model(graph, pad_model(extent, mode, before, after));
    const Array x = Array::of<float>({extent}, numbers);
    return floats(evaluate(made.outputs["y"], {{made.inputs["x"], x}}));
  };
  using Floats = std::vector<float>;
  EXPECT_EQ(padded("edge", {1, 2, 3}, 2, 1), (Floats{1, 1, 1, 2, 3, 3}));
  EXPECT_EQ(padded("edge", {1, 2, 3}, -1, 2), (Floats{2, 3, 3, 3}));
  EXPECT_EQ(padded("edge", {1, 2, 3}, -4, 3), (Floats{3, 3}));
  EXPECT_EQ(padded("edge", {1, 2, 3}, 3, -4), (Floats{1, 1}));
  EXPECT_EQ(padded("edge", {1, 2, 3}, 0, -3), Floats{});
  EXPECT_EQ(padded("reflect", {1, 2, 3}, 2, 1), (Floats{3, 2, 1, 2, 3, 2}));
  EXPECT_EQ(padded("reflect", {1, 2, 3}, 5, 6), (Floats{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(padded("reflect", {1, 2, 3}, -1, 1), (Floats{2, 3, 2}));
  EXPECT_EQ(padded("reflect", {1, 2, 3}, -4, 3), (Floats{1, 2}));
  EXPECT_EQ(padded("reflect", {1, 2}, 2, 2), (Floats{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(padded("reflect", {7}, 1, 2), (Floats{7, 7, 7, 7}));
  EXPECT_TRUE(contains(refusal(pad_model(3, "reflect", std::int64_t{1} << 28, 0)),
                       "expected at most 4096 mirror images of an axis, got 268435459 places from 3"));
  EXPECT_TRUE(contains(refusal(pad_model(0, "edge", 1, 0)), "expected an extent from 1"));
}

// Several images, and as many elements as no square has.
TEST(ImportOnnx, IndicesOfMaxPoolCountAllElements) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {2, 2, 2, 3});
  onnx::NodeProto& node = add_node(model, "MaxPool", {"x"}, {"y", "indices"});
  set_integers(node, "kernel_shape", {2, 3});
  add_output(model, "indices");
  const Array x = Array::of<float>({2, 2, 2, 3},
                                   {9, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9});
  for (const bool column_major : {false, true}) {
    if (column_major) set_integer(node, "storage_order", 1);
    Graph graph;
    const OnnxModel made = import_model(graph, model);
    const Array found = evaluate(made.outputs["indices"], {{made.inputs["x"], x}});
    const std::vector<std::int32_t> places(found.as<std::int32_t>().begin(), found.as<std::int32_t>().end());
    EXPECT_EQ(places, column_major ? (std::vector<std::int32_t>{0, 8, 13, 23})
                                   : (std::vector<std::int32_t>{0, 7, 15, 23}));
  }
}

// In training mode: the mask follows from the step, and the second output is the mask.
TEST(ImportOnnx, DropoutTakesTheStepOfTheOptions) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {1000});
  add_floats(model, "ratio", {}, {0.25F});
  onnx::TensorProto& training = add_initializer(model, "training");
  training.set_data_type(onnx::TensorProto::BOOL);
  training.add_int32_data(1);
  add_node(model, "Dropout", {"x", "ratio", "training"}, {"y", "mask"});
  for (const char* name : {"y", "mask"}) add_output(model, name);
  Graph graph;
  const Tensor step = graph.input("step", {}, DType::int32);
  const OnnxModel made = import_model(graph, model, {.step = step});
  EXPECT_EQ(made.parameters.size(), 0U);
  const Array x = full({1000}, 3), first = full({}, 0, DType::int32), second = full({}, 1, DType::int32);
  const Program program = compile(graph, {.outputs = {made.outputs["y"], made.outputs["mask"]}});
  const std::vector<Array> at_first = program.infer({{made.inputs["x"], x}, {step, first}});
  const std::vector<Array> at_second = program.infer({{made.inputs["x"], x}, {step, second}});
  EXPECT_NE(floats(at_first[0]), floats(at_second[0]));
  int kept = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const int mask = at_first[1].as<std::uint8_t>()[i];
    EXPECT_EQ(at_first[0].as<float>()[i], mask == 1 ? 4.0F : 0.0F);
    kept += mask;
  }
  EXPECT_NEAR(kept, 750, 60);
}

// Over all axes from the given one on, before opset 13.
TEST(ImportOnnx, SoftmaxMeansWhatItMeantInTheOpset) {
  for (const std::int64_t opset : {12, 13}) {
    onnx::ModelProto model = onnx_model(opset);
    add_input(model, "x", {2, 2, 2});
    set_integer(add_node(model, "Softmax", {"x"}, {"y"}), "axis", 1);
    add_output(model, "y");
    Graph graph;
    const OnnxModel made = import_model(graph, model);
    const Array x = zeros({2, 2, 2});
    EXPECT_EQ(floats(evaluate(made.outputs["y"], {{made.inputs["x"], x}})).front(),
              opset == 12 ? 0.25F : 0.5F);
  }
}

// As files of IR version 3 have it.
TEST(ImportOnnx, TakesAnInputWithNumbersAsAWeight) {
  onnx::ModelProto model = layer_model();
  add_input(model, "W", {3, 2});
  Graph graph;
  EXPECT_EQ(names(import_model(graph, model).inputs), Names{"x"});
}

TEST(ImportOnnx, LeavesOutWeightsThatNobodyReads) {
  onnx::ModelProto model = layer_model();
  add_floats(model, "unused", {1}, {1});
  Graph graph;
  EXPECT_EQ(names(import_model(graph, model).parameters), (Names{"W", "b"}));
}

TEST(ImportOnnx, ReadsEveryElementType) {
  onnx::ModelProto model = onnx_model();
  onnx::TensorProto& wide = add_initializer(model, "double");
  wide.set_data_type(onnx::TensorProto::DOUBLE);
  wide.add_double_data(1e300);
  add_int64s(model, "int64", {-7});
  onnx::TensorProto& truth = add_initializer(model, "bool");
  truth.set_data_type(onnx::TensorProto::BOOL);
  truth.add_dims(2);
  truth.set_raw_data(std::string("\0\2", 2));
  onnx::TensorProto& bytes = add_initializer(model, "uint8");
  bytes.set_data_type(onnx::TensorProto::UINT8);
  bytes.add_int32_data(255);
  for (const char* name : {"double", "int64", "bool", "uint8"}) add_output(model, name);
  Graph graph;
  const OnnxTensors outputs = import_model(graph, model, {.weights = Weights::constants}).outputs;
  EXPECT_EQ(graph.value(outputs["double"]).as<double>()[0], 1e300);
  EXPECT_EQ(graph.value(outputs["int64"]).as<std::int32_t>()[0], -7);
  EXPECT_EQ(graph.value(outputs["bool"]).as<std::uint8_t>()[0], 0);
  EXPECT_EQ(graph.value(outputs["bool"]).as<std::uint8_t>()[1], 1);
  EXPECT_EQ(graph.value(outputs["uint8"]).as<std::uint8_t>()[0], 255);
}

}  // namespace
}  // namespace gradtable::testing
