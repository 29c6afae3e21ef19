#include "gradtable/models/report/detail/markup.hpp"

#include <gtest/gtest.h>

namespace gradtable::report::detail {
namespace {

TEST(Escaped, LeavesNothingThatHtmlGivesAMeaning) {
  EXPECT_EQ(escaped("<a href=\"x\">'&amp;'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;");
}

TEST(Escaped, KeepsUtf8AndLinesAndShowsOtherBytes) {
  EXPECT_EQ(escaped("größe\n\t2"), "größe\n\t2");
  EXPECT_EQ(escaped("a\xff"), "a\\xff");
  EXPECT_EQ(escaped(std::string("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
}

TEST(Escaped, ShowsWhatHidesOrTurnsText) {
  EXPECT_EQ(escaped("a\u202Eb\u0085"), "a\\xe2\\x80\\xaeb\\xc2\\x85");
}

TEST(Escaped, CutsWhatIsTooLongBetweenTwoCharacters) {
  EXPECT_EQ(escaped("abcdef", 3), "abc...");
  EXPECT_EQ(escaped("a\xC3\xA9", 2), "a...");
  EXPECT_EQ(escaped("<<", 7), "&lt;...");
  EXPECT_EQ(escaped("abc", 3), "abc");
  EXPECT_EQ(escaped(std::string(1 << 20, 'x')).size(), 16384U + 3);
}

TEST(Base64, EncodesTheExamplesOfItsRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, EncodesEveryByte) {
  EXPECT_EQ(base64(std::string("\x00\xff\xfe\xfb\xf0", 5)), "AP/++/A=");
}

TEST(InScript, LeavesNothingThatEndsTheElement) {
  EXPECT_EQ(in_script(R"({"a":"</script><!--"})"), R"({"a":"\u003c/script>\u003c!--"})");
}

TEST(Filled, PutsPartsInTheirPlacesAsTheyAre) {
  EXPECT_EQ(filled("<p>{{a}}{{b}}</p>", {{"a", "{{b}}"}, {"b", "2"}}), "<p>{{b}}2</p>");
}

}  // namespace
}  // namespace gradtable::report::detail
