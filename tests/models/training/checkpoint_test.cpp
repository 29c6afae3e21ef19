#include "gradtable/models/training/checkpoint.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/models/io/safetensors_files.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/networks/fcnn.hpp"
#include "gradtable/models/networks/initializers.hpp"
#include "gradtable/models/networks/sequential.hpp"
#include "gradtable/models/optimizers/accumulation.hpp"
#include "gradtable/models/optimizers/optimizer.hpp"
#include "gradtable/models/training/weights.hpp"
#include "gradtable/ops/losses.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::TemporaryFolder;

struct Setting {
  std::string name;
  OptimizerOptions optimizer;
  int batches_per_step = 1;
};

// A network that learns from random batches, whose number is their seed.
class Training {
 public:
  explicit Training(const Setting& setting, std::uint64_t seed = 42)
      : network_(graph, {6}, fcnn({5, 3}), {.seed = seed}), batches_per_step_(setting.batches_per_step) {
    const Tensor loss = softmax_cross_entropy(network_(x_), labels_);
    const Accumulation sums = accumulate(build_grad(loss, network_.parameters()));
    batch_.emplace(compile(graph, {.outputs = {loss}, .updates = sums.add}));
    step_.emplace(compile(graph, {.updates = sums.then(make_updates(setting.optimizer, sums.mean))}));
  }

  void train(int first, int last) {
    const Array labels = Array::of<std::int32_t>({4}, {0, 1, 2, 1});
    for (int i = first; i <= last; ++i) {
      Random random(static_cast<std::uint64_t>(i), 0);
      batch_->run({{x_, kaiming_normal({4, 6}, random)}, {labels_, labels}});
      if (i % batches_per_step_ == 0) step_->run();
    }
  }

  // Names, types and numbers of all parameters.
  std::string content() {
    std::string text;
    for (const auto& [name, array] : values_of(graph, parameters_of(graph)))
      text += name + gradtable::content(array);
    return text;
  }

  Graph graph;

 private:
  Sequential network_;
  int batches_per_step_;
  Tensor x_ = graph.input("x", {4, 6});
  Tensor labels_ = graph.input("labels", {4}, DType::int32);
  std::optional<Program> batch_, step_;
};

const Setting kMomentum = {"momentum", {.type = "momentum"}};

class CheckpointOf : public ::testing::TestWithParam<Setting> {};

TEST_P(CheckpointOf, ATrainingGoesOnInEveryBit) {
  const TemporaryFolder folder;
  Training whole(GetParam());
  whole.train(1, 10);

  Training first(GetParam());
  first.train(1, 5);
  write_checkpoint(folder.path("file"), first.graph);
  Training second(GetParam(), 7);
  ASSERT_NE(second.content(), first.content());
  EXPECT_TRUE(restore(second.graph, read_checkpoint(folder.path("file"))).empty());
  EXPECT_EQ(second.content(), first.content());
  second.train(6, 10);
  EXPECT_EQ(second.content(), whole.content());
}

// With three batches to a step, five leave two in the sums.
INSTANTIATE_TEST_SUITE_P(Optimizers, CheckpointOf,
                         ::testing::Values(Setting{"sgd", {.type = "sgd"}}, kMomentum,
                                           Setting{"adam", {.type = "adam", .learning_rate = 0.01}},
                                           Setting{"rmsprop", {.type = "rmsprop", .learning_rate = 0.01}},
                                           Setting{
                                               "adam_of_sums", {.type = "adam", .learning_rate = 0.01}, 3}),
                         [](const auto& setting) { return setting.param.name; });

TEST(Checkpoint, HoldsAllParametersAndWhatTheCallerAdds) {
  const TemporaryFolder folder;
  Training training(kMomentum);
  training.train(1, 3);
  const NamedArrays kept = {{"W1", full({6, 5}, 9)}, {"order", Array::of<std::int32_t>({2}, {1, 0})}};
  const NamedTexts texts = {{"epoch", "5"}, {"config", "{\"seed\": 42}"}};
  write_checkpoint(folder.path("file"), training.graph, kept, texts);

  const Checkpoint found = read_checkpoint(folder.path("file"));
  EXPECT_EQ(found.path, folder.path("file"));
  expect_equal({found.parameters, {}}, {values_of(training.graph, parameters_of(training.graph)), {}});
  EXPECT_TRUE(found.parameters.contains("velocity of W1"));
  expect_equal({found.kept, found.texts}, {kept, texts});
}

TEST(Checkpoint, OfAnotherNetworkOrOptimizerIsRefusedWithAllDifferences) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  Graph written;
  written.parameter("W1", zeros({2, 3}));
  written.parameter("b1", zeros({3}));
  written.parameter("velocity of W1", zeros({2, 3}));
  write_checkpoint(path, written);
  Graph graph;
  const Tensor b = graph.parameter("b1", full({3}, 1));
  graph.parameter("W1", zeros({2, 4}));
  graph.parameter("first moment of W1", zeros({2, 4}));
  EXPECT_EQ(message_of<CheckpointError>([&] { restore(graph, read_checkpoint(path)); }),
            path +
                ": \"W1\" is float32 (2,3), expected float32 (2,4); "
                "no \"first moment of W1\", expected float32 (2,4); "
                "\"velocity of W1\" float32 (2,3), expected no such tensor");
  EXPECT_EQ(graph.value(b).as<float>()[0], 1);
}

TEST(Checkpoint, ThatIsNotFiniteIsRefusedOrAllowed) {
  const TemporaryFolder folder;
  Graph graph;
  const Tensor w = graph.parameter("W1", full({2}, std::numeric_limits<double>::infinity()));
  write_checkpoint(folder.path("file"), graph);
  const Checkpoint checkpoint = read_checkpoint(folder.path("file"));
  graph.set_value(w, full({2}, 1));
  EXPECT_EQ(message_of<NumericError>([&] { restore(graph, checkpoint); }),
            folder.path("file") + ": NaN or infinity in \"W1\"; expected finite numbers");
  EXPECT_EQ(graph.value(w).as<float>()[0], 1);
  EXPECT_EQ(restore(graph, checkpoint, NotFinite::allow), std::vector<std::string>{"W1"});
}

class CheckpointFile : public ::testing::Test {
 protected:
  std::string error_of(const TensorFile& file) {
    write_safetensors(path, file);
    return message_of<CheckpointError>([&] { read_checkpoint(path); });
  }

  const TemporaryFolder folder;
  const std::string path = folder.path("file");
};

TEST_F(CheckpointFile, OfAnotherKindIsRefused) {
  Graph graph;
  write_weights(path, graph, {});
  EXPECT_EQ(message_of<CheckpointError>([&] { read_checkpoint(path); }),
            path + ": \"weights\"; expected a checkpoint");
  EXPECT_EQ(error_of(tiny()), path + ": tensors of no stated kind; expected a checkpoint");
}

TEST_F(CheckpointFile, OfANewerFormatIsRefused) {
  EXPECT_EQ(
      error_of({{}, {{"gradtable.kind", "checkpoint"}, {"gradtable.format", "2"}}}),
      path + ": a checkpoint of format \"2\"; expected format \"1\", which this version of gradtable reads");
  EXPECT_TRUE(contains(error_of({{}, {{"gradtable.kind", "checkpoint"}}}), "of format \"\"; expected"));
}

TEST_F(CheckpointFile, WithATensorOfNoGroupIsRefused) {
  EXPECT_EQ(error_of({{{"W1", zeros({2})}}, {{"gradtable.kind", "checkpoint"}, {"gradtable.format", "1"}}}),
            path + ": a tensor called \"W1\"; expected \"parameter/\" or \"kept/\" before its name");
}

TEST_F(CheckpointFile, IsNotWrittenWithTextsOfItsOwnNames) {
  EXPECT_TRUE(contains(message_of<CheckpointError>([&] {
                         write_checkpoint(path, Graph(), {}, {{"gradtable.format", "2"}});
                       }),
                       "the metadata key \"gradtable.format\""));
  EXPECT_EQ(folder.count(), 0);
}

TEST(RequireSame, NamesEachFieldThatDiffersWithBothValues) {
  const NamedTexts found = {{"model.layers", "[784, 10]"}, {"optimizer.type", "sgd"}, {"seed", "1"}};
  EXPECT_NO_THROW(require_same("file", found, found));
  EXPECT_EQ(message_of<CheckpointError>([&] {
              require_same("file", found,
                           {{"model.layers", "[784, 10]"}, {"optimizer.type", "adam"}, {"beta1", "0.9"}});
            }),
            "file: no beta1, expected 0.9; optimizer.type is \"sgd\", expected \"adam\"; "
            "seed is 1, expected no such field");
}

TEST(RequireSame, ComparesWhatTextsMean) {
  const NamedTexts found = {{"rate", "0.1"}, {"momentum", "1.0"}, {"hidden", "[3,4]"}, {"loss", "hinge"}};
  EXPECT_NO_THROW(require_same(
      "file", found, {{"rate", "1e-1"}, {"momentum", "1"}, {"hidden", "[ 3, 4 ]"}, {"loss", "\"hinge\""}}));
  EXPECT_EQ(message_of<CheckpointError>([&] {
              require_same("file", {{"activation", "relu"}}, {{"activation", R"(["relu","tanh"])"}});
            }),
            R"(file: activation is "relu", expected ["relu","tanh"])");
  EXPECT_THROW(require_same("file", {{"flag", "true"}}, {{"flag", "1"}}), CheckpointError);
}

TEST(RequireSame, TakesTheDefaultOfAFieldThatTheFileLacks) {
  const NamedTexts found = {{"seed", "1"}}, defaults = {{"dropout", "0.0"}, {"unknown", "7"}};
  EXPECT_NO_THROW(require_same("file", found, {{"seed", "1"}, {"dropout", "0"}}, defaults));
  EXPECT_EQ(message_of<CheckpointError>([&] {
              require_same("file", found, {{"seed", "1"}, {"dropout", "0.5"}}, defaults);
            }),
            "file: dropout is 0.0, expected 0.5");
}

}  // namespace
}  // namespace gradtable
