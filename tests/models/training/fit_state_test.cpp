// Checkpoints that a Fit must not continue from: of another training, damaged, or not finite.
#include "gradtable/models/training/fit_state.hpp"

#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "tests/models/training/fitting.hpp"
#include "tests/support/datasets.hpp"
#include <fmt/format.h>

#include "gradtable/models/training/trainer_fields.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;

// Three epochs whose metrics drive a plateau.
const FitOptions kWithPlateau = {
    .epochs = 3,
    .trainer = {.batch_size = 8, .schedule = {.type = "plateau", .patience = 0}, .threads = 1},
    .fields = {{"layers", "[6, 10]"}}};

FitOptions with(FitOptions options, const std::function<void(FitOptions&)>& change) {
  change(options);
  return options;
}

class FitCheckpoint : public ::testing::Test, protected FitImages {
 protected:
  // Trains and returns the checkpoint.
  TensorFile trained(FitOptions options, const std::vector<Layer>& layers = kPlain) const {
    options.checkpoint = file("trained");
    Fitting(layers, both(), options).fit.run();
    return read_safetensors(options.checkpoint);
  }
  FitData both() const { return {.train = train, .validation = validation}; }

  // What resuming a file with this content throws. Nothing may have changed then.
  template <class Exception = CheckpointError>
  std::string refused(const TensorFile& content, const FitOptions& options, const FitData& data,
                      const std::vector<Layer>& layers = kPlain) const {
    write_safetensors(file("changed").string(), content);
    Fitting one(layers, data, options);
    const std::string before = content_of(one.graph);
    std::string message = message_of<Exception>([&] { one.fit.resume(file("changed")); });
    EXPECT_EQ(content_of(one.graph), before) << message;
    EXPECT_TRUE(one.fit.epochs().empty()) << message;
    return message;
  }
  template <class Exception = CheckpointError>
  std::string refused(const TensorFile& content, const FitOptions& options) const {
    return refused<Exception>(content, options, both());
  }
  std::string path() const { return file("changed").string(); }
};

TEST_F(FitCheckpoint, OfAnotherTrainingIsRefusedWithTheFieldsThatDiffer) {
  const TensorFile checkpoint = trained(kWithPlateau);
  const std::vector<std::pair<std::function<void(FitOptions&)>, std::string>> cases = {
      {[](auto& o) { o.fields["layers"] = "[8, 10]"; }, "layers is [6, 10], expected [8, 10]"},
      {[](auto& o) { o.fields["program"] = "another"; }, "no program, expected \"another\""},
      {[](auto& o) { o.fields.clear(); }, "layers is [6, 10], expected no such field"},
      {[](auto& o) { o.trainer.seed = 43; }, "seed is 42, expected 43"},
      {[](auto& o) { o.trainer.batch_size = 10; }, "training.batch_size is 8, expected 10"},
      {[](auto& o) { o.trainer.optimizer.type = "adam"; },
       "training.optimizer.type is \"sgd\", expected \"adam\""},
      {[](auto& o) { o.trainer.optimizer.learning_rate = 0.2; },
       "training.optimizer.learning_rate is 0.1, expected 0.2"},
      {[](auto& o) {
         o.trainer.normalization = {{0.5}, {2}};
       },
       "data.normalize is \"none\", expected {\"mean\":[0.5],\"deviation\":[2.0]}"},
      {[](auto& o) { o.keep_best = true; }, "training.keep_best is false, expected true"},
      {[](auto& o) { o.early_stopping.metric = "train_loss"; },
       "training.early_stopping.metric is \"validation_loss\", expected \"train_loss\""},
  };
  for (const auto& [change, part] : cases)
    EXPECT_EQ(refused(checkpoint, with(kWithPlateau, change)), path() + ": " + part);
}

TEST_F(FitCheckpoint, MayContinueWithOtherEpochsPatienceAndCheckpoints) {
  const TensorFile checkpoint = trained(kWithPlateau);
  const FitOptions other = with(kWithPlateau, [](FitOptions& o) {
    o.epochs = 4;
    o.early_stopping.patience = 9;
    o.checkpoint_every = 2;
  });
  for (const FitOptions& options : {kWithPlateau, other}) {
    Fitting one(kPlain, both(), options);
    one.fit.resume(file("trained"));
    EXPECT_EQ(one.fit.epochs().size(), 3U);
    EXPECT_EQ(one.fit.run().epochs.size(), static_cast<std::size_t>(options.epochs));
  }
}

TEST_F(FitCheckpoint, OfOtherImagesIsRefused) {
  const TensorFile checkpoint = trained(kWithPlateau);
  Dataset other = train;
  std::vector<std::uint8_t> pixels = testing::pixels_of(train);
  pixels[100] ^= 1;
  other.inputs = {pixels, train.inputs.shape()};
  const std::string of_pixels = refused(checkpoint, kWithPlateau, {.train = other, .validation = validation});
  EXPECT_TRUE(contains(of_pixels, ": training images is \"50 images of 28x28, CRC-32 ")) << of_pixels;
  other = train;
  keep_first(other, 49);
  EXPECT_TRUE(contains(refused(checkpoint, kWithPlateau, {.train = other, .validation = validation}),
                       "\", expected \"49 images of 28x28, CRC-32 "));
  EXPECT_TRUE(contains(refused(checkpoint, kWithPlateau, {.train = train, .validation = test}),
                       ": validation images is \"20 images of 28x28, CRC-32 "));
}

TEST_F(FitCheckpoint, OfAnotherNetworkIsRefused) {
  const TensorFile checkpoint = trained(kWithPlateau);
  const std::string message = refused(checkpoint, kWithPlateau, both(), kNormalized);
  EXPECT_TRUE(contains(message, "no \"running_mean1\", expected float32 (6)")) << message;
}

TEST_F(FitCheckpoint, ThatIsTooOldForAFieldHadItsDefault) {
  TensorFile older = trained(kWithPlateau);
  for (const char* key : {"label_smoothing", "clip_norm", "keep_best"})
    ASSERT_EQ(older.metadata.erase(fmt::format("config.training.{}", key)), 1U);
  ASSERT_EQ(older.metadata.erase("config.layers"), 1U);
  const FitOptions known = with(kWithPlateau, [](FitOptions& o) { o.defaults = o.fields; });
  EXPECT_EQ(refused(older, with(known, [](FitOptions& o) { o.trainer.label_smoothing = 0.5; })),
            path() + ": training.label_smoothing is 0.0, expected 0.5");
  EXPECT_EQ(refused(older, kWithPlateau), path() + ": no layers, expected [6, 10]");
  write_safetensors(path(), older);
  Fitting one(kPlain, both(), known);
  EXPECT_NO_THROW(one.fit.resume(path()));
}

TEST_F(FitCheckpoint, OfACosineOfAnotherLengthIsRefusedWithAdvice) {
  const FitOptions cosine =
      with(kWithPlateau, [](FitOptions& o) { o.trainer.schedule = {.type = "cosine"}; });
  const TensorFile checkpoint = trained(cosine);
  const FitOptions longer = with(cosine, [](FitOptions& o) { o.epochs = 5; });
  EXPECT_EQ(refused(checkpoint, longer),
            path() +
                ": training.schedule.epochs is 3, expected 5; to continue with the cosine of the "
                "checkpoint, set training.schedule.epochs=3");
  Fitting one(kPlain, both(), with(longer, [](FitOptions& o) { o.trainer.schedule.epochs = 3; }));
  one.fit.resume(file("trained"));
  EXPECT_EQ(one.fit.run().epochs.size(), 5U);
}

TEST_F(FitCheckpoint, WithMoreEpochsThanTheOptionsIsRefused) {
  TensorFile checkpoint = trained(kWithPlateau);
  const FitOptions shorter = with(kWithPlateau, [](FitOptions& o) { o.epochs = 2; });
  EXPECT_EQ(refused<OptionError>(checkpoint, shorter),
            "fit: epochs: expected at least 3: the checkpoint has done 3, got 2");
  checkpoint.metadata.at("images") = "8";
  checkpoint.metadata["sums.accuracy"] = "4";
  EXPECT_EQ(refused<OptionError>(checkpoint, kWithPlateau),
            "fit: epochs: expected at least 4: the checkpoint has done 3 and a part of the next, got 3");
}

TEST_F(FitCheckpoint, WithNumbersThatNoTrainingHasIsRefused) {
  const TensorFile checkpoint = trained(kWithPlateau);
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"plateau.rate", "-1", "plateau.rate is -1; expected 0."},
      {"plateau.rate", "1e9", "plateau.rate is 1000000000; expected 0."},
      {"plateau.rate", "nan", "plateau.rate is nan; expected 0."},
      {"plateau.rate", "inf", "plateau.rate is inf; expected 0."},
      {"plateau.rate", "0x1", "plateau.rate is \"0x1\"; expected a number"},
      {"plateau.best", "-7", "plateau.best is -7; expected "},
      {"plateau.best", "nan", "plateau.best is nan; expected "},
      {"plateau.worse", "-1", "plateau.worse is -1; expected a number from 0 to 3"},
      {"plateau.worse", "3", "plateau.worse is 3; expected "},
      {"plateau.remaining", "2", "plateau.remaining is 2; expected 0, which follows"},
      {"best", "-1", "best is -1; expected "},
      {"best", "nan", "best is nan; expected "},
      {"best_epoch", "4", "best_epoch is 4; expected a number from 0 to 3"},
      {"best_epoch", "0", "best_epoch is 0; expected "},
      {"waited", "99999999999999999999", "waited is \"99999999999999999999\"; expected a number"},
      {"waited", "3", "waited is 3; expected "},
      {"waited", "4", "waited is 4; expected a number from 0 to 3"},
      {"images", "51", "images is 51; expected a number from 0 to 50"},
      {"images", "-1", "images is -1; expected a number from 0 to 50"},
      {"images", "9", "images is 9; expected a multiple of the batch size 8"},
      {"correct", "1", "correct is 1; expected a number from 0 to 0"},
      {"loss_sum", "x", "loss_sum is \"x\"; expected a number"},
      {"loss_sum", "nan", "loss_sum is nan; expected a finite number of at least "},
      {"loss_sum", "1", "loss_sum is 1; expected 0, of no images"},
      {"loss_sum", "-1", "loss_sum is -1; expected a finite number of at least 0"},
      {"seconds", "-1", "seconds is -1; expected a number from 0 to 1000000000000"},
      {"seconds", "inf", "seconds is inf; expected a number from 0 to 1000000000000"},
      {"seconds", "1e300", "seconds is 1e+300; expected a number from 0 to 1000000000000"},
      {"classes", "-3", "classes is \"-3\"; expected 10, as the network has"},
      {"metrics", "epoch\n1\n", "metrics:1: expected \"epoch,\", then names of metrics"},
      {"gradtable.format", "1.0", "a checkpoint of format \"1.0\"; expected format \"1\""},
  };
  for (const auto& [key, value, part] : cases) {
    TensorFile changed = checkpoint;
    if (key != "correct") {  // of older checkpoints
      ASSERT_TRUE(changed.metadata.contains(key)) << key;
    }
    changed.metadata[key] = value;
    const std::string message = refused(changed, kWithPlateau);
    EXPECT_TRUE(message.starts_with(path() + ": " + part)) << message;
  }
}

// The sums of an epoch that had begun.
TEST_F(FitCheckpoint, WithSumsThatNoMetricHasIsRefused) {
  TensorFile checkpoint = trained(kWithPlateau);
  const FitOptions more = with(kWithPlateau, [](FitOptions& o) { o.epochs += 1; });
  checkpoint.metadata.at("images") = "8";
  for (const auto& [sum, value] :
       {std::pair{"9", "1.125"}, {"-1", "-0.125"}, {"nan", "nan"}, {"1e9", "125000000"}}) {
    checkpoint.metadata["sums.accuracy"] = sum;
    EXPECT_EQ(refused(checkpoint, more),
              fmt::format("{}: accuracy by its sums is {}; expected a number from 0 to 1", path(), value));
  }
}

TEST_F(FitCheckpoint, WithoutATextIsRefused) {
  const TensorFile checkpoint = trained(kWithPlateau);
  for (const auto& [key, value] : to_texts({}, {}, {})) {
    TensorFile changed = checkpoint;
    ASSERT_EQ(changed.metadata.erase(key), 1U) << key;
    EXPECT_EQ(refused(changed, kWithPlateau),
              fmt::format("{}: no text \"{}\"; expected the checkpoint of a training", path(), key));
  }
}

// The field of a row of metrics, in its place.
std::string with_field(const std::string& table, int row, int field, const std::string& value) {
  std::size_t begin = 0;
  for (int i = 0; i < row; ++i) begin = table.find('\n', begin) + 1;
  for (int i = 0; i < field; ++i) begin = table.find(',', begin) + 1;
  const std::size_t end = table.find_first_of(",\n", begin);
  return table.substr(0, begin) + value + table.substr(end);
}

TEST_F(FitCheckpoint, WithMetricsThatNoTrainingHasIsRefused) {
  const TensorFile checkpoint = trained(kWithPlateau);
  const std::vector<std::tuple<int, std::string, std::string>> cases = {
      {0, "1", "epoch is 1; expected 2"},
      {0, "-2", "epoch is -2; expected 2"},
      {1, "nan", "train_loss is nan; expected a finite number"},
      {1, "-3", "train_loss is -3; expected a finite number of at least 0"},
      {2, "1.5", "train_accuracy is 1.5; expected a number from 0 to 1"},
      {3, "inf", "validation_loss is inf; expected a finite number"},
      {4, "-0.1", "validation_accuracy is -0.1; expected a number from 0 to 1"},
      {5, "", "validation_balanced_accuracy is empty; expected a number"},
      {6, "1", "test_accuracy is empty; expected a number, as others of its kind were measured"},
      {7, "0.5", "test_accuracy is 0.5; expected nothing, as it is not measured"},
      {9, "1e9", "learning_rate is 1000000000; expected a number from 0 to 0.1"},
      {9, "-1", "learning_rate is -1; expected a number from 0 to 0.1"},
      {10, "-1", "seconds is -1; expected a number from 0 to 1000000000000"},
      {10, "1e300", "seconds is 1e+300; expected a number from 0 to 1000000000000"},
      {11, "nan", "images_per_second is nan; expected a number from 0 to 1e+18"},
      {11, "1e300", "images_per_second is 1e+300; expected a number from 0 to 1e+18"},
  };
  for (const auto& [field, value, part] : cases) {
    TensorFile changed = checkpoint;
    std::string& table = changed.metadata.at("metrics");
    table = with_field(table, 2, field, value);
    const std::string message = refused(changed, kWithPlateau);
    EXPECT_TRUE(message.starts_with(path() + ": metrics:3: " + part)) << message;
  }
}

// Three epochs of seven batches, each three of which make an update.
TEST_F(FitCheckpoint, WithAStateThatNoOptimizerHasIsRefused) {
  const FitOptions adam = {
      .epochs = 3,
      .keep_best = true,
      .trainer = {.batch_size = 8, .optimizer = {.type = "adam"}, .gradient_accumulation = 3, .threads = 1}};
  const TensorFile checkpoint = trained(adam);
  const std::vector<std::tuple<std::string, Array, std::string>> cases = {
      {"parameter/steps of W1", Array::of<double>({}, {-1}),
       R"(-1 in "steps of W1"; expected a whole number)"},
      {"parameter/steps of W1", Array::of<double>({}, {10}),
       R"(10 in "steps of W1"; expected 9, the updates so far)"},
      {"parameter/steps of W1", Array::of<float>({}, {9}),
       R"("steps of W1" is float32 (), expected float64 ())"},
      {"parameter/steps of W1", Array::of<double>({2}, {9, 9}),
       R"("steps of W1" is float64 (2), expected float64 ())"},
      {"parameter/gradient weights of W1", Array::of<double>({}, {32}),
       R"(32 in "gradient weights of W1"; expected 0, the examples)"},
      {"parameter/second moment of b2", Array::of<float>({10}, {0, 0, -1, 0, 0, 0, 0, 0, 0, 0}),
       R"(-1 in "second moment of b2"; expected numbers of at least 0)"},
      {"parameter/first moment of b2", zeros({9}), R"("first moment of b2" is float32 (9), expected )"},
      {"kept/b2", zeros({9}), R"(kept of the best epoch: "b2" is float32 (9), expected float32 (10))"},
      {"kept/more", zeros({9}), R"(kept of the best epoch: "more" float32 (9), expected no such tensor)"},
  };
  for (const auto& [name, array, part] : cases) {
    TensorFile changed = checkpoint;
    changed.tensors[name] = array;
    const std::string message = refused(changed, adam);
    EXPECT_TRUE(contains(message, part)) << message;
  }
  TensorFile changed = checkpoint;
  changed.tensors.erase("kept/W1");
  EXPECT_TRUE(
      contains(refused(changed, adam), R"(kept of the best epoch: no "W1", expected float32 (784,6))"));
}

TEST_F(FitCheckpoint, WithNumbersThatAreNotFiniteIsRefusedOrTaken) {
  TensorFile checkpoint = trained(kWithPlateau);
  checkpoint.tensors.at("parameter/W2").as<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refused<NumericError>(checkpoint, kWithPlateau),
            path() + ": NaN or infinity in \"W2\"; expected finite numbers");
  Fitting one(kPlain, both(), with(kWithPlateau, [](FitOptions& o) { o.not_finite = NotFinite::allow; }));
  EXPECT_EQ(one.fit.resume(path()), std::vector<std::string>{"W2"});
}

// Threads only where they change bits.
TEST_F(FitCheckpoint, TellsWhatChangesTheBits) {
  for (const bool deterministic : {false, true}) {
    const FitOptions options =
        with(kWithPlateau, [&](FitOptions& o) { o.trainer.deterministic = deterministic; });
    TensorFile checkpoint = trained(options);
    EXPECT_EQ(checkpoint.metadata.contains("threads"), !deterministic);
    checkpoint.metadata.at("kernels") = "Prescott of OpenBLAS 0.1";
    if (!deterministic) checkpoint.metadata.at("threads") = "77";
    write_safetensors(path(), checkpoint);
    Fitting one(kPlain, both(), options);
    one.fit.resume(path());
    EXPECT_TRUE(one.fit.changes().starts_with("kernels ")) << one.fit.changes();
    EXPECT_TRUE(contains(one.fit.changes(), ", before Prescott of OpenBLAS 0.1")) << one.fit.changes();
    EXPECT_EQ(one.fit.changes().ends_with("; threads 1, before 77"), !deterministic) << one.fit.changes();
  }
}

}  // namespace
}  // namespace gradtable
