#include "gradtable/models/data/table_preparation.hpp"

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

const TablePreparation kPreparation = {
    .inputs = {{.name = "age", .mean = 30.25},
               {.name = "sex", .kind = TableColumn::Kind::one_hot, .categories = {"", "f", "m"}},
               {.name = "town", .kind = TableColumn::Kind::code, .categories = {"Köln", "\"Ulm\""}}},
    .target = "survived",
    .class_names = {"no", "yes"},
    .identifiers = "id",
    .missing = MissingValues::fill,
    .missing_words = {"", "?"}};

TEST(TablePreparation, NamesTheNumbersOfAnExample) {
  EXPECT_EQ(kPreparation.input_names(),
            (std::vector<std::string>{"age", "sex=(missing)", "sex=f", "sex=m", "town"}));
  EXPECT_EQ(kPreparation.features(), 5);
}

TEST(TablePreparation, IsATextAndBack) {
  EXPECT_EQ(table_preparation_of(to_text(kPreparation)), kPreparation);
  EXPECT_EQ(table_preparation_of(to_text(TablePreparation{})), TablePreparation{});
  EXPECT_EQ(to_text(kPreparation).find('\n'), std::string::npos);
}

TEST(TablePreparation, RefusesAnotherText) {
  EXPECT_THROW(table_preparation_of("none"), ConfigError);
  EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([] { table_preparation_of("{}"); }),
                                "table: \"{}\"; expected the preparation of a table"));
  std::string text = to_text(kPreparation);
  text.replace(text.find("one_hot"), 7, "one_hat");
  EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([&] { table_preparation_of(text); }),
                                "table: \"one_hat\"; expected one of number, one_hot, code"));
}

}  // namespace
}  // namespace gradtable
