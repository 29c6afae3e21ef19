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
  EXPECT_EQ(message_of<OnnxError>([&] { import_onnx(graph, missing); }),
            missing + ": No such file or directory; expected a readable file");
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
