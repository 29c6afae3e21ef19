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

TEST(Printable, EscapesWhatHidesOrTurnsText) {
  EXPECT_EQ(printable("a\u202Eb"), "a\\xe2\\x80\\xaeb");
  EXPECT_EQ(printable("\u00AD\u061C"), "\\xc2\\xad\\xd8\\x9c");
  for (const std::string hidden :
       {"\u180E", "\u200B", "\u200C", "\u200D",     "\u200E",     "\u200F",    "\u2028", "\u2029",
        "\u202A", "\u202B", "\u202C", "\u202D",     "\u2060",     "\u2064",    "\u2066", "\u2069",
        "\u206F", "\uFEFF", "\uFFF9", "\U0001D173", "\U000E0001", "\U000E0041"}) {
    EXPECT_TRUE(printable(hidden).starts_with("\\x")) << hidden;
    EXPECT_EQ(printable(hidden).size(), 4 * hidden.size());
  }
}

TEST(Printable, KeepsTheNeighboursOfWhatItEscapes) {
  for (const std::string seen : {"\u00A0", "\u00AC", "\u00AE", "\u061B", "\u061D", "\u200A", "\u2010",
                                 "\u2027", "\u202F", "\u205F", "\u2070", "\uFE0F", "\uFFFD", "\U0001F642"})
    EXPECT_EQ(printable(seen), seen);
}

TEST(Printable, ChangesNothingTheSecondTime) {
  const std::string once = printable("a\n\u202E\xff\\x41");
  EXPECT_EQ(printable(once), once);
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
