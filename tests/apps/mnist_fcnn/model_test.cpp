#include "apps/mnist_fcnn/model.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tests/models/config/message.hpp>

namespace mnist_fcnn {
namespace {

using classifier::Config;

// The model after these settings.
Config::Model model_of(const std::vector<const char*>& settings) {
  Config config;
  const gradtable::ConfigTable table = config_table(program(), config);
  for (const char* setting : settings) table.set(setting);
  return config.model;
}

TEST(FcnnModel, HasAnyNumberOfHiddenLayers) {
  EXPECT_TRUE(model_of({"model.hidden=[]"}).hidden.empty());
  EXPECT_EQ(model_of({"model.hidden=[3,4]"}).hidden, (std::vector<std::int64_t>{3, 4}));
}

TEST(FcnnModel, TakesOneActivationOrAList) {
  EXPECT_EQ(model_of({"model.activation=tanh"}).activation, std::vector<std::string>{"tanh"});
  EXPECT_EQ(model_of({R"(model.activation=["relu", "tanh"])"}).activation,
            (std::vector<std::string>{"relu", "tanh"}));
}

TEST(FcnnModel, HasBiasesInThreeWays) {
  EXPECT_EQ(model_of({}).bias, gradtable::Bias::node);
  EXPECT_EQ(model_of({"model.bias=row"}).bias, gradtable::Bias::row);
  EXPECT_EQ(model_of({"model.bias=none"}).bias, gradtable::Bias::none);
}

TEST(FcnnModel, RefusesFunctionsOfAnotherPlace) {
  EXPECT_EQ(gradtable::config_error([] {
              model_of({"model.activation=softmax"});
            }).find("--set model.activation: \"softmax\"; expected one of \"relu\", "),
            0U);
  EXPECT_EQ(gradtable::config_error([] { model_of({"model.output=relu"}); }),
            "--set model.output: \"relu\"; expected one of \"linear\", \"softmax\", \"sigmoid\", "
            "\"softplus\", \"tanh\"");
}

TEST(FcnnModel, HasNoPooling) {
  EXPECT_NE(gradtable::config_error([] { model_of({"model.pooling=max"}); }).find("unknown key"),
            std::string::npos);
}

}  // namespace
}  // namespace mnist_fcnn
