#include <filesystem>

#include "apps/classifier/config/load.hpp"
#include "tests/apps/programs.hpp"
#include <gtest/gtest.h>
#include <tests/models/config/message.hpp>

namespace mnist_lenet5 {
namespace {

namespace fs = std::filesystem;
using classifier::Config;
using gradtable::config_error;

const classifier::Program kProgram = classifier::program_named("mnist_lenet5");
const fs::path kRoot = fs::path(GRADTABLE_TEST_FOLDER).parent_path();

TEST(LeNet5Model, HasTheKeysOfTheNetwork) {
  Config config = default_config(kProgram);
  const gradtable::config::Table table = config_table(config);
  table.set("model.pooling=average");
  table.set("model.activation=tanh");
  EXPECT_EQ(table.write().at("model").dump(), R"({"activation":"tanh","pooling":"average","output":"linear",)"
                                              R"("initializer":"kaiming_uniform"})");
}

TEST(LeNet5Model, HasOneActivationAndNoWidths) {
  Config config = default_config(kProgram);
  const gradtable::config::Table table = config_table(config);
  EXPECT_EQ(config_error([&] {
              table.set(R"(model.activation=["relu"])");
            }).find(R"(--set model.activation: "["relu"]"; expected one of "relu", )"),
            0U);
  for (const char* key : {"model.hidden", "model.bias"}) EXPECT_FALSE(table.has(key)) << key;
}

TEST(LeNet5Model, WritesToAFolderOfItsOwn) {
  unsetenv("MNIST_DIR");
  const Config config = load_config(kProgram, kRoot / "apps/mnist_lenet5/configs/mnist.json");
  EXPECT_EQ(config.output.dir, fs::canonical(kRoot) / "runs/mnist_lenet5");
  EXPECT_EQ(default_config(kProgram).output.dir, "runs/mnist_lenet5");
}

TEST(LeNet5Model, HasNoConfigInTheCoursesFormat) {
  EXPECT_EQ(config_error([] { load_config(kProgram, "run.config"); }),
            "run.config: the course's format; expected JSON, as mnist_lenet5 has no hidden_size");
}

}  // namespace
}  // namespace mnist_lenet5
