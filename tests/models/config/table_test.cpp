#include "gradtable/models/config/table.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tests/models/config/message.hpp>

#include "gradtable/models/config/json.hpp"

namespace gradtable::config {
namespace {

enum class Color { red, green };

struct Settings {
  std::uint64_t seed = 42;
  int threads = 0;
  std::int64_t epochs = 10;
  double rate = 0.1;
  double momentum = 0;
  bool shuffle = true;
  std::filesystem::path title = "run";
  std::filesystem::path log = "a.log";
  std::string activation = "relu";
  Color color = Color::green;
  std::vector<std::int64_t> hidden = {128};
  std::optional<double> beta = {};
  std::vector<std::string> functions = {"relu"};
  double decay = 0;
};

Table table_of(Settings& s) {
  return Table({
      integer("seed", s.seed, {0, std::numeric_limits<std::uint64_t>::max()}, "start"),
      integer("threads", s.threads, {0, 256}, "threads"),
      integer("training.epochs", s.epochs, {1, 1000}, "passes"),
      real("training.optimizer.rate", s.rate, {.low = 0, .high = 10, .low_open = true}, "step"),
      real("training.optimizer.momentum", s.momentum, {.low = 0, .high = 1, .high_open = true}, "memory"),
      boolean("training.shuffle", s.shuffle, "order"),
      path("title", s.title, Empty::refused, "title"),
      path("log", s.log, Empty::allowed, "log"),
      choice("model.activation", s.activation, {"relu", "tanh"}, "function"),
      choice("model.color", s.color, {{"red", Color::red}, {"green", Color::green}}, "color"),
      integers("model.hidden", s.hidden, {1, 3}, {1, 1000}, "widths"),
      real("training.optimizer.beta", s.beta, {.low = 0, .high = 1, .high_open = true}, "memory; null: 0.9"),
      choices("model.functions", s.functions, {"relu", "tanh"}, {1, 2}, "relu|tanh"),
      real("training.decay", s.decay, {.low = 0}, "decay"),
  });
}

std::string read_error(const std::string& text) {
  Settings settings;
  return config_error([&] { table_of(settings).read(parse_json(text, "run.json"), "run.json"); });
}

std::string set_error(const std::string& assignment) {
  Settings settings;
  return config_error([&] { table_of(settings).set(assignment); });
}

TEST(Table, StoresWhatIsGivenAndKeepsTheRest) {
  Settings s;
  table_of(s).read(
      parse_json(R"({"seed": 18446744073709551615, "log": "", "training": {"epochs": 3, "shuffle": false,
      "optimizer": {"rate": 1}}, "model": {"activation": "tanh", "color": "red", "hidden": [5, 1000]}})",
                 "run.json"),
      "run.json");
  EXPECT_EQ(s.seed, 18446744073709551615U);
  EXPECT_EQ(s.epochs, 3);
  EXPECT_EQ(s.rate, 1.0);
  EXPECT_FALSE(s.shuffle);
  EXPECT_EQ(s.log, "");
  EXPECT_EQ(s.activation, "tanh");
  EXPECT_EQ(s.color, Color::red);
  EXPECT_EQ(s.hidden, (std::vector<std::int64_t>{5, 1000}));
  EXPECT_EQ(s.title, "run");
  EXPECT_EQ(s.threads, 0);
}

TEST(Table, RefusesWrongTypesAndValuesWithWhatItFound) {
  struct Case {
    std::string text;
    std::string message;
  };
  const auto epochs = [](const std::string& found) {
    return "run.json at /training/epochs: " + found + "; expected an integer from 1 to 1000";
  };
  const auto rate = [](const std::string& found) {
    return "run.json at /training/optimizer/rate: " + found + "; expected a number above 0 and at most 10";
  };
  const std::vector<Case> cases = {
      {R"({"training": {"epochs": 0}})", epochs("0")},
      {R"({"training": {"epochs": -1}})", epochs("-1")},
      {R"({"training": {"epochs": 1001}})", epochs("1001")},
      {R"({"training": {"epochs": 1.5}})", epochs("1.5")},
      {R"({"training": {"epochs": 10.0}})", epochs("10.0")},
      {R"({"training": {"epochs": 1e2}})", epochs("100.0")},
      {R"({"training": {"epochs": 10000000000}})", epochs("10000000000")},
      {R"({"training": {"epochs": 9223372036854775808}})", epochs("9223372036854775808")},
      {R"({"training": {"epochs": 18446744073709551617}})", epochs("1.8446744073709552e+19")},
      {R"({"training": {"epochs": true}})", epochs("true")},
      {R"({"training": {"epochs": null}})", epochs("null")},
      {R"({"training": {"epochs": "10"}})", epochs("\"10\"")},
      {R"({"training": {"epochs": [10]}})", epochs("a list of 1")},
      {R"({"training": {"epochs": {}}})", epochs("an object")},
      {R"({"seed": -1})", "run.json at /seed: -1; expected an integer from 0 to 18446744073709551615"},
      {R"({"threads": 4294967296})", "run.json at /threads: 4294967296; expected an integer from 0 to 256"},
      {R"({"training": {"optimizer": {"rate": 0}}})", rate("0")},
      {R"({"training": {"optimizer": {"rate": -0.5}}})", rate("-0.5")},
      {R"({"training": {"optimizer": {"rate": 10.5}}})", rate("10.5")},
      {R"({"training": {"optimizer": {"rate": "0.1"}}})", rate("\"0.1\"")},
      {R"({"training": {"optimizer": {"rate": true}}})", rate("true")},
      {R"({"training": {"optimizer": {"momentum": 1}}})",
       "run.json at /training/optimizer/momentum: 1; expected a number of at least 0 and below 1"},
      {R"({"training": {"shuffle": 1}})", "run.json at /training/shuffle: 1; expected true or false"},
      {R"({"title": ""})", "run.json at /title: \"\"; expected a path"},
      {R"({"title": 7})", "run.json at /title: 7; expected a path"},
      {R"({"log": "a\u0000b"})", R"(run.json at /log: "a\x00b"; expected a path, or "" for none)"},
      {R"({"model": {"activation": "rellu"}})",
       R"(run.json at /model/activation: "rellu"; expected one of "relu", "tanh")"},
      {R"({"model": {"color": 0}})", R"(run.json at /model/color: 0; expected one of "red", "green")"},
      {R"({"model": {"hidden": []}})",
       "run.json at /model/hidden: an empty list; expected a list of 1 to 3 integers from 1 to 1000"},
      {R"({"model": {"hidden": [1, 2, 3, 4]}})",
       "run.json at /model/hidden: a list of 4; expected a list of 1 to 3 integers from 1 to 1000"},
      {R"({"model": {"hidden": 128}})",
       "run.json at /model/hidden: 128; expected a list of 1 to 3 integers from 1 to 1000"},
      {R"({"model": {"hidden": [5, 0]}})",
       "run.json at /model/hidden/1: 0; expected an integer from 1 to 1000"},
      {R"({"model": {"hidden": [1e12]}})",
       "run.json at /model/hidden/0: 1000000000000.0; expected an integer from 1 to 1000"},
      {R"({"training": {"optimizer": {"beta": 1}}})",
       "run.json at /training/optimizer/beta: 1; expected a number of at least 0 and below 1, or null"},
      {R"({"training": {"optimizer": {"beta": false}}})",
       "run.json at /training/optimizer/beta: false; expected a number of at least 0 and below 1, or null"},
      {R"({"training": {"decay": -1}})", "run.json at /training/decay: -1; expected a number of at least 0"},
      {R"({"model": {"functions": "tan"}})",
       R"(run.json at /model/functions: "tan"; expected one of "relu", "tanh", or a list of 1 to 2 of them)"},
      {R"({"model": {"functions": []}})",
       R"(run.json at /model/functions: an empty list; expected one of "relu", "tanh", or a list of 1 to 2 of )"
       "them"},
      {R"({"model": {"functions": ["relu", 3]}})",
       R"(run.json at /model/functions/1: 3; expected one of "relu", "tanh")"},
      {R"({"$schema": null})", "run.json at /$schema: null; expected a text"},
      {R"({"training": 5})", "run.json at /training: 5; expected an object"},
      {R"({"training": {"optimizer": "sgd"}})",
       "run.json at /training/optimizer: \"sgd\"; expected an object"},
      {"[]", "run.json: an empty list; expected an object"},
      {"3", "run.json: 3; expected an object"},
  };
  for (const Case& c : cases) EXPECT_EQ(read_error(c.text), c.message);
}

TEST(Table, StoresNothingOfAListWithABadElement) {
  Settings s;
  EXPECT_THROW(table_of(s).set("model.hidden=[7, 0]"), ConfigError);
  EXPECT_EQ(s.hidden, std::vector<std::int64_t>{128});
}

TEST(Table, NamesTheNearestKeyOfAnUnknownOne) {
  EXPECT_EQ(read_error(R"({"sede": 1})"),
            "run.json at /sede: unknown key \"sede\"; the nearest known key is \"seed\"");
  EXPECT_EQ(read_error(R"({"training": {"epoch": 1}})"),
            "run.json at /training/epoch: unknown key \"training.epoch\"; the nearest known key is "
            "\"training.epochs\"");
  EXPECT_EQ(read_error(R"({"trainign": {"epochs": 1}})"),
            "run.json at /trainign: unknown key \"trainign\"; the nearest known key is \"training\"");
  EXPECT_EQ(read_error(R"({"training": {"rate": 1}})"),
            "run.json at /training/rate: unknown key \"training.rate\"; "
            "the nearest known key is \"training.optimizer.rate\"");
  EXPECT_EQ(read_error(R"({"training.epochs": 1})"),
            "run.json at /training.epochs: unknown key \"training.epochs\"; expected nested objects in place "
            "of the dots");
  EXPECT_EQ(read_error(R"({"": 1})").find("run.json at /: unknown key \"\"; the nearest known key is \""),
            0U);
  EXPECT_EQ(read_error(R"({"a/b~": 1})").find("run.json at /a~1b~0: unknown key \"a/b~\""), 0U);
  EXPECT_LT(read_error("{\"" + std::string(500'000, 'k') + "\": 1}").size(), 300U);
  EXPECT_EQ(
      set_error("training.epocs=1"),
      "--set training.epocs: unknown key \"training.epocs\"; the nearest known key is \"training.epochs\"");
  EXPECT_EQ(set_error("modle.hidden=[1]"),
            "--set modle.hidden: unknown key \"modle.hidden\"; the nearest known key is \"model.hidden\"");
}

TEST(Table, NamesNoGroupThatTheUnknownKeyIsIn) {
  EXPECT_TRUE(set_error("model.xyz=1").ends_with("; the nearest known key is \"model.color\""))
      << set_error("model.xyz=1");
}

TEST(Table, SaysThatAGroupIsSetByItsKeys) {
  const std::string group =
      ", but training.optimizer is a group of keys (rate, momentum, beta); expected one of them, as "
      "training.optimizer.rate=..., or a JSON object";
  EXPECT_EQ(set_error("training.optimizer=adam"), "--set training.optimizer: \"adam\"" + group);
  EXPECT_EQ(set_error("training.optimizer=5"), "--set training.optimizer: 5" + group);
  EXPECT_EQ(set_error("training.optimizer={\"rate\": }").find("--set training.optimizer:1:10: "), 0U);
}

TEST(Table, SetsValuesFromTheCommandLine) {
  Settings s;
  const Table table = table_of(s);
  for (const char* assignment :
       {"training.epochs=7", "training.optimizer.rate=1E-3", "training.shuffle=false", "model.hidden=[64,32]",
        "model.activation=tanh", "model.color=\"red\"", "log=a=b"})
    table.set(assignment);
  EXPECT_EQ(s.epochs, 7);
  EXPECT_EQ(s.rate, 1e-3);
  EXPECT_FALSE(s.shuffle);
  EXPECT_EQ(s.hidden, (std::vector<std::int64_t>{64, 32}));
  EXPECT_EQ(s.activation, "tanh");
  EXPECT_EQ(s.color, Color::red);
  EXPECT_EQ(s.log, "a=b");
}

TEST(Table, SetsAGroupAndTextThatLooksLikeANumber) {
  Settings s;
  const Table table = table_of(s);
  table.set(R"(training={"epochs": 3, "optimizer": {"rate": 2}})");
  EXPECT_EQ(s.epochs, 3);
  EXPECT_EQ(s.rate, 2.0);
  table.set("title=2024");
  EXPECT_EQ(s.title, "2024");
  table.set("log=");
  EXPECT_EQ(s.log, "");
}

TEST(Table, RefusesBadSettings) {
  EXPECT_EQ(set_error("training.epochs"), "--set: \"training.epochs\"; expected key.path=value");
  EXPECT_EQ(set_error("=5"), "--set: \"=5\"; expected key.path=value");
  EXPECT_EQ(set_error(""), "--set: \"\"; expected key.path=value");
  EXPECT_EQ(set_error("training.epochs="), "--set training.epochs: \"\"; expected an integer from 1 to 1000");
  EXPECT_EQ(set_error("training.epochs=ten"),
            "--set training.epochs: \"ten\"; expected an integer from 1 to 1000");
  EXPECT_EQ(set_error("training.optimizer.rate=nan"),
            "--set training.optimizer.rate: \"nan\"; expected a number above 0 and at most 10");
  EXPECT_EQ(set_error("model.hidden=[1,0]"), "--set model.hidden/1: 0; expected an integer from 1 to 1000");
  EXPECT_EQ(
      set_error("training=5"),
      "--set training: 5, but training is a group of keys (epochs, optimizer, shuffle, decay); expected one "
      "of them, as training.epochs=..., or a JSON object");
  EXPECT_EQ(set_error("training={\xFF"), "--set training:1:2: invalid literal \"\\xff\"; expected JSON");
  EXPECT_EQ(set_error(R"(training={"epochs": 3,})"),
            "--set training:1:13: a trailing comma; expected JSON, which has none");
  EXPECT_EQ(set_error("model.hidden=[64,]"),
            "--set model.hidden:1:4: a trailing comma; expected JSON, which has none");
  EXPECT_EQ(set_error("model.hidden=[[1, {\"a\": 2,}]]"),
            "--set model.hidden:1:13: a trailing comma; expected JSON, which has none");
  EXPECT_EQ(set_error("training.epochs=3,"),
            "--set training.epochs:1:2: a trailing comma; expected JSON, which has none");
  EXPECT_EQ(set_error("training.epochs=ten,"),
            "--set training.epochs: \"ten,\"; expected an integer from 1 to 1000");
  EXPECT_EQ(set_error(R"(training={"epochs": 0})"),
            "--set training at /epochs: 0; expected an integer from 1 to 1000");
  EXPECT_EQ(set_error("model.activation=" + std::string(100'000, '[')).find("--set model.activation: \"[[[["),
            0U);
}

TEST(Table, WritesWhatItReadsBack) {
  Settings s;
  const Table table = table_of(s);
  table.set("model.hidden=[3,4]");
  table.set("seed=18446744073709551615");
  const auto written = table.write();
  EXPECT_EQ(written["model"]["hidden"].dump(), "[3,4]");
  EXPECT_EQ(written["model"]["color"], "green");
  EXPECT_EQ(written.begin().key(), "seed");
  Settings copy;
  table_of(copy).read(parse_json(written.dump(), "copy"), "copy");
  EXPECT_EQ(copy.hidden, s.hidden);
  EXPECT_EQ(copy.seed, s.seed);
  EXPECT_EQ(copy.rate, s.rate);
}

TEST(Table, WritesTextThatIsNotUtf8Escaped) {
  Settings s;
  const Table table = table_of(s);
  table.set("log=bad\xFF.log");
  EXPECT_EQ(s.log.native(), "bad\xFF.log");
  EXPECT_EQ(table.write().at("log").dump(), R"("bad\\xff.log")");
}

TEST(Table, TakesNullForANumberThatIsNotThere) {
  Settings s;
  const Table table = table_of(s);
  EXPECT_TRUE(table.write().at("training").at("optimizer").at("beta").is_null());
  table.set("training.optimizer.beta=0.5");
  EXPECT_EQ(s.beta, 0.5);
  EXPECT_EQ(table.write().at("training").at("optimizer").at("beta"), 0.5);
  table.set("training.optimizer.beta=null");
  EXPECT_FALSE(s.beta);
}

TEST(Table, WritesAListOfOneNameAsTheName) {
  Settings s;
  const Table table = table_of(s);
  table.set(R"(model.functions=["tanh"])");
  EXPECT_EQ(table.write().at("model").at("functions"), "tanh");
  table.set(R"(model.functions=["relu", "tanh"])");
  EXPECT_EQ(s.functions, (std::vector<std::string>{"relu", "tanh"}));
  EXPECT_EQ(table.write().at("model").at("functions").dump(), R"(["relu","tanh"])");
  table.set("model.functions=relu");
  EXPECT_EQ(s.functions, std::vector<std::string>{"relu"});
}

TEST(Table, LeavesTheNameOfASchemaAlone) {
  Settings s;
  const Table table = table_of(s);
  table.read(parse_json(R"({"$schema": "s.json", "threads": 3})", "run.json"), "run.json");
  EXPECT_EQ(s.threads, 3);
  EXPECT_FALSE(table.write().contains("$schema"));
  EXPECT_NE(read_error(R"({"training": {"$schema": "s.json"}})").find("unknown key"), std::string::npos);
}

TEST(Table, DescribesWhatItReadsAsAJsonSchema) {
  Settings s;
  const auto schema = table_of(s).schema("run");
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema.at("title"), "run");
  EXPECT_TRUE(schema.at("properties").contains("$schema"));
  const auto group = [](const nlohmann::ordered_json& object, const char* name) {
    EXPECT_EQ(object.at("type"), "object");
    EXPECT_EQ(object.at("additionalProperties"), false);
    return object.at("properties").at(name);
  };
  const auto training = group(schema, "training"), model = group(schema, "model");
  const auto optimizer = group(training, "optimizer");
  const auto dump = [&](const auto& object, const char* name) { return group(object, name).dump(); };
  EXPECT_EQ(dump(training, "epochs"),
            R"({"type":"integer","minimum":1,"maximum":1000,"description":"passes","default":10})");
  EXPECT_EQ(dump(optimizer, "rate"),
            R"({"type":"number","exclusiveMinimum":0.0,"maximum":10.0,"description":"step","default":0.1})");
  EXPECT_EQ(dump(optimizer, "beta"), R"({"type":["number","null"],"minimum":0.0,"exclusiveMaximum":1.0,)"
                                     R"("description":"memory; null: 0.9","default":null})");
  EXPECT_EQ(dump(training, "decay"),
            R"({"type":"number","minimum":0.0,"description":"decay","default":0.0})");
  EXPECT_EQ(dump(training, "shuffle"), R"({"type":"boolean","description":"order","default":true})");
  EXPECT_EQ(dump(schema, "title"),
            R"({"type":"string","minLength":1,"description":"title","default":"run"})");
  EXPECT_EQ(dump(schema, "log"), R"({"type":"string","description":"log","default":"a.log"})");
  EXPECT_EQ(dump(model, "color"), R"({"enum":["red","green"],"description":"color","default":"green"})");
  EXPECT_EQ(dump(model, "hidden"), R"({"type":"array","items":{"type":"integer","minimum":1,"maximum":1000},)"
                                   R"("minItems":1,"maxItems":3,"description":"widths","default":[128]})");
  EXPECT_EQ(dump(model, "functions"),
            R"({"anyOf":[{"enum":["relu","tanh"]},{"type":"array","items":{"enum":["relu","tanh"]},)"
            R"("minItems":1,"maxItems":2}],"description":"relu|tanh","default":"relu"})");
}

TEST(Table, MakesARowOfAMarkdownTableForEachKey) {
  Settings s;
  const std::string rows = table_of(s).markdown();
  EXPECT_TRUE(rows.starts_with("| `seed` | an integer from 0 to 18446744073709551615 | `42` | start |\n"))
      << rows;
  EXPECT_NE(
      rows.find("| `model.functions` | one of \"relu\", \"tanh\", or a list of 1 to 2 of them | `\"relu\"` | "
                "relu\\|tanh |\n"),
      std::string::npos)
      << rows;
}

TEST(Table, ListsEveryKeyWithDefaultRangeAndMeaning) {
  Settings s;
  const std::string help = table_of(s).help();
  EXPECT_NE(help.find("  training.epochs = 10\n      an integer from 1 to 1000: passes\n"), std::string::npos)
      << help;
  EXPECT_NE(help.find("  model.activation = \"relu\"\n      one of \"relu\", \"tanh\": function\n"),
            std::string::npos);
}

}  // namespace
}  // namespace gradtable::config
