#include "gradtable/core/graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/toy_op.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

namespace gradtable {
namespace {

using ::gradtable::testing::ToyOp;
using testing::message_of;

class OtherOp : public ToyOp {
  using ToyOp::ToyOp;
};

Tensor toy(std::initializer_list<Tensor> inputs, std::vector<Attribute> attributes = {},
           Location at = Location::current()) {
  return apply(std::make_shared<ToyOp>(std::move(attributes)), inputs, at);
}

TEST(Graph, NumbersNodesInTheOrderOfCreation) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.parameter("w", zeros({2}));
  const Tensor c = graph.constant(1);
  const Tensor y = toy({x, w});
  EXPECT_EQ((std::vector{x.id(), w.id(), c.id(), y.id()}), (std::vector<NodeId>{0, 1, 2, 3}));
  EXPECT_EQ(graph.size(), 4U);
  EXPECT_EQ(y.node().inputs, (std::vector{x.id(), w.id()}));
}

TEST(Graph, GivesMadeNamesToNodesOfGradientsAlone) {
  Graph graph;
  const Tensor x = graph.input("x", {2}), y = toy({x});
  const Graph::Scope scope(graph, Phase::gradient);
  const Tensor d = toy({y}), one = graph.literal(1);
  for (const Tensor& tensor : {x, y, d, one}) graph.set_made_name(tensor.id(), "∂z/∂y");
  EXPECT_EQ(x.label(), "x");
  EXPECT_EQ(y.node().name, "");
  EXPECT_EQ(one.node().name, "");
  EXPECT_EQ(d.node().name, "∂z/∂y");
  graph.set_made_name(d.id(), "∂z/∂x");
  graph.set_made_name(d.id(), "∂z/∂y");
  EXPECT_EQ(d.node().name, "∂z/∂y = ∂z/∂x");
  EXPECT_EQ(d.named("").label(), "∂z/∂y = ∂z/∂x");
  EXPECT_EQ(d.named("mine").label(), "mine");
  graph.set_made_name(d.id(), "∂z/∂y");
  EXPECT_EQ(d.label(), "mine");
}

TEST(Graph, DropsAMadeNameWhereTheNodeIsPartOfTheForwardPassToo) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  Tensor d;
  {
    const Graph::Scope scope(graph, Phase::gradient);
    d = toy({x});
    graph.set_made_name(d.id(), "∂z/∂x");
  }
  EXPECT_EQ(toy({x}), d);
  EXPECT_EQ(d.node().name, "");
}

TEST(Graph, KnowsTheKindsOfItsNodes) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::int32);
  EXPECT_EQ(x.node().kind, NodeKind::input);
  EXPECT_EQ(x.node().value, nullptr);
  EXPECT_EQ(graph.parameter("w", zeros({2})).node().kind, NodeKind::parameter);
  EXPECT_EQ(graph.constant(zeros({2})).node().kind, NodeKind::constant);
  EXPECT_EQ(toy({x}).node().kind, NodeKind::result);
  EXPECT_EQ(toy({x}).type(), (TensorType{DType::int32, {2}}));
}

TEST(Graph, KeepsItsNodesWhereTheyAreWhileItGrows) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Node* node = &x.node();
  Tensor last = x;
  for (int i = 0; i < 10000; ++i) last = toy({last});
  EXPECT_EQ(&x.node(), node);
}

TEST(HashConsing, MakesTheSameNodeOnce) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.input("w", {2});
  const Tensor y = toy({x, w}, {{"axis", std::int64_t{1}}, {"factor", 0.5}});
  const std::size_t size = graph.size();
  EXPECT_EQ(toy({x, w}, {{"axis", std::int64_t{1}}, {"factor", 0.5}}), y);
  EXPECT_EQ(graph.size(), size);
  EXPECT_EQ(graph.consumers(x.id()).size(), 1U);
}

TEST(HashConsing, KeepsApartWhatDiffers) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.input("w", {2});
  std::vector<Tensor> made = {toy({x}),
                              toy({w}),
                              toy({x, w}),
                              toy({w, x}),
                              toy({x, x}),
                              toy({x, x, x}),
                              toy({x}, {{"a", std::int64_t{1}}}),
                              toy({x}, {{"a", std::int64_t{2}}}),
                              toy({x}, {{"b", std::int64_t{1}}}),
                              toy({x}, {{"a", 1.0}}),
                              toy({x}, {{"a", true}}),
                              toy({x}, {{"a", 0.0}}),
                              toy({x}, {{"a", -0.0}}),
                              toy({x}, {{"a", std::vector<std::int64_t>{0, 1}}}),
                              toy({x}, {{"a", std::vector<std::int64_t>{1, 0}}}),
                              apply(std::make_shared<OtherOp>(), {x}, Location::current())};
  const std::size_t count = made.size();
  std::ranges::sort(made, {}, &Tensor::id);
  made.erase(std::unique(made.begin(), made.end()), made.end());
  EXPECT_EQ(made.size(), count);
}

TEST(HashConsing, MakesALiteralOnceForEachTypeAndBitPattern) {
  Graph graph;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(graph.literal(0.1), graph.literal(0.1));
  EXPECT_EQ(graph.literal(nan), graph.literal(nan));
  EXPECT_NE(graph.literal(0.0), graph.literal(-0.0));
  EXPECT_NE(graph.literal(0.5), graph.literal(0.5, DType::float64));
  EXPECT_NE(graph.literal(3), graph.literal(3, DType::int32));
  EXPECT_TRUE(std::signbit(graph.value(graph.literal(-0.0)).item()));
  EXPECT_FALSE(std::signbit(graph.value(graph.literal(0.0)).item()));
}

TEST(HashConsing, LeavesConstantsAlone) {
  Graph graph;
  EXPECT_NE(graph.constant(0.5), graph.constant(0.5));
  EXPECT_NE(graph.constant(full({1}, 0.5)), graph.constant(full({1}, 0.5)));
  const Tensor before = graph.constant(0.5), literal = graph.literal(0.5);
  EXPECT_NE(before, literal);
  EXPECT_NE(literal, graph.constant(0.5));
  EXPECT_EQ(literal, graph.literal(0.5));
}

TEST(HashConsing, SurvivesAFailedCall) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.input("w", {3});
  EXPECT_THROW(toy({x, w}), ShapeError);
  EXPECT_THROW(toy({x, w}), ShapeError) << "the failed node must not be found";
  EXPECT_EQ(graph.size(), 2U);
  EXPECT_TRUE(graph.consumers(x.id()).empty());
}

TEST(Names, OfInputsAndParametersAreUnique) {
  Graph graph;
  graph.input("x", {});
  const Location here = Location::current();
  const std::string place = "  [" + to_string(here) + "]";
  EXPECT_EQ(message_of<GraphError>([&] { graph.parameter("x", Array(), here); }),
            "parameter: expected a name not used before, got 'x' again" + place);
  EXPECT_EQ(message_of<GraphError>([&] { graph.input("", Shape(), DType::float32, here); }),
            "input: expected a name, got an empty one" + place);
  EXPECT_EQ(graph.size(), 1U);
}

TEST(Names, FindLeaves) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor w = graph.parameter("w", zeros({}));
  toy({x}).named("y");
  EXPECT_EQ(graph.find("x"), x);
  EXPECT_EQ(graph.find("w"), w);
  EXPECT_EQ(message_of<GraphError>([&] { graph.find("y"); }),
            "find: expected the name of an input or parameter, got 'y'");
}

TEST(Location, IsTheUsersCall) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  EXPECT_EQ(x.node().location.line(), __LINE__ - 1U);
  const Tensor w = graph.parameter("w", zeros({}));
  EXPECT_EQ(w.node().location.line(), __LINE__ - 1U);
  const Tensor c = graph.constant(2);
  EXPECT_EQ(c.node().location.line(), __LINE__ - 1U);
  const Tensor y = toy({x, w});
  EXPECT_EQ(y.node().location.line(), __LINE__ - 1U);
  EXPECT_STREQ(y.node().location.file_name(), __FILE__);
}

TEST(Scope, GivesPhaseForwardNodeAndItsPlace) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor y = toy({x});
  const auto line = y.node().location.line();
  {
    const Graph::Scope outer(graph, Phase::gradient, y.id());
    const Tensor g = toy({y, x});
    EXPECT_EQ(g.node().phase, Phase::gradient);
    EXPECT_EQ(g.node().forward_node, y.id());
    EXPECT_EQ(g.node().location.line(), line);
    {
      const Graph::Scope inner(graph, Phase::update);
      const Tensor u = toy({g});
      EXPECT_EQ(u.node().phase, Phase::update);
      EXPECT_EQ(u.node().forward_node, -1);
      EXPECT_EQ(u.node().location.line(), __LINE__ - 3U);
    }
    EXPECT_EQ(toy({g, g}).node().phase, Phase::gradient);
    EXPECT_EQ(toy({g, g}).node().forward_node, y.id());
  }
  EXPECT_EQ(toy({y, y}).node().phase, Phase::forward);
  EXPECT_EQ(toy({y, y}).node().forward_node, -1);
}

TEST(Scope, EndsWithAnException) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  try {
    const Graph::Scope scope(graph, Phase::gradient, x.id());
    throw std::runtime_error("out of here");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(toy({x}).node().phase, Phase::forward);
    EXPECT_EQ(toy({x}).node().forward_node, -1);
  }
}

TEST(Scope, LeavesANodeThatWasThereAsItIs) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor y = toy({x});
  const Graph::Scope scope(graph, Phase::gradient, x.id());
  EXPECT_EQ(toy({x}), y);
  EXPECT_EQ(y.node().phase, Phase::forward);
}

TEST(Scope, GivesTheCallersPlaceToNodesOfALibrary) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Location caller = Location::current();
  {
    const Graph::Scope scope(graph, caller);
    EXPECT_EQ(toy({x}).node().location.line(), caller.line());
    EXPECT_EQ(toy({x}).node().phase, Phase::forward);
    const std::string message = message_of<GraphError>([&] { graph.input("x", {}); });
    EXPECT_NE(message.find(to_string(caller)), std::string::npos) << message;
  }
  EXPECT_EQ(toy({x, x}).node().location.line(), __LINE__);
}

TEST(Scope, GivesThePlaceOfTheOutermost) {
  Graph graph;
  const Location caller = Location::current();
  const Graph::Scope scope(graph, caller), inner(graph, Location::current());
  EXPECT_EQ(graph.input("x", {}).node().location.line(), caller.line());
  EXPECT_EQ(graph.place(Location::current()).line(), caller.line());
}

TEST(Scope, PutsTheForwardPlaceIntoErrors) {
  Graph graph;
  const Tensor x = graph.input("x", {2});
  const Tensor w = graph.input("w", {3});
  const Tensor y = toy({x});
  const Graph::Scope scope(graph, Phase::gradient, y.id());
  EXPECT_EQ(message_of<ShapeError>([&] {
              toy({x, w});
            }),
            "toy: expected float32 (2), got float32 (3)  [" + to_string(y.node().location) + "]");
}

TEST(Derivative, FindsItsOwnNodesAgainAndNoOthers) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor outside = toy({x}), two = graph.literal(2);
  Tensor inside, two_inside;
  {
    const Graph::Derivative derivative(graph, {});
    inside = toy({x});
    two_inside = graph.literal(2);
    EXPECT_NE(inside, outside);
    EXPECT_NE(two_inside, two);
    EXPECT_EQ(toy({x}), inside);
    EXPECT_EQ(graph.constant(2), two_inside) << "in a bprop, a number is a literal";
  }
  EXPECT_EQ(toy({x}), outside);
  EXPECT_EQ(graph.literal(2), two);
  const Graph::Derivative another(graph, {});
  EXPECT_EQ(toy({x}), inside);
  EXPECT_EQ(graph.literal(2), two_inside);
}

TEST(Derivative, FindsNoTarget) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  std::vector<Tensor> held;
  {
    const Graph::Derivative derivative(graph, {});
    held = {toy({x}), graph.literal(1)};
  }
  Tensor other;
  {
    const Graph::Derivative derivative(graph, held);
    other = toy({x});
    EXPECT_NE(other, held[0]);
    EXPECT_NE(graph.literal(1), held[1]);
    const std::vector<Tensor> more = {other};
    const Graph::Derivative inner(graph, more);
    EXPECT_NE(toy({x}), held[0]) << "targets of both";
    EXPECT_NE(toy({x}), other);
  }
  const std::vector<Tensor> again = {held[0]};
  const Graph::Derivative derivative(graph, again);
  EXPECT_EQ(toy({x}), other);
  EXPECT_EQ(graph.literal(1), held[1]) << "no target any more";
}

TEST(Derivative, EndsWithAnException) {
  Graph graph;
  const Tensor x = graph.input("x", {}), y = toy({x});
  try {
    const Graph::Derivative derivative(graph, {});
    throw std::runtime_error("out of here");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(toy({x}), y);
  }
}

TEST(Copy, MakesOneNodeOfOneValue) {
  Graph graph, copy;
  const Tensor x = graph.input("x", {});
  const Tensor y = toy({x});
  const Tensor c = graph.constant(3), other = graph.constant(3), named = graph.constant(3).named("c");
  Tensor inside;
  {
    const Graph::Scope scope(graph, Phase::gradient, y.id());
    const Graph::Derivative derivative(graph, {});
    inside = toy({x});
  }
  const std::vector<Tensor> inputs = {copy.copy(x.node(), {})};
  const Tensor of_inside = copy.copy(inside.node(), inputs);
  EXPECT_EQ(of_inside.node().phase, Phase::gradient);
  EXPECT_EQ(copy.copy(y.node(), inputs), of_inside);
  EXPECT_EQ(of_inside.node().phase, Phase::forward);
  EXPECT_EQ(copy.copy(c.node(), {}), copy.copy(other.node(), {}));
  EXPECT_NE(copy.copy(c.node(), {}), copy.copy(named.node(), {})) << "messages name it";
}

TEST(Consumers, ComeOnceEachAndInOrder) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor a = toy({x, x});
  const Tensor b = toy({a});
  const Tensor c = toy({x, b, x});
  EXPECT_EQ(get_consumers(x, graph), (std::vector{a, c}));
  EXPECT_EQ(get_consumers(a, graph), std::vector{b});
  EXPECT_TRUE(get_consumers(c, graph).empty());
}

TEST(BookAccess, GivesOperationAndInputs) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Tensor w = graph.input("w", {});
  const Tensor y = toy({w, x, w});
  ASSERT_NE(get_operation(y), nullptr);
  EXPECT_EQ(get_operation(y)->name(), "toy");
  EXPECT_EQ(get_operation(x), nullptr);
  EXPECT_EQ(get_inputs(y, graph), (std::vector{w, x, w}));
  EXPECT_TRUE(get_inputs(x, graph).empty());
}

TEST(Errors, NameTheShapesAndTheUsersLine) {
  Graph graph;
  const Tensor x = graph.input("x", {64, 784});
  const Tensor w = graph.input("w", {785, 128});
  const Location here = Location::current();
  EXPECT_EQ(message_of<ShapeError>([&] {
              toy({x, w}, {}, here);
            }),
            "toy: expected float32 (64,784), got float32 (785,128)  [" + to_string(here) + "]");
}

TEST(Errors, RefuseTensorsOfTwoGraphs) {
  Graph graph;
  Graph other;
  const Tensor x = graph.input("x", {});
  const Tensor y = other.input("y", {});
  const Location here = Location::current();
  EXPECT_EQ(message_of<GraphError>([&] {
              toy({x, y}, {}, here);
            }),
            "toy: expected tensors of one graph, got a tensor of another graph as input 1  [" +
                to_string(here) + "]");
  EXPECT_EQ(graph.size(), 1U);
}

TEST(Errors, RefuseAnEmptyTensorAtAnyPlace) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Location here = Location::current();
  const std::string message = "toy: expected tensors of one graph, got an empty tensor as input ";
  const std::string place = "  [" + to_string(here) + "]";
  EXPECT_EQ(message_of<GraphError>([&] { toy({Tensor(), x}, {}, here); }), message + "0" + place);
  EXPECT_EQ(message_of<GraphError>([&] { toy({x, Tensor()}, {}, here); }), message + "1" + place);
}

TEST(Errors, RefuseACallWithoutAnOpOrInputs) {
  Graph graph;
  const Tensor x = graph.input("x", {});
  const std::vector<Tensor> inputs = {x};
  const Location here = Location::current();
  const std::string place = "  [" + to_string(here) + "]";
  const auto op = std::make_shared<const ToyOp>();
  const std::string no_op = "apply: expected an op and its inputs, got no op" + place;
  const std::string no_inputs = "toy: expected an op and its inputs, got no inputs" + place;
  EXPECT_EQ(message_of<GraphError>([&] { apply(nullptr, {x}, here); }), no_op);
  EXPECT_EQ(message_of<GraphError>([&] { graph.apply(nullptr, inputs, here); }), no_op);
  EXPECT_EQ(message_of<GraphError>([&] { apply(nullptr, {}, here); }), no_op);
  EXPECT_EQ(message_of<GraphError>([&] { apply(op, {}, here); }), no_inputs);
  EXPECT_EQ(message_of<GraphError>([&] { graph.apply(op, {}, here); }), no_inputs);
  EXPECT_EQ(graph.size(), 1U);
}

TEST(Errors, RefuseATensorOfAGraphThatIsGone) {
  auto gone = std::make_unique<Graph>();
  const Tensor old = gone->input("old", {});
  gone.reset();
  Graph graph;
  const Tensor x = graph.input("x", {});
  const Location here = Location::current();
  const std::string message =
      "toy: expected tensors of one graph, got node 0 of a graph that is gone as input ";
  const std::string place = "  [" + to_string(here) + "]";
  EXPECT_EQ(message_of<GraphError>([&] { toy({old, x}, {}, here); }), message + "0" + place);
  EXPECT_EQ(message_of<GraphError>([&] { toy({x, old}, {}, here); }), message + "1" + place);
  EXPECT_THROW(graph.value(old), GraphError);
  EXPECT_THROW(graph.set_value(old, zeros({})), GraphError);
  EXPECT_THROW(get_consumers(old, graph), GraphError);
  EXPECT_THROW(get_operation(old), GraphError);
}

TEST(Errors, RefuseQuestionsAboutAnotherGraph) {
  Graph graph;
  Graph other;
  const Tensor w = graph.parameter("w", zeros({}));
  EXPECT_EQ(message_of<GraphError>([&] { other.value(w); }),
            "value: expected a tensor of this graph, got w of another graph");
  EXPECT_THROW(other.set_value(w, zeros({})), GraphError);
  EXPECT_THROW(get_consumers(w, other), GraphError);
  EXPECT_THROW(get_inputs(w, other), GraphError);
  EXPECT_THROW(graph.value(Tensor()), GraphError);
}

TEST(Value, IsThatOfParametersAndConstants) {
  Graph graph;
  const Tensor w = graph.parameter("w", full({}, 2));
  EXPECT_EQ(graph.value(w).item(), 2);
  EXPECT_EQ(graph.value(graph.constant(3)).item(), 3);
  EXPECT_EQ(message_of<GraphError>([&] { graph.value(toy({w})); }),
            "value: expected a parameter or a constant, got toy of w, which has one only in a program");
  EXPECT_THROW(graph.value(graph.input("x", {})), GraphError);
}

TEST(SetValue, WritesIntoTheMemoryThatIsThere) {
  Graph graph;
  const Tensor w = graph.parameter("w", Array::of<float>({2}, {1, 2}));
  const void* data = graph.value(w).view().data;
  graph.set_value(w, Array::of<float>({2}, {3, 4}));
  EXPECT_EQ(graph.value(w).view().data, data);
  EXPECT_EQ(graph.value(w).as<float>()[0], 3);
  EXPECT_EQ(graph.value(w).as<float>()[1], 4);
  graph.set_value(w, graph.value(w));
  EXPECT_EQ(graph.value(w).as<float>()[1], 4);
}

TEST(SetValue, RefusesOtherTypesAndOtherNodes) {
  Graph graph;
  const Tensor w = graph.parameter("w", zeros({2}));
  EXPECT_EQ(message_of<ShapeError>([&] { graph.set_value(w, zeros({3})); }),
            "set_value: expected float32 (2) for w, got float32 (3)");
  EXPECT_THROW(graph.set_value(w, zeros({2}, DType::float64)), ShapeError);
  EXPECT_EQ(message_of<GraphError>([&] { graph.set_value(graph.constant(1), full({}, 2)); }),
            "set_value: expected a parameter, got a constant");
  EXPECT_EQ(graph.value(graph.constant(1)).item(), 1);
}

TEST(Parameter, HoldsACopyOfItsOwn) {
  Graph graph;
  Array start = full({}, 1);
  const Tensor w = graph.parameter("w", start);
  start.as<float>()[0] = 9;
  EXPECT_EQ(graph.value(w).item(), 1);
}

TEST(Move, TakesNodesTensorsAndNamesAlong) {
  Graph first;
  const Tensor x = first.input("x", {2});
  const Tensor w = first.parameter("w", Array::of<float>({1, 2}));
  const Tensor y = apply(std::make_shared<ToyOp>(), {x}, Location::current());
  Graph second = std::move(first);
  EXPECT_EQ(&x.graph(), &second);
  EXPECT_EQ(y.shape(), Shape{2});
  EXPECT_EQ(second.find("w"), w);
  EXPECT_EQ(second.value(w).at<float>({1}), 2);
  EXPECT_EQ(apply(std::make_shared<ToyOp>(), {x}, Location::current()), y) << "equal nodes are found";
  EXPECT_THROW(second.input("x", {}), GraphError);
}

TEST(Move, LeavesAnEmptyGraphThatCanBeUsed) {
  Graph first;
  const Tensor x = first.input("x", {2});
  const Graph second = std::move(first);
  EXPECT_EQ(first.size(), 0U);  // NOLINT(bugprone-use-after-move)
  const Tensor again = first.input("x", {3});
  EXPECT_NE(again, x);
  EXPECT_EQ(&again.graph(), &first);
  EXPECT_EQ(&x.graph(), &second);
}

TEST(Move, EndsTheGraphThatIsAssignedTo) {
  Graph first, second;
  const Tensor x = first.input("x", {2}), old = second.input("old", {});
  second = std::move(first);
  EXPECT_FALSE(old.alive());
  EXPECT_EQ(&x.graph(), &second);
  Graph& same = second;
  second = std::move(same);
  EXPECT_EQ(&x.graph(), &second);
}

TEST(Move, FollowsGraphsThatAreKeptInAVector) {
  std::vector<Graph> graphs;
  std::vector<Tensor> inputs;
  for (int i = 0; i < 10; ++i) {
    Graph made;
    inputs.push_back(made.input("x", {i + 1}));
    graphs.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(&inputs[i].graph(), &graphs[i]);
  graphs.erase(graphs.begin());
  EXPECT_FALSE(inputs[0].alive());
  EXPECT_EQ(inputs[9].shape(), Shape{10});
}

TEST(Graph, OfAMillionChainedNodesIsBuiltAndDestroyed) {
  constexpr int kLength = 1'000'000;
  auto graph = std::make_unique<Graph>();
  Tensor last = graph->input("x", {});
  const auto op = std::make_shared<ToyOp>();
  for (int i = 0; i < kLength; ++i) last = apply(op, {last}, Location::current());
  EXPECT_EQ(last.id(), kLength);
  EXPECT_EQ(graph->size(), kLength + 1U);
  graph.reset();
}

}  // namespace
}  // namespace gradtable
