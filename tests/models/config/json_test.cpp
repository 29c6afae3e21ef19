#include "gradtable/models/config/json.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tests/models/config/message.hpp>
#include <unistd.h>

#include "gradtable/core/random.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::config {
namespace {

using nlohmann::json;
using namespace std::string_literals;

std::string parse_error(const std::string& text) {
  return config_error([&] { parse_json(text, "run.json"); });
}

TEST(ParseJson, ReadsEveryKindOfValue) {
  const std::string text =
      R"( {"a": [1, -2, 3.5, 1e3, true, false, null, "x\u00e9"], "b": {"c": {}, "d": []}} )";
  EXPECT_EQ(parse_json(text, "run.json"), json::parse(text));
  EXPECT_EQ(parse_json("18446744073709551615", "run.json"), 18446744073709551615U);
  EXPECT_TRUE(parse_json("1e3", "run.json").is_number_float());
  EXPECT_EQ(parse_json("7", "run.json"), 7);
}

TEST(ParseJson, NamesLineAndColumnOfASyntaxError) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"", "run.json:1:1: unexpected end of input; expected"},
      {" \n ", "run.json:2:2: unexpected end of input"},
      {"seed = 1", "run.json:1:1: invalid literal \"s\"; expected JSON"},
      {"{\"seed\": 1", "run.json:1:11: unexpected end of input; expected '}'"},
      {"{\"seed\" 1}", "run.json:1:9: unexpected number literal; expected ':'"},
      {"{\n  \"a\": 1,\n  \"b\" \"c\"}", "run.json:3:7: unexpected string literal; expected ':'"},
      {"{\"a\": 1,}", "run.json:1:8: a trailing comma; expected JSON, which has none"},
      {"{\"a\": {\"b\": 1, \n }}", "run.json:1:14: a trailing comma"},
      {"{\"\xC3\xA9\": [1, [2,\n\n]]}", "run.json:1:13: a trailing comma"},
      {"[1,]", "run.json:1:3: a trailing comma"},
      {"[\"a,\",]", "run.json:1:6: a trailing comma"},
      {"{\"a\": [1,}", "run.json:1:9: a trailing comma"},
      {"{\"a\": 1},\n", "run.json:1:9: a trailing comma"},
      {"{\"a,\"}", "run.json:1:6: unexpected '}'; expected ':'"},
      {"{,}", "run.json:1:2: unexpected ','"},
      {"[1,,2]", "run.json:1:4: unexpected ','"},
      {"[1,", "run.json:1:4: unexpected end of input"},
      {"{\"\xC3\xA9\": x}", "run.json:1:7: invalid literal"},  // columns count characters
      {"{} {}", "run.json:1:4: unexpected '{'; expected end of input"},
      {"{}\nx", "run.json:2:1: invalid literal"},
      {"{\"a\": NaN}", "run.json:1:7: invalid literal \"N\""},
      {"{\"a\": Infinity}", "run.json:1:7: invalid literal"},
      {"{\"a\": nul}", "run.json:1:7: invalid literal \"nul}\""},
      {"{\"a\" true}", "run.json:1:6: unexpected true literal; expected ':'"},
      {"{\"a\": \"invalid literal; expected\" 5}", "run.json:1:35: unexpected number literal; expected '}'"},
      {"{\"a\": 01}", "run.json:1:7: unexpected number literal"},
      {"{\"a\": .5}", "run.json:1:7: invalid literal"},
      {"{\"a\": +5}", "run.json:1:7: invalid literal"},
      {"{\"a\": 'x'}", "run.json:1:7: invalid literal"},
      {"// note\n{}", "run.json:1:1: a comment; expected JSON"},
      {"{\n/* note */ \"a\": 1}", "run.json:2:1: a comment; expected JSON"},
      {"{\"a\": \"x}", "run.json:1:10: invalid string: missing closing quote"},
      {"{\"a\": \"\xFF\"}",
       "run.json:1:8: invalid string: ill-formed UTF-8 byte in \"\\xff\"; expected JSON"},
      {"{\"a\": \"\n\"}", "run.json:1:8: invalid string: control character"},
      {"{\"a\": 1e999}", "run.json:1:7: the number 1e999; expected one in the range of double"},
      {"{\"a\": -1e999}", "run.json:1:7: the number -1e999"},
  };
  for (const Case& c : cases) EXPECT_EQ(parse_error(c.text).find(c.message), 0U) << parse_error(c.text);
}

TEST(ParseJson, RefusesOtherEncodings) {
  for (const std::string& text : {"\xFF\xFE{\0}\0"s, "\xFE\xFF\0{\0}"s, "{\0}\0"s, "\0{\0}"s})
    EXPECT_EQ(parse_error(text), "run.json:1:1: UTF-16 text; expected UTF-8 text");
  for (const std::string& text :
       {"\xFF\xFE\0\0{\0\0\0"s, "\0\0\xFE\xFF\0\0\0{"s, "{\0\0\0}\0\0\0"s, "\0\0\0{\0\0\0}"s})
    EXPECT_EQ(parse_error(text), "run.json:1:1: UTF-32 text; expected UTF-8 text");
  for (const std::string& text : {"\0"s, "x\0"s, "\xFF\xFE"s, "\xFF\xFE\0"s})  // as short as they come
    EXPECT_EQ(parse_error(text), "run.json:1:1: UTF-16 text; expected UTF-8 text");
  EXPECT_EQ(parse_error("{}\n\0trailing"s), "run.json:2:1: a zero byte; expected UTF-8 text");
}

TEST(ParseJson, SkipsAByteOrderMark) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF{\"a\": 1}", "run.json"), (json{{"a", 1}}));
  EXPECT_EQ(parse_error("\xEF\xBB\xBF{\"a\": x}").find("run.json:1:7: invalid literal"), 0U);
  EXPECT_EQ(parse_error("\xEF\xBB\xBF").find("run.json:1:1: unexpected end of input"), 0U);
  EXPECT_NE(parse_error("\xEF\xBB\xBF\xEF\xBB\xBF{}"), "no error");
}

TEST(ParseJson, RefusesAKeyThatStandsTwiceAtAnyDepth) {
  EXPECT_EQ(parse_error(R"({"a": 1, "a": 1})"),
            "run.json at /a: this key stands twice; expected each key once");
  EXPECT_EQ(
      parse_error(R"({"x": [0, {"y/z": {"a": 1, "b": 2, "\u0061": 3}}]})").find("run.json at /x/1/y~1z/a: "),
      0U);
  EXPECT_EQ(parse_json(R"({"a": {"b": 1}, "c": {"b": 1}})", "run.json").size(), 2U);
}

TEST(ParseJson, RefusesNestingAboveTheLimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(parse_json(nested(kMaxJsonDepth), "run.json"));
  const std::string message = "run.json: nested more than 64 deep; expected less";
  EXPECT_EQ(parse_error(nested(kMaxJsonDepth + 1)), message);
  EXPECT_EQ(parse_error(nested(100'000)), message);
  EXPECT_EQ(parse_error(std::string(100'000, '[')), message);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(parse_error(objects), message);
}

TEST(ParseJson, KeepsAMessageOnOneShortLine) {
  const std::string message = parse_error("{\"" + std::string(100'000, 'x') + "\n\"}");
  EXPECT_LT(message.size(), 300U);
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_LT(parse_error("{\"" + std::string(100'000, 'x') + "\": }").size(), 300U);
}

TEST(ParseJson, TakesOrRefusesEveryMutationOfAText) {
  const std::string valid =
      R"({"seed": 42, "data": {"dir": "d/\u00e9"}, "hidden": [128, 1.5e3], "on": true})";
  const std::string alphabet = "{}[]\",:\\u0123456789eE+-. truefalsn/\0\n\xFF\xC3"s;
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    std::string text = valid;
    for (std::uint32_t edits = 1 + random.below(4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
      const char c = alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
      if (const std::uint32_t kind = random.below(3); kind == 0)
        text[at] = c;
      else if (kind == 1)
        text.insert(at, 1, c);
      else
        text.erase(at, 1 + random.below(8));
    }
    const std::string error = parse_error(text);
    EXPECT_TRUE(error == "no error" || error.starts_with("run.json")) << error;
    EXPECT_TRUE(error != "no error" || json::accept(text)) << text;
  }
}

class ReadJson : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / ("gradtable_read_json_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

TEST_F(ReadJson, ReadsAFile) {
  EXPECT_EQ(read_json(write("good.json", "{\"a\": 1}\n")), (json{{"a", 1}}));
}

TEST_F(ReadJson, SaysWhyAFileCannotBeRead) {
  const auto missing = folder_ / "missing.json";
  EXPECT_EQ(config_error([&] { read_json(missing); }),
            missing.string() + ": No such file or directory; expected a readable file; its folder is empty");
  EXPECT_EQ(config_error([&] { read_json(folder_); }),
            folder_.string() + ": Is a directory; expected a readable file");
  EXPECT_NE(config_error([&] { read_json(""); }).find("No such file"), std::string::npos);
  const auto closed = write("closed.json", "{}");
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  if (std::ifstream(closed).is_open()) GTEST_SKIP() << "this user may read everything";
  EXPECT_EQ(config_error([&] { read_json(closed); }),
            closed.string() + ": Permission denied; expected a readable file");
}

TEST_F(ReadJson, RefusesALargeFileBeforeReadingIt) {
  const auto sparse = write("large.json", "{}");
  std::filesystem::resize_file(sparse, std::uintmax_t{1} << 40);  // reading it would take minutes
  EXPECT_EQ(config_error([&] { read_json(sparse); }),
            sparse.string() + ": more than 1048576 bytes; expected a smaller file");
  const auto spaces = write("spaces.json", "{}" + std::string(kMaxConfigBytes - 2, ' '));
  EXPECT_NO_THROW(read_json(spaces));
}

TEST_F(ReadJson, StopsReadingAnEndlessDevice) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP();
  EXPECT_EQ(config_error([&] { read_json("/dev/zero"); }),
            "/dev/zero: more than 1048576 bytes; expected a smaller file");
}

TEST_F(ReadJson, NamesAFileWhoseNameIsNotUtf8) {
  const auto file = write("bad\xFF\n.json", "x");
  EXPECT_NE(config_error([&] { read_json(file); }).find("bad\\xff\\n.json:1:1: "), std::string::npos);
}

TEST(ValidUtf8, AgreesWithTheJsonWriterOnEveryPairOfBytes) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), '\x80', '\x80'};
      EXPECT_NO_THROW(nlohmann::json(valid_utf8(text)).dump());
      const bool changed = valid_utf8(text) != text;
      bool refused = false;
      try {
        (void)nlohmann::json(text).dump();
      } catch (const nlohmann::json::type_error&) {
        refused = true;
      }
      EXPECT_EQ(changed, refused) << first << ' ' << second;
    }
}

}  // namespace
}  // namespace gradtable::config
