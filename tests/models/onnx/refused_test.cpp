// Models that protobuf can read and gradtable cannot mean: errors that name the node and the op.
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "models.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"

namespace gradtable::testing {
namespace {

// The model y = op(x), x (2,3).
onnx::ModelProto unary_model(const std::string& op, std::int64_t opset = 13) {
  onnx::ModelProto model = onnx_model(opset);
  add_input(model, "x", {2, 3});
  add_node(model, op, {"x"}, {"y"}).set_name("n");
  add_output(model, "y");
  return model;
}

onnx::NodeProto& node(onnx::ModelProto& model, int i = 0) {
  return *model.mutable_graph()->mutable_node(i);
}

TEST(RefusedOnnx, OpsetsAndOps) {
  onnx::ModelProto model = layer_model();
  model.clear_opset_import();
  EXPECT_EQ(refusal(model), "m.onnx: no opset_import; expected at least one");
  EXPECT_EQ(refusal(unary_model("Relu", 25)), "m.onnx: opset 25 of domain ''; expected 1 to 24");
  EXPECT_EQ(refusal(unary_model("Relu", 5)),
            "m.onnx: node 0 'n' (Relu): opset 5; expected 6 or later for this op");
  EXPECT_EQ(refusal(unary_model("Frobnicate")),
            "m.onnx: node 0 'n' (Frobnicate): an op that is not known here, of domain ''");
  model = unary_model("Relu");
  node(model).set_domain("com.example");
  EXPECT_TRUE(contains(refusal(model), "of domain 'com.example'"));
  model = unary_model("Gradient");
  node(model).set_domain("ai.onnx.preview.training");
  EXPECT_TRUE(contains(refusal(model), "no opset_import for its domain"));
  model = unary_model("Relu");
  model.add_opset_import()->set_domain("ai.onnx");
  model.mutable_opset_import(1)->set_version(12);
  EXPECT_EQ(refusal(model), "m.onnx: opsets 13 and 12 of domain ''; expected one version");
}

TEST(RefusedOnnx, NamesThatDoNotFit) {
  onnx::ModelProto model = unary_model("Relu");
  node(model).set_input(0, "z");
  EXPECT_EQ(
      refusal(model),
      "m.onnx: node 0 'n' (Relu): input 'z', which nothing makes; expected inputs that are made before");
  node(model).set_input(0, "y");
  EXPECT_TRUE(contains(refusal(model), "input 'y', which is made by this node or a later one"));
  node(model).set_input(0, "x");
  node(model).set_output(0, "x");
  EXPECT_TRUE(
      contains(refusal(model), "node 0 'n' (Relu): 'x' a second time; expected every name to be made once"));
  node(model).set_output(0, "v");
  EXPECT_TRUE(contains(refusal(model), "output 'y', which nothing makes"));
  model = unary_model("Relu");
  add_input(model, "x", {1});
  EXPECT_TRUE(contains(refusal(model), "input 'x': a second time"));
  model = layer_model();
  add_floats(model, "W", {}, {1});
  EXPECT_TRUE(contains(refusal(model), "initializer 'W': 'W' a second time"));
}

TEST(RefusedOnnx, OutputsAskedForThatNothingMakes) {
  EXPECT_EQ(refusal(layer_model(), {.outputs = {"y", "z"}}),
            "m.onnx: output 'z', which nothing makes; expected one that a node makes");
  EXPECT_TRUE(contains(refusal(layer_model(), {.outputs = {""}}), "output '', which nothing makes"));
}

TEST(RefusedOnnx, NodesOutOfOrderAndCycles) {
  onnx::ModelProto model = layer_model();
  model.mutable_graph()->mutable_node()->SwapElements(0, 1);
  EXPECT_EQ(
      refusal(model),
      "m.onnx: node 0 (Relu): input 'h', which is made by this node or a later one; expected inputs that "
      "are made before");
  EXPECT_EQ(refusal(model, {.outputs = {"y"}}), refusal(model));
  model = unary_model("Add");
  node(model).add_input(std::string("w"));
  add_node(model, "Relu", {"y"}, {"w"});
  EXPECT_TRUE(
      contains(refusal(model), "node 0 'n' (Add): input 'w', which is made by this node or a later one"));
}

TEST(RefusedOnnx, AttributesThatAreMissingWrongOrUnknown) {
  onnx::ModelProto model = unary_model("Cast");
  EXPECT_EQ(refusal(model), "m.onnx: node 0 'n' (Cast): expected an attribute to, got none");
  add_attribute(node(model), "to", onnx::AttributeProto::FLOAT).set_f(1);
  EXPECT_TRUE(contains(refusal(model), "expected attribute to of type INT, got FLOAT"));
  model = unary_model("Cast");
  set_integer(node(model), "to", onnx::TensorProto::FLOAT16);
  EXPECT_TRUE(contains(refusal(model), "element type FLOAT16; expected FLOAT"));
  set_integer(node(model), "to", 1);
  EXPECT_TRUE(contains(refusal(model), "expected each attribute once, got 'to' again"));
  model = unary_model("Relu");
  set_integer(node(model), "alpha", 1);
  EXPECT_TRUE(contains(refusal(model), "expected no attribute 'alpha' in opset 13"));
}

TEST(RefusedOnnx, InputsAndOutputsThatAreTooFewOrTooMany) {
  EXPECT_TRUE(contains(refusal(unary_model("Add")), "node 0 'n' (Add): expected an input 1, got none"));
  onnx::ModelProto model = unary_model("Relu");
  node(model).add_input("x");
  EXPECT_TRUE(contains(refusal(model), "expected no input 1, got 'x'"));
  model = unary_model("Concat");
  node(model).clear_input();
  EXPECT_EQ(refusal(model), "m.onnx: node 0 'n' (Concat): expected at least one input, got none");
  model = unary_model("Relu");
  node(model).add_output("z");
  EXPECT_TRUE(contains(refusal(model), "output 1; expected at most 1"));
}

TEST(RefusedOnnx, ShapesThatAnOpDoesNotTake) {
  onnx::ModelProto model = layer_model();
  model.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(1)
      ->set_dim_value(4);
  EXPECT_TRUE(contains(refusal(model), "m.onnx: node 0 'dense' (Gemm): matmul: expected"));
  model = unary_model("Transpose");
  set_integers(node(model), "perm", {0, 0});
  EXPECT_TRUE(contains(refusal(model), "node 0 'n' (Transpose)"));
  model = unary_model("ReduceMean");
  set_integers(node(model), "axes", {2});
  EXPECT_TRUE(contains(refusal(model), "node 0 'n' (ReduceMean)"));
}

TEST(RefusedOnnx, AnAlphaOfZeroThatCeluDividesBy) {
  onnx::ModelProto model = unary_model("Celu");
  onnx::AttributeProto& alpha = add_attribute(node(model), "alpha", onnx::AttributeProto::FLOAT);
  alpha.set_f(0);
  EXPECT_EQ(refusal(model),
            "m.onnx: node 0 'n' (Celu): expected an alpha other than 0, by which x is divided, got 0");
  alpha.set_f(-0.5F);
  EXPECT_EQ(refusal(model), "nothing thrown");
}

// y = op(x, numbers...), x (2,3).
onnx::ModelProto model_with_numbers(const std::string& op, const std::vector<Dims>& numbers) {
  onnx::ModelProto model = unary_model(op);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string name = fmt::format("c{}", i);
    add_int64s(model, name, numbers[i]);
    node(model).add_input(name);
  }
  return model;
}

TEST(RefusedOnnx, NumbersThatDoNotFit) {
  constexpr std::int64_t kLarge = std::int64_t{1} << 60;
  const auto refused = [](const std::string& op, const std::vector<Dims>& numbers, const std::string& part) {
    const std::string message = refusal(model_with_numbers(op, numbers));
    EXPECT_TRUE(contains(message, fmt::format("m.onnx: node 0 'n' ({}): ", op)));
    EXPECT_TRUE(contains(message, part));
  };
  refused("Reshape", {{-1, -1}}, "reshape: expected");
  refused("Reshape", {{4, 2}}, "reshape: expected");
  refused("Reshape", {{-2, 3}}, "expected");
  refused("Reshape", {{2, 3, 0}}, "expected extents of 0 at axes of (2,3) only, got (2,3,0)");
  refused("Reshape", {{kLarge, 6}}, "expected");
  refused("Expand", {{kLarge, 2, 3}}, "expected");
  refused("Expand", {{1 << 29, 2, 3}}, "float32 (536870912,2,3); expected at most 4294967296 bytes");
  refused("Expand", {{2, 4}}, "expected shapes that broadcast, got (2,3) and (2,4)");
  refused("Slice", {{0}, {2}, {0}, {0}}, "slice: expected");
  refused("Slice", {{0}, {2}, {2}}, "slice: expected");
  refused("Slice", {{0}, {2, 3}}, "expected as many starts, ends, axes and steps, got 1, 2, 1 and 1");
  refused("Squeeze", {{0}}, "expected");
  refused("Squeeze", {{5}}, "expected");
  refused("Unsqueeze", {{4}}, "expected");
  refused("ReduceSum", {{-3}}, "sum: expected");
  refused("Split", {{1, 1}}, "expected a size for each of 1 outputs, got 2");
  refused("Split", {{3}}, "expected");
  refused("Pad", {{0, 0}, {0}, {2}}, "expected axes of (2,3), got 2");
  refused("Pad", {{0, 0, 0, 0}, {0}, {1}}, "expected two pads for each of 1 axes, got 4");
  refused("Pad", {{1, 1}}, "expected two pads for each of 2 axes, got 2");
  refused("Pad", {{0, kLarge, 0, kLarge}}, "expected");
  refused("Pad", {{0, -2, 0, -2}}, "expected");
}

TEST(RefusedOnnx, AxesOutOfRange) {
  for (const char* op : {"Softmax", "Flatten", "Concat", "ArgMax", "Split", "LogSoftmax"}) {
    for (const std::int64_t axis : {std::int64_t{3}, std::int64_t{-4}, std::int64_t{1} << 40}) {
      onnx::ModelProto model = unary_model(op);
      set_integer(node(model), "axis", axis);
      EXPECT_TRUE(contains(refusal(model), fmt::format("node 0 'n' ({}): ", op))) << axis;
    }
  }
}

TEST(RefusedOnnx, WindowsThatAreNone) {
  const auto conv = [](const std::string& attribute, const Dims& values) {
    onnx::ModelProto model = onnx_model();
    add_input(model, "x", {1, 1, 5, 5});
    add_input(model, "w", {1, 1, 3, 3});
    onnx::NodeProto& made = add_node(model, "Conv", {"x", "w"}, {"y"});
    if (!attribute.empty()) set_integers(made, attribute, values);
    add_output(model, "y");
    return model;
  };
  EXPECT_EQ(refusal(conv("", {})), "nothing thrown");
  EXPECT_EQ(refusal(conv("strides", {0, 1})),
            "m.onnx: node 0 (Conv): expected 2 numbers from 1 to 2^31 as strides, got (0,1)");
  EXPECT_TRUE(contains(refusal(conv("dilations", {1, 0})), "as dilations, got (1,0)"));
  EXPECT_TRUE(
      contains(refusal(conv("kernel_shape", {3, 4})), "expected the weights' kernel_shape (3,3), got (3,4)"));
  EXPECT_TRUE(contains(refusal(conv("pads", {-1, 0, 0, 0})), "expected 4 numbers from 0 to 2^31 as pads"));
  EXPECT_TRUE(contains(refusal(conv("strides", {1})), "expected 2 numbers"));
  onnx::ModelProto model = conv("", {});
  set_integer(node(model), "group", 0);
  EXPECT_TRUE(contains(refusal(model), "node 0 (Conv): conv"));
  model = unary_model("MaxPool");
  set_integers(node(model), "kernel_shape", {2});
  EXPECT_TRUE(contains(refusal(model), "expected an input with 1 to 3 spatial axes, got (2,3)"));
}

TEST(RefusedOnnx, PadsBesideAutoPad) {
  const auto refused = [](const Dims& pads, const char* auto_pad) {
    onnx::ModelProto model = onnx_model();
    add_input(model, "x", {1, 1, 5, 5});
    onnx::NodeProto& made = add_node(model, "MaxPool", {"x"}, {"y"});
    set_integers(made, "kernel_shape", {3, 3});
    set_integers(made, "pads", pads);
    add_attribute(made, "auto_pad", onnx::AttributeProto::STRING).set_s(auto_pad);
    return refusal(model);
  };
  EXPECT_EQ(refused({1, 0, 1, 0}, "SAME_UPPER"),
            "m.onnx: node 0 (MaxPool): expected no pads beside auto_pad SAME_UPPER, got (1,0,1,0)");
  EXPECT_TRUE(contains(refused({0, 0, 0, 1}, "VALID"), "expected no pads beside auto_pad VALID"));
  EXPECT_EQ(refused({1, 0, 1, 0}, "NOTSET"), "nothing thrown");
  EXPECT_EQ(refused({0, 0, 0, 0}, "SAME_LOWER"), "nothing thrown");
}

TEST(RefusedOnnx, IndicesOutOfRangeWhenItRuns) {
  onnx::ModelProto model = model_with_numbers("Gather", {{2}});
  Graph graph;
  const OnnxModel made = import_model(graph, model);
  const Array x = zeros({2, 3});
  EXPECT_THROW(evaluate(made.outputs["y"], {{made.inputs["x"], x}}), DataError);
}

TEST(RefusedOnnx, TypesOfInputs) {
  onnx::ModelProto model = unary_model("Relu");
  auto* type = model.mutable_graph()->mutable_input(0)->mutable_type();
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT16);
  EXPECT_TRUE(contains(refusal(model), "input 'x': element type FLOAT16"));
  type->mutable_tensor_type()->set_elem_type(9999);
  EXPECT_TRUE(contains(refusal(model), "element type 9999"));
  type->mutable_tensor_type()->set_elem_type(1);
  type->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(-5);
  EXPECT_TRUE(contains(refusal(model), "extent -5; expected 0 or more"));
  type->mutable_sequence_type();
  EXPECT_TRUE(contains(refusal(model), "not a tensor"));
}

// What is wrong with an initializer.
std::string refusal_of_tensor(const std::function<void(onnx::TensorProto&)>& change) {
  onnx::ModelProto model = onnx_model();
  onnx::TensorProto& tensor = add_initializer(model, "t");
  set_floats(tensor, {2}, {1, 2});
  change(tensor);
  add_output(model, "t");
  return refusal(model);
}

TEST(RefusedOnnx, StoredNumbers) {
  EXPECT_EQ(refusal_of_tensor([](auto& t) { t.set_raw_data("12345678"); }),
            "m.onnx: initializer 't': 8 bytes of raw data and 2 typed numbers; expected one of the two");
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) {
                         t.clear_float_data();
                         t.set_raw_data("1234567");
                       }),
                       "7 bytes of raw data; expected 2 numbers of 4 bytes"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.add_float_data(3); }), "3 numbers; expected 2"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.set_dims(0, -2); }), "extent -2; expected"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) {
                         for (int i = 0; i < 3; ++i) t.add_dims(std::int64_t{1} << 62);
                       }),
                       "expected extents whose product fits"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) {
                         for (int i = 0; i < 8; ++i) t.add_dims(1);
                       }),
                       "initializer 't'"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.set_data_location(onnx::TensorProto::EXTERNAL); }),
                       "numbers in another file; expected them in the model's own"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.add_external_data()->set_key("location"); }),
                       "another file"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.set_data_type(onnx::TensorProto::INT32); }),
                       "fields of other types; expected them in that of INT32"));
  EXPECT_TRUE(
      contains(refusal_of_tensor([](auto& t) { t.set_data_type(onnx::TensorProto::BFLOAT16); }), "BFLOAT16"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) { t.mutable_segment()->set_begin(0); }), "segment"));
  EXPECT_TRUE(contains(refusal_of_tensor([](auto& t) {
                         t.Clear();
                         t.set_name("t");
                         set_int64s(t, {std::numeric_limits<std::int64_t>::max()});
                       }),
                       "the number 9223372036854775807; expected integers within int32"));
}

TEST(RefusedOnnx, TensorsBeyondTheBudget) {
  onnx::ModelProto model = onnx_model();
  add_int64s(model, "shape", {std::int64_t{1} << 30, std::int64_t{1} << 30});
  add_node(model, "ConstantOfShape", {"shape"}, {"y"}).set_name("n");
  add_output(model, "y");
  EXPECT_TRUE(
      contains(refusal(model), "node 0 'n' (ConstantOfShape): shape: expected a size below 2^63 bytes"));
  onnx::TensorProto& shape = *model.mutable_graph()->mutable_initializer(0);
  shape.set_int64_data(1, std::int64_t{1} << 20);
  EXPECT_EQ(refusal(model),
            "m.onnx: node 0 'n' (ConstantOfShape): float32 (1073741824,1048576); expected at most 4294967296 "
            "bytes");
  EXPECT_TRUE(contains(refusal(layer_model(), {.largest_tensor = 16}),
                       "input 'x': float32 (2,3); expected at most 16 bytes"));
}

TEST(RefusedOnnx, ShapesThatDependOnNumbersOfARun) {
  onnx::ModelProto model = onnx_model();
  add_input(model, "shape", {2}, onnx::TensorProto::INT64);
  add_node(model, "ConstantOfShape", {"shape"}, {"y"}).set_name("n");
  add_output(model, "y");
  EXPECT_EQ(
      refusal(model),
      "m.onnx: node 0 'n' (ConstantOfShape): the numbers of 'shape' follow from 'shape'; expected numbers "
      "that are known now: OnnxOptions::values gives them");
  Graph graph;
  const OnnxOptions options = {.values = {{"shape", Array::of<std::int32_t>({2}, {4, 5})}}};
  EXPECT_EQ(import_model(graph, model, options).outputs["y"].shape(), (Shape{4, 5}));
}

TEST(RefusedOnnx, MessagesStayOnOneLine) {
  onnx::ModelProto model = unary_model("Relu");
  node(model).set_name("a\nb\xff");
  node(model).set_op_type(std::string(1000, 'o'));
  const std::string message = refusal(model);
  EXPECT_TRUE(contains(message, "node 0 'a\\nb\\xff' (ooo"));
  EXPECT_LT(message.size(), 300U);
}

}  // namespace
}  // namespace gradtable::testing
