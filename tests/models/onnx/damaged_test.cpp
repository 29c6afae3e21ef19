// Bytes that are no model, or nearly one: an OnnxError or a smaller model, and nothing else.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "models.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gradtable::testing {
namespace {

constexpr std::size_t kSmall = 1 << 20;

// Other exceptions than OnnxError pass through and fail the test.
bool is_refused(const std::string& bytes) {
  Graph graph;
  try {
    import_bytes(graph, bytes, {.largest_tensor = kSmall});
    return false;
  } catch (const OnnxError&) {
    return true;
  }
}

std::string refusal_of_bytes(const std::string& bytes) {
  return message_of<OnnxError>([&] {
    Graph graph;
    import_bytes(graph, bytes);
  });
}

std::string at_byte(std::size_t byte) {
  return fmt::format(
      "m.onnx@byte {}: damaged or truncated data; expected an ONNX model as protobuf, nested at most 64 deep",
      byte);
}

// A model with most kinds of fields.
std::string sample() {
  onnx::ModelProto model = layer_model();
  onnx::NodeProto& node = add_node(model, "Transpose", {"y"}, {"z"});
  set_integers(node, "perm", {1, 0});
  add_int64s(model, "shape", {2, -1});
  add_node(model, "ConstantOfShape", {"shape2"}, {"c"});
  onnx::TensorProto& raw = add_initializer(model, "shape2");
  raw.set_data_type(onnx::TensorProto::INT64);
  raw.add_dims(1);
  raw.set_raw_data(std::string("\2\0\0\0\0\0\0\0", 8));
  add_output(model, "z");
  return model.SerializeAsString();
}

TEST(DamagedOnnx, EveryPrefixIsRefused) {
  const std::string bytes = sample();
  ASSERT_FALSE(is_refused(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(is_refused(bytes.substr(0, size))) << size;
}

TEST(DamagedOnnx, TheByteAtWhichAPrefixEndsIsNamed) {
  const std::string bytes = sample();
  EXPECT_EQ(refusal_of_bytes(bytes.substr(0, bytes.size() - 1)), at_byte(bytes.size() - 1));
  EXPECT_EQ(refusal_of_bytes(bytes.substr(0, 40)), at_byte(40));
}

TEST(DamagedOnnx, FlippedBitsDoNoHarm) {
  const std::string bytes = sample();
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ mask);
      refused += is_refused(flipped) ? 1 : 0;
    }
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()));
}

TEST(DamagedOnnx, MutationsDoNoHarm) {
  const std::string bytes = sample();
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  int refused = 0;
  for (int i = 0; i < 10000; ++i) {
    std::string mutated = bytes;
    for (std::size_t change = 0; change <= below(4); ++change) {
      const std::size_t at = below(mutated.size());
      const std::size_t kind = below(3);
      if (kind == 0) mutated[at] = static_cast<char>(below(256));
      if (kind == 1) mutated.erase(at, below(8));
      const std::size_t from = below(mutated.size() + 1);
      if (kind == 2) mutated.insert(std::min(at, mutated.size()), mutated.substr(from, 1 + below(16)));
      if (mutated.empty()) mutated = bytes;
    }
    refused += is_refused(mutated) ? 1 : 0;
  }
  EXPECT_GT(refused, 5000);
}

TEST(DamagedOnnx, WhatProtobufCannotReadIsRefused) {
  const std::string ir = "\x08\x08";
  EXPECT_EQ(refusal_of_bytes(ir + "\x08\xff"), at_byte(4));  // a truncated varint
  EXPECT_TRUE(contains(refusal_of_bytes(fmt::format("\x08{}", std::string(11, '\xff'))),
                       "@byte"));                                         // one of 11 bytes
  EXPECT_TRUE(contains(refusal_of_bytes(ir + "\x3a\x7f\x0a"), "@byte"));  // a length beyond the end
  for (const int wire : {3, 4, 6, 7}) {
    const std::string tag(1, static_cast<char>(7 << 3 | wire));
    EXPECT_TRUE(contains(refusal_of_bytes(ir + tag + "\x01"), "@byte")) << wire;
  }
  EXPECT_EQ(refusal_of_bytes(""), "m.onnx: no IR version or no graph; expected an ONNX model");
  EXPECT_TRUE(contains(refusal_of_bytes(std::string(100, '\0')), "@byte"));
}

// A length beyond the message that it stands in, but not beyond the file.
TEST(DamagedOnnx, LengthsBeyondTheParentAreRefused) {
  const std::string node = "\x0a\x7f";          // a node of 127 bytes
  const std::string graph = "\x3a\x02" + node;  // in a graph of 2
  EXPECT_TRUE(contains(refusal_of_bytes(graph + std::string(200, '\x08')), "@byte"));
}

// A node with an attribute with a graph with a node ...
TEST(DamagedOnnx, DeepNestingIsRefused) {
  const auto nested = [](int depth) {
    onnx::ModelProto model = onnx_model();
    onnx::GraphProto* graph = model.mutable_graph();
    for (int i = 0; i < depth; ++i) {
      onnx::AttributeProto* attribute = graph->add_node()->add_attribute();
      attribute->set_name("body");
      graph = attribute->mutable_g();
    }
    return model.SerializeAsString();
  };
  EXPECT_TRUE(contains(refusal_of_bytes(nested(10)), "not known here"));
  EXPECT_TRUE(contains(refusal_of_bytes(nested(30)), "nested at most 64 deep"));
  EXPECT_TRUE(contains(refusal_of_bytes(nested(3000)), "nested at most 64 deep"));
}

}  // namespace
}  // namespace gradtable::testing
