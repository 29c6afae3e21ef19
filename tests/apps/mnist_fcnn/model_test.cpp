#include <string>
#include <vector>

#include "tests/apps/programs.hpp"
#include <gtest/gtest.h>
#include <tests/models/config/message.hpp>

namespace mnist_fcnn {
namespace {

using classifier::Config;

// The model after these settings.
nlohmann::ordered_json model_after(const std::vector<const char*>& settings) {
  Config config = default_config(classifier::program_named("mnist_fcnn"));
  const gradtable::config::Table table = config_table(config);
  for (const char* setting : settings) table.set(setting);
  return model_of(config);
}

std::string value_after(const char* setting, const char* key) {
  return model_after({setting}).at(key).dump();
}

TEST(FcnnModel, HasAnyNumberOfHiddenLayers) {
  EXPECT_EQ(value_after("model.hidden=[]", "hidden"), "[]");
  EXPECT_EQ(value_after("model.hidden=[3,4]", "hidden"), "[3,4]");
}

TEST(FcnnModel, TakesOneActivationOrAList) {
  EXPECT_EQ(value_after("model.activation=tanh", "activation"), R"("tanh")");
  EXPECT_EQ(value_after(R"(model.activation=["relu", "tanh"])", "activation"), R"(["relu","tanh"])");
}

TEST(FcnnModel, HasBiasesInThreeWays) {
  EXPECT_EQ(model_after({}).at("bias"), "node");
  for (const std::string bias : {"node", "row", "none"})
    EXPECT_EQ(model_after({("model.bias=" + bias).c_str()}).at("bias"), bias);
}

TEST(FcnnModel, IsCopiedWithItsConfig) {
  Config config = default_config(classifier::program_named("mnist_fcnn"));
  config_table(config).set("model.hidden=[3]");
  Config copy = config;
  config_table(copy).set("model.hidden=[4]");
  EXPECT_EQ(model_of(config).at("hidden").dump(), "[3]");
  EXPECT_EQ(model_of(copy).at("hidden").dump(), "[4]");
  config = copy;
  config_table(copy).set("model.hidden=[5]");
  EXPECT_EQ(model_of(config).at("hidden").dump(), "[4]");
}

TEST(FcnnModel, RefusesFunctionsOfAnotherPlace) {
  EXPECT_EQ(gradtable::config_error([] {
              model_after({"model.activation=softmax"});
            }).find("--set model.activation: \"softmax\"; expected one of \"relu\", "),
            0U);
  EXPECT_EQ(gradtable::config_error([] { model_after({"model.output=relu"}); }),
            "--set model.output: \"relu\"; expected one of \"linear\", \"softmax\", \"sigmoid\", "
            "\"softplus\", \"tanh\"");
}

TEST(FcnnModel, HasNoPooling) {
  EXPECT_NE(gradtable::config_error([] { model_after({"model.pooling=max"}); }).find("unknown key"),
            std::string::npos);
}

}  // namespace
}  // namespace mnist_fcnn
