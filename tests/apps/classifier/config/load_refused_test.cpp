#include <string>
#include <vector>

#include "apps/classifier/config/load.hpp"
#include "tests/apps/classifier/configs.hpp"

#include "gradtable/core/random.hpp"

namespace classifier {
namespace {

TEST_F(LoadConfig, RefusesValuesThatDoNotFitTogether) {
  EXPECT_EQ(
      error(R"({"training": {"optimizer": {"momentum": 0.9}}})"),
      "configs/run.json at /training/optimizer: sgd has no option momentum (got 0.9); momentum and nesterov "
      "do");
  EXPECT_EQ(error("{}", {.settings = {"model.output=softmax"}}),
            "configs/run.json at /model/output: \"softmax\"; expected \"linear\" with the loss "
            "softmax_cross_entropy");
}

TEST_F(LoadConfig, RefusesValuesThatAreNotPermitted) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"", ":1:1: unexpected end of input"},
      {R"({"seed": 1, "seed": 2})", " at /seed: this key stands twice"},
      {R"({"seed": -1})", " at /seed: -1; expected an integer from 0 to 18446744073709551615"},
      {R"({"dtype": "int32"})", R"( at /dtype: "int32"; expected one of "float32", "float64")"},
      {R"({"threads": 1.5})", " at /threads: 1.5; expected an integer from 0 to 1024"},
      {R"({"data": {"source": "mnist"}})", R"( at /data/source: "mnist"; expected one of "idx", "digits")"},
      {R"({"data": {"dir": ""}})", R"( at /data/dir: ""; expected a path)"},
      {R"({"data": {"limit_train": -5}})",
       " at /data/limit_train: -5; expected an integer from 0 to 1000000000"},
      {R"({"data": {"classes": 257}})", " at /data/classes: 257; expected an integer from 0 to 256"},
      {R"({"model": {"hidden": 128}})",
       " at /model/hidden: 128; expected a list of 0 to 1000 integers from 1 to 1000000"},
      {R"({"model": {"hidden": [0]}})", " at /model/hidden/0: 0; expected an integer from 1 to 1000000"},
      {R"({"model": {"hidden": [1000000000000]}})",
       " at /model/hidden/0: 1000000000000; expected an integer from 1 to 1000000"},
      {R"({"model": {"activation": "swish"}})",
       R"( at /model/activation: "swish"; expected one of "relu", "leaky_relu", "elu", "softplus", "gelu", )"
       R"("sigmoid", "tanh", "linear")"},
      {R"({"model": {"initializer": "he"}})",
       R"( at /model/initializer: "he"; expected one of "kaiming_uniform", "kaiming_normal", "xavier_uniform", )"},
      {R"({"training": {"epochs": 0}})", " at /training/epochs: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"epochs": -3}})",
       " at /training/epochs: -3; expected an integer from 1 to 1000000000"},
      {R"({"training": {"epochs": true}})",
       " at /training/epochs: true; expected an integer from 1 to 1000000000"},
      {R"({"training": {"batch_size": 0}})",
       " at /training/batch_size: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"shuffle": "yes"}})", R"( at /training/shuffle: "yes"; expected true or false)"},
      {R"({"training": {"optimizer": {"type": "adagrid"}}})",
       R"( at /training/optimizer/type: "adagrid"; expected one of "sgd", "momentum", "nesterov", "adagrad", )"
       R"("rmsprop", "adam", "adamw")"},
      {R"({"training": {"optimizer": {"learning_rate": 0}}})",
       " at /training/optimizer/learning_rate: 0; expected a number above 0 and at most 1000"},
      {R"({"training": {"optimizer": {"learning_rate": -0.1}}})",
       " at /training/optimizer/learning_rate: -0.1; expected a number above 0 and at most 1000"},
      {R"({"training": {"optimizer": {"learning_rate": NaN}}})", ":1:46: invalid literal \"N\""},
      {R"({"training": {"optimizer": {"learning_rate": 1e999}}})",
       ":1:46: the number 1e999; expected one in"},
      {R"({"$schema": 1})", " at /$schema: 1; expected a text"},
      {R"({"model": {"$schema": "x"}})", " at /model/$schema: unknown key \"model.$schema\""},
      {R"({"model": {"activation": []}})",
       " at /model/activation: an empty list; expected one of \"relu\", "},
      {R"({"model": {"activation": ["relu", "rellu"]}})",
       " at /model/activation/1: \"rellu\"; expected one of \"relu\", "},
      {R"({"model": {"bias": "column"}})",
       R"( at /model/bias: "column"; expected one of "node", "row", "none")"},
      {R"({"training": {"loss": "mse"}})",
       R"( at /training/loss: "mse"; expected one of "softmax_cross_ent)"},
      {R"({"training": {"dropout": 1}})",
       " at /training/dropout: 1; expected a number of at least 0 and below 1"},
      {R"({"training": {"label_smoothing": 1.1}})",
       " at /training/label_smoothing: 1.1; expected a number of at least 0 and at most 1"},
      {R"({"training": {"gradient_accumulation": -1}})",
       " at /training/gradient_accumulation: -1; expected an integer from 0 to 1000000000"},
      {R"({"training": {"optimizer": {"momentum": 1}}})",
       " at /training/optimizer/momentum: 1; expected a number of at least 0 and below 1, or null"},
      {R"({"training": {"optimizer": {"epsilon": 0}}})",
       " at /training/optimizer/epsilon: 0; expected a number above 0, or null"},
      {R"({"training": {"optimizer": {"learning_rate": null}}})",
       " at /training/optimizer/learning_rate: null; expected a number above 0 and at most 1000"},
      {R"({"training": {"weight_decay": -1}})",
       " at /training/weight_decay: -1; expected a number of at least 0"},
      {R"({"training": {"clip_norm": null}})",
       " at /training/clip_norm: null; expected a number of at least 0"},
      {R"({"training": {"penalize": "biases"}})",
       R"( at /training/penalize: "biases"; expected one of "all", "weights")"},
      {R"({"training": {"schedule": {"type": "linear"}}})",
       R"( at /training/schedule/type: "linear"; expected one of "constant", "step", "exponential", )"},
      {R"({"training": {"schedule": {"factor": 0}}})",
       " at /training/schedule/factor: 0; expected a number above 0 and at most 1, or null"},
      {R"({"training": {"schedule": {"every": 0}}})",
       " at /training/schedule/every: 0; expected an integer from 1 to 1000000000"},
      {R"({"training": {"schedule": "cosine"}})", R"( at /training/schedule: "cosine"; expected an object)"},
      {R"({"training": {"validation_fraction": 1}})",
       " at /training/validation_fraction: 1; expected a number of at least 0 and below 1"},
      {R"({"training": {"early_stopping": {"metric": "test_loss"}}})",
       R"( at /training/early_stopping/metric: "test_loss"; expected one of "train_loss", )"},
      {R"({"training": {"augmentation": {"scale": 1}}})",
       " at /training/augmentation/scale: 1; expected a number of at least 0 and at most 0.9"},
      {R"({"training": {"augmentation": {"elastic": {"sigma": 0.5}}}})",
       " at /training/augmentation/elastic/sigma: 0.5; expected a number of at least 1 and at most 100"},
      {R"({"output": {"checkpoint_every": 0}})",
       " at /output/checkpoint_every: 0; expected an integer from 1 to 1000000000"},
      {R"({"output": {"weights_layout": "keras"}})",
       R"( at /output/weights_layout: "keras"; expected one of "gradtable", "pytorch")"},
      {R"({"training": {"momentum": 0.9}})",
       " at /training/momentum: unknown key \"training.momentum\"; the nearest known key is "
       "\"training.optimizer.momentum\""},
      {R"({"training": {"learning_rate": 0.1}})",
       " at /training/learning_rate: unknown key \"training.learning_rate\"; the nearest known key is "
       "\"training.optimizer.learning_rate\""},
      {R"({"model": {"hiden": [1]}})",
       " at /model/hiden: unknown key \"model.hiden\"; the nearest known key is \"model.hidden\""},
  };
  for (const Case& c : cases)
    EXPECT_EQ(error(c.text).find("configs/run.json" + c.message), 0U) << error(c.text);
}

TEST_F(LoadConfig, RefusesDepthSizeAndMissingFiles) {
  EXPECT_EQ(error("{\"seed\": " + std::string(100'000, '[')),
            "configs/run.json: nested more than 64 deep; expected less");
  EXPECT_EQ(error(std::string(2'000'000, ' ')),
            "configs/run.json: more than 1048576 bytes; expected a smaller file");
  for (const std::string missing : {"configs/rum.json", "configs/rum.config"}) {
    const std::string message = config_error([&] { load_config(kProgram, missing); });
    EXPECT_EQ(
        message.find(missing + ": No such file or directory; expected a readable file; the nearest name"), 0U)
        << message;
    EXPECT_NE(message.find("\"run.json\""), std::string::npos) << message;
  }
  EXPECT_EQ(config_error([] { load_config(kProgram, "configs"); }),
            "configs: Is a directory; expected a readable file");
}

TEST_F(LoadConfig, RefusesBadSettings) {
  EXPECT_EQ(
      error("{}", {.settings = {"training.epoch=1"}}),
      "--set training.epoch: unknown key \"training.epoch\"; the nearest known key is \"training.epochs\"");
  EXPECT_EQ(error("{}", {.settings = {"training.epochs=0"}}),
            "--set training.epochs: 0; expected an integer from 1 to 1000000000");
}

TEST_F(LoadConfig, TakesOrRefusesEveryMutation) {
  struct Case {
    std::string text, name;
  };
  const std::string json = content(kRoot / "apps/mnist_fcnn/configs/mnist.json");
  ASSERT_FALSE(json.empty());
  gradtable::Random random(7);
  for (const Case& c : {Case{json, "m.json"}, Case{kCourse, "m.config"}})
    for (int i = 0; i < 5'000; ++i) {
      std::string text = c.text;
      for (std::uint32_t edits = 1 + random.below(3); edits > 0; --edits) {
        const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
        if (random.below(2) == 0)
          text[at] = static_cast<char>(random.below(256));
        else
          text.erase(at, 1 + random.below(4));
      }
      const std::string message = error(text, {}, c.name);
      EXPECT_TRUE(message == "no error" || message.starts_with(c.name)) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
}

TEST(RequireBatchFits, NamesTheRange) {
  Config config = default_config(kProgram);
  config.training.batch_size = 101;
  EXPECT_NO_THROW(require_batch_fits(config, "run.json", 101));
  EXPECT_EQ(config_error([&] { require_batch_fits(config, "run.json", 100); }),
            "run.json at /training/batch_size: 101; expected an integer from 1 to 100, the number of "
            "training images");
}

}  // namespace
}  // namespace classifier
