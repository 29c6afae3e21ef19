#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/jacobian.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::number;
using testing::numbers_of;

class Feeds : public ::testing::Test {
 protected:
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor y = graph.input("y", {2}, DType::float64);
  const Tensor unused = graph.input("unused", {2}, DType::float64);
  Program program = compile(graph, {.outputs = {x + y}});
  const Array two = zeros({2}, DType::float64);
};

TEST_F(Feeds, MustNotBeMissing) {
  const std::string message = message_of<GraphError>([&] { program.run({{x, two}}); });
  EXPECT_TRUE(contains(message, "a feed for the input y of float64 (2), got none"));
  EXPECT_TRUE(contains(message, "feeds_test.cpp:"));
}

TEST_F(Feeds, OfInputsThatTheProgramDoesNotNeedAreNotRead) {
  program.run({{unused, two}, {x, two}, {y, two}});
  const Tensor later = graph.input("later", {2}, DType::float64);
  program.run({{x, two}, {later, two}, {y, two}});
  EXPECT_EQ(numbers_of(program.infer({{x, two}, {y, two}, {unused, two}})[0]), numbers_of(two));
  EXPECT_THROW(program.run({{x, two}, {unused, two}}), GraphError) << "y is missing";
}

TEST_F(Feeds, OfInputsThatTheProgramDoesNotNeedAreChecked) {
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, two}, {y, two}, {unused, zeros({3}, DType::float64)}});
                       }),
                       "expected float64 (2) for the input unused, got float64 (3)"));
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {y, two}, {unused, two}, {unused, two}});
                       }),
                       "two feeds for unused"));
}

// Also where the derivative lost the input on the way, as that of 3 x.
TEST_F(Feeds, MayBeThoseOfWhatADerivativeWasMadeOf) {
  const Tensor scalar = graph.input("scalar", {}, DType::float64);
  const Tensor line = scale(scalar, 3), slope = build_grad(line, {scalar})[scalar];
  EXPECT_EQ(evaluate(slope, {{scalar, full({}, 5, DType::float64)}}).item(), 3);
  EXPECT_EQ(evaluate(build_grad(slope, {scalar}, {Unreached::zeros})[scalar],
                     {{scalar, full({}, 5, DType::float64)}})
                .item(),
            0);
}

TEST_F(Feeds, MayBeThoseOfWhatAnyDerivativeWasMadeOf) {
  const Array fed = full({2}, 5, DType::float64);
  const Tensor line = 3.0 * x, total = sum(line);
  EXPECT_EQ(numbers_of(evaluate(build_grad(total, {x})[x], {{x, fed}})), (std::vector<double>{3, 3}));
  EXPECT_EQ(numbers_of(evaluate(jvp({line}, {x}, {y})[0], {{x, fed}, {y, fed}})),
            (std::vector<double>{15, 15}));
  EXPECT_EQ(numbers_of(evaluate(hvp(total, {x}, {y})[0], {{x, fed}, {y, fed}})), (std::vector<double>{0, 0}));
  EXPECT_EQ(numbers_of(evaluate(jacobian(line, x), {{x, fed}})), (std::vector<double>{3, 0, 0, 3}));
  EXPECT_EQ(numbers_of(evaluate(hessian(total, x), {{x, fed}})), (std::vector<double>{0, 0, 0, 0}));
}

TEST_F(Feeds, AreRefusedWithTheUsersLine) {
  const Tensor p = graph.parameter("p", two), result = x + y;
  const Array three = zeros({3}, DType::float64);
  const std::vector<std::vector<Feed>> wrong = {{},
                                                {{x, two}, {x, two}},
                                                {{x, three}},
                                                {{unused, three}},
                                                {{p, two}},
                                                {{result, two}},
                                                {{x, ConstView(x.type(), nullptr)}}};
  for (const std::vector<Feed>& feeds : wrong) {
    const std::string message = message_of<Error>([&] { program.run(feeds); });
    EXPECT_TRUE(contains(message, "run: expected ") && contains(message, "feeds_test.cpp:")) << message;
  }
  const Tensor slope = build_grad(3.0 * sum(x), {x})[x];
  EXPECT_TRUE(contains(message_of<Error>([&] { evaluate(slope, {{p, two}}); }), "got one for p  ["));
}

TEST_F(Feeds, AreKnownToTheProgram) {
  EXPECT_EQ(program.inputs(), (std::vector{x, y}));
  const Tensor p = number(graph, "p", 1), q = graph.input("q", {}, DType::float64);
  EXPECT_EQ(compile(graph, {.outputs = {sum(y)}, .updates = {{p, p - q}}}).inputs(), (std::vector{y, q}));
  EXPECT_EQ(compile(graph, {.outputs = {p}}).inputs(), std::vector<Tensor>());
  EXPECT_EQ(compile(graph, {.outputs = {sum(x)}, .finite = {sum(unused)}}).inputs(),
            (std::vector{x, unused}));
}

TEST_F(Feeds, MustBeInputsOfTheGraph) {
  const Tensor p = graph.parameter("p", two), result = x + y;
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {y, two}, {result, two}});
                       }),
                       "got one for add of x, y"));
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {y, two}, {p, two}});
                       }),
                       "got one for p"));
}

// As the condition of a choice between x and x, which is x.
TEST_F(Feeds, AreThoseOfTheGraphWhateverRewritesLeaveOfIt) {
  const Tensor result = neg(where(greater(y, 0.0), x, x));
  Program rewritten = compile(graph, {.outputs = {result}});
  ASSERT_EQ(rewritten.plan().steps.size(), 1U);
  rewritten.run({{x, two}, {y, two}});
  EXPECT_EQ(numbers_of(rewritten.value(result)), numbers_of(two));
  EXPECT_TRUE(contains(message_of<GraphError>([&] { rewritten.run({{x, two}}); }), "a feed for the input y"));
}

TEST_F(Feeds, MustNotComeTwice) {
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, two}, {x, two}});
                       }),
                       "two feeds for x"));
}

TEST_F(Feeds, MustHaveTheTypeOfTheInput) {
  const Array three = zeros({3}, DType::float64);
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, two}, {y, three}});
                       }),
                       "expected float64 (2) for the input y, got float64 (3)"));
  const Array single = zeros({2});
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, two}, {y, single}});
                       }),
                       "got float32 (2)"));
}

TEST_F(Feeds, MustBeOfTheSameGraph) {
  Graph other;
  const Tensor stranger = other.input("stranger", {2}, DType::float64);
  EXPECT_THROW(program.run({{stranger, two}, {y, two}}), GraphError);
  EXPECT_THROW(program.run({{Tensor(), two}, {y, two}}), GraphError);
}

TEST_F(Feeds, AreReadWhereTheyLie) {
  // Two of four numbers, from an address that is no multiple of a cache line.
  alignas(64) std::array all{1.0, 2.0, 3.0, 4.0};
  const ConstView middle(std::span<const double>(all).subspan(1, 2), {2});
  Program sum_of = compile(graph, {.outputs = {x + y}});
  sum_of.run({{x, middle}, {y, two}});
  EXPECT_EQ(numbers_of(sum_of.value(x + y)), (std::vector<double>{2, 3}));
  all[1] = 20;
  sum_of.run({{x, middle}, {y, middle}});
  EXPECT_EQ(numbers_of(sum_of.value(x + y)), (std::vector<double>{40, 6}));
}

TEST_F(Feeds, ThatFailedDoNotSpoilTheNextRun) {
  program.run({{x, full({2}, 1, DType::float64)}, {y, two}});
  EXPECT_THROW(program.run({{x, full({2}, 5, DType::float64)}}), GraphError);
  program.run({{x, full({2}, 2, DType::float64)}, {y, full({2}, 3, DType::float64)}});
  EXPECT_EQ(numbers_of(program.value(x + y)), (std::vector<double>{5, 5}));
}

TEST(Feed, IsNotTheOwnOutput) {
  Graph graph;
  const Tensor h = graph.input("h", {3, 3}, DType::float64);
  const Tensor next = transpose(h);
  Program program = compile(graph, {.outputs = {next}});
  program.run({{h, Array(DType::float64, {3, 3})}});
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{h, program.value(next)}});
                       }),
                       "the feed for h in memory that the run does not write, got an output of the program"));
  EXPECT_NO_THROW(program.run({{h, Array(program.value(next))}}));
}

TEST(Feed, IsNotAParameterThatIsUpdatedInPlace) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor w = number(graph, "w", 1), v = number(graph, "v", 0);
  Program program = compile(graph, {.updates = {{w, w - 1.0}, {v, v + x}}});
  EXPECT_TRUE(contains(message_of<GraphError>([&] {
                         program.run({{x, graph.value(w)}});
                       }),
                       "an updated parameter"));
  program.run({{x, Array(graph.value(w))}});
  EXPECT_EQ(graph.value(v).item(), 1);
}

TEST(Feed, LiesWhereElementsOfItsTypeMay) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor bytes = graph.input("bytes", {2}, DType::uint8);
  const Tensor y = square(x) + cast(bytes, DType::float64);
  Program program = compile(graph, {.outputs = {y}});
  alignas(8) const std::array<unsigned char, 24> memory{};
  const ConstView fed(bytes.type(), memory.data() + 1);  // bytes lie anywhere
  for (const std::ptrdiff_t offset : {1, 2, 4, 7}) {
    const ConstView odd(x.type(), memory.data() + offset);
    EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                           program.run({{x, odd}, {bytes, fed}});
                         }),
                         "run: expected the feed for x at a multiple of 8 bytes, got the address 0x"));
    EXPECT_THROW(program.infer({{x, odd}, {bytes, fed}}), ShapeError);
    EXPECT_THROW(evaluate(y, {{x, odd}, {bytes, fed}}), ShapeError);
    EXPECT_EQ(numbers_of(evaluate(y, {{x, Array(odd)}, {bytes, fed}})), (std::vector<double>{0, 0}));
  }
  program.run({{x, ConstView(x.type(), memory.data() + 8)}, {bytes, fed}});
}

TEST(Feed, HasAnAddress) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  Program program = compile(graph, {.outputs = {square(x)}});
  EXPECT_THROW(program.run({{x, {}}}), ShapeError);
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         program.run({{x, ConstView(x.type(), nullptr)}});
                       }),
                       "run: expected the address of float64 () for the input x, got none"));
  const Tensor unneeded = graph.input("unneeded", {2});
  program.run({{x, zeros({}, DType::float64)}, {unneeded, ConstView(unneeded.type(), nullptr)}});
}

}  // namespace
}  // namespace gradtable
