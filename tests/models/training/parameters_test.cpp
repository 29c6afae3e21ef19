#include "gradtable/models/training/parameters.hpp"

#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;
using testing::kNaN;
using testing::message_of;

class Parameters : public ::testing::Test {
 protected:
  float first_of_w() const { return graph.value(w).as<float>()[0]; }
  double b_now() const { return graph.value(b).item(); }

  Graph graph;
  const Tensor w = graph.parameter("W", Array::of<float>({2}, {1, 2}));
  const Tensor x = graph.input("x", {2});
  const Tensor b = graph.parameter("b", Array::of<double>({}, {3}));
};

TEST_F(Parameters, AreThoseOfTheGraphInTheirOrder) {
  graph.constant(Array::of<float>({1}, {1}));
  EXPECT_EQ(parameters_of(graph), (std::vector<Tensor>{w, b}));
}

TEST_F(Parameters, GiveTheirValuesAsCopies) {
  const NamedArrays values = values_of(graph, parameters_of(graph));
  graph.set_value(b, Array::of<double>({}, {4}));
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values.at("W").as<float>()[1], 2);
  EXPECT_EQ(values.at("b").item(), 3);
}

TEST_F(Parameters, TakeValuesByName) {
  const NamedArrays values = {{"b", Array::of<double>({}, {5})}, {"W", Array::of<float>({2}, {6, 7})}};
  EXPECT_TRUE(set_values(graph, parameters_of(graph), values, "file").empty());
  EXPECT_EQ(first_of_w(), 6);
  EXPECT_EQ(b_now(), 5);
}

TEST_F(Parameters, StayAsTheyAreWhenOneValueDoesNotFit) {
  const NamedArrays values = {{"W", Array::of<float>({2}, {6, 7})}, {"b", Array::of<float>({}, {5})}};
  EXPECT_EQ(message_of<CheckpointError>([&] { set_values(graph, parameters_of(graph), values, "file"); }),
            "file: \"b\" is float32 (), expected float64 ()");
  EXPECT_EQ(first_of_w(), 1);
}

TEST_F(Parameters, RefuseNumbersThatAreNotFinite) {
  const NamedArrays values = {{"W", Array::of<float>({2}, {6, kNaN})},
                              {"b", Array::of<double>({}, {-kInfinity})}};
  EXPECT_EQ(message_of<NumericError>([&] { set_values(graph, parameters_of(graph), values, "file"); }),
            "file: NaN or infinity in \"W\", \"b\"; expected finite numbers");
  EXPECT_EQ(first_of_w(), 1);
  EXPECT_EQ(b_now(), 3);
}

TEST_F(Parameters, AreLookedAtWhereTheyAre) {
  EXPECT_TRUE(names_of_not_finite(graph, parameters_of(graph)).empty());
  graph.set_value(parameters_of(graph)[1], Array::of<double>({}, {kInfinity}));
  EXPECT_EQ(names_of_not_finite(graph, parameters_of(graph)), std::vector<std::string>{"b"});
  EXPECT_TRUE(names_of_not_finite(graph, std::vector{parameters_of(graph)[0]}).empty());
}

TEST_F(Parameters, TakeNumbersThatAreNotFiniteWhereAllowed) {
  const NamedArrays values = {{"W", Array::of<float>({2}, {6, 7})},
                              {"b", Array::of<double>({}, {kInfinity})}};
  EXPECT_EQ(set_values(graph, parameters_of(graph), values, "file", NotFinite::allow),
            std::vector<std::string>{"b"});
  EXPECT_EQ(first_of_w(), 6);
  EXPECT_EQ(b_now(), kInfinity);
}

TEST_F(Parameters, ThatAreRequiredToBeFiniteAreNamed) {
  const NamedArrays finite = {{"W", Array::of<float>({2}, {6, 7})}, {"n", Array::of<std::int32_t>({1}, {1})}};
  EXPECT_NO_THROW(require_finite(finite, "here"));
  const NamedArrays values = {{"W", Array::of<float>({2}, {6, 7})},
                              {"b", Array::of<double>({}, {kInfinity})}};
  EXPECT_EQ(message_of<NumericError>([&] { require_finite(values, "here"); }),
            "here: NaN or infinity in \"b\"; expected finite numbers");
}

TEST_F(Parameters, AreNoOtherTensors) {
  Graph other;
  const Tensor foreign = other.parameter("W", Array::of<float>({2}, {1, 2}));
  EXPECT_EQ(message_of<GraphError>([&] { values_of(graph, std::vector<Tensor>{x}); }),
            "values_of: expected a parameter of this graph, got x");
  EXPECT_EQ(message_of<GraphError>([&] { set_values(graph, std::vector<Tensor>{foreign}, {}, "file"); }),
            "set_values: expected a parameter of this graph, got W");
  EXPECT_THROW(values_of(graph, std::vector<Tensor>{Tensor()}), GraphError);
}

}  // namespace
}  // namespace gradtable
