#include "gradtable/core/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

TEST(Printable, KeepsTextInAnyLanguage) {
  for (const std::string text : {"", "plain \\ 'text'", "Größe", "数字 🙂"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable(std::string_view("\0\x1b[31m\x7f", 7)), "\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xc2\x85"), "\\xc2\\x85");           // next line
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\xe2\\x80\\xa8");  // line separator
}

TEST(Printable, EscapesEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\\xffb");
  EXPECT_EQ(printable("\xc3"), "\\xc3");  // cut off
  EXPECT_EQ(printable("\xc3("), "\\xc3(");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");  // overlong
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xf0\x9f\x99"), "\\xf0\\x9f\\x99");
}

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

TEST(Printable, CutsWhatIsTooLongButNoCharacterInHalf) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("a\xC3\xA9", 2), "a...");
}

}  // namespace
}  // namespace gradtable
