#include "gradtable/models/config/text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gradtable {
namespace {

TEST(ValidUtf8, KeepsWellFormedText) {
  const std::string text = "a \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \n";
  EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, EscapesEveryByteThatIsNotUtf8) {
  EXPECT_EQ(valid_utf8("log\xFF.txt"), "log\\xff.txt");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\\xe2\\x82");  // cut off
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

TEST(OneLine, EscapesControlCharactersAndCuts) {
  EXPECT_EQ(one_line("a\nb\x7F"), "a\\x0ab\\x7f");
  EXPECT_EQ(one_line("abcdef", 3), "abc...");
  EXPECT_EQ(one_line("a\xC3\xA9", 2), "a...");  // never half a character
}

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("epohcs", "epochs"), 1U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(NearestKey, FindsTyposAndMisplacedNames) {
  const std::vector<std::string> known = {"seed", "data.dir", "output.dir", "training.epochs",
                                          "training.optimizer.learning_rate"};
  EXPECT_EQ(nearest_key("sead", known), "seed");
  EXPECT_EQ(nearest_key("training.epoch", known), "training.epochs");
  EXPECT_EQ(nearest_key("learning_rate", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("optimizer.learnign_rate", known), "training.optimizer.learning_rate");
  EXPECT_EQ(nearest_key("outputs.dir", known), "output.dir");
}

}  // namespace
}  // namespace gradtable
