#include "gradtable/models/data/formats/csv.hpp"

#include <cmath>
#include <string>

#include "tests/support/idx_bytes.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

using testing::contains;
using Texts = std::vector<std::string>;
using Floats = std::vector<float>;

class Csv : public ::testing::Test {
 protected:
  CsvTable read(std::string_view text, const CsvOptions& options = {}) {
    return read_csv(folder_.write("t.csv", text), options);
  }
  CsvTable read_again(std::string_view text, const TablePreparation& preparation) {
    return read_csv_with(folder_.write("new.csv", text), preparation);
  }
  // Without the path.
  std::string error(std::string_view text, const CsvOptions& options = {}) {
    const std::string path = folder_.write("t.csv", text);
    const std::string message = testing::message_of<Error>([&] { read_csv(path, options); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }
  std::string error_again(std::string_view text, const TablePreparation& preparation) {
    const std::string path = folder_.write("new.csv", text);
    const std::string message = testing::message_of<Error>([&] { read_csv_with(path, preparation); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }

  testing::TemporaryFolder folder_;
};

Floats csv_inputs(const CsvTable& table) {
  return {table.data.inputs.as<float>().begin(), table.data.inputs.as<float>().end()};
}

Floats csv_numbers(const CsvTable& table) {
  return {table.data.targets.as<float>().begin(), table.data.targets.as<float>().end()};
}

std::vector<std::int32_t> csv_labels(const CsvTable& table) {
  return {table.data.targets.as<std::int32_t>().begin(), table.data.targets.as<std::int32_t>().end()};
}

TEST_F(Csv, ReadsNumbersAndATargetByName) {
  const CsvTable table = read("rooms,price,area\n2,100.5,50\n3,200,-7e1\n", {.target = "price"});
  EXPECT_EQ(csv_inputs(table), (Floats{2, 50, 3, -70}));
  EXPECT_EQ(csv_numbers(table), (Floats{100.5F, 200}));
  EXPECT_EQ(table.data.input_names, (Texts{"rooms", "area"}));
  EXPECT_FALSE(table.data.has_classes());
  EXPECT_TRUE(table.has_targets);
  EXPECT_EQ(table.rows, 2);
  EXPECT_NO_THROW(require_valid(table.data));
}

TEST_F(Csv, MakesClassesOfTextInTheOrderOfTheirNames) {
  const CsvTable table = read("x,kind\n1,b\n2,a\n3,b\n", {.target = "kind"});
  EXPECT_EQ(table.data.classes, 2);
  EXPECT_EQ(table.data.class_names, (Texts{"a", "b"}));
  EXPECT_EQ(csv_labels(table), (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_NO_THROW(require_valid(table.data));
}

TEST_F(Csv, MakesClassesOfNumbersWhereItIsToldInTheOrderOfTheNumbers) {
  const CsvTable table =
      read("x,kind\n1,10\n2,9\n3,10\n4,100\n", {.target = "kind", .targets = Targets::classes});
  EXPECT_EQ(table.data.class_names, (Texts{"9", "10", "100"}));
  EXPECT_EQ(csv_labels(table), (std::vector<std::int32_t>{1, 0, 1, 2}));
}

TEST_F(Csv, MakesCategoriesOneHotOrCodes) {
  const std::string_view text = "color,size\nred,1\nblue,2\nred,3\n";
  const CsvTable one_hot = read(text);
  EXPECT_EQ(one_hot.data.input_names, (Texts{"color=blue", "color=red", "size"}));
  EXPECT_EQ(csv_inputs(one_hot), (Floats{0, 1, 1, 1, 0, 2, 0, 1, 3}));
  EXPECT_FALSE(one_hot.has_targets);
  const CsvTable codes = read(text, {.one_hot = false});
  EXPECT_EQ(codes.data.input_names, (Texts{"color", "size"}));
  EXPECT_EQ(csv_inputs(codes), (Floats{1, 1, 0, 2, 1, 3}));
  const CsvTable named = read(text, {.categories = {"size"}, .one_hot = false});
  EXPECT_EQ(csv_inputs(named), (Floats{1, 0, 0, 1, 1, 2}));
}

// Numbers that stand before the first text of a column are categories, too.
TEST_F(Csv, FindsTheCategoriesOfMixedColumns) {
  const CsvTable table = read("gate,x\n12,1\n12A,2\nB,3\n7,4\nC,5\n", {.one_hot = false});
  EXPECT_EQ(table.preparation.inputs[0].categories, (Texts{"12", "12A", "7", "B", "C"}));
  EXPECT_EQ(csv_inputs(table), (Floats{0, 1, 1, 2, 3, 3, 2, 4, 4, 5}));
}

TEST_F(Csv, TakesEveryTrapOfRfc4180) {
  const CsvTable table = read(
      "\"name, full\",\"say \"\"x\"\"\",v\r\n"
      "\"a\r\nb\",\"\"\"q\"\"\",\"1\"\r\n"
      "\"c,d\",\" e \",2\r\n"
      "\r\n"
      "\"a\r\nb\",plain \"quote\" inside,  3  ",
      {.one_hot = false});
  EXPECT_EQ(table.data.input_names, (Texts{"name, full", "say \"x\"", "v"}));
  EXPECT_EQ(table.preparation.inputs[0].categories, (Texts{"a\r\nb", "c,d"}));
  EXPECT_EQ(table.preparation.inputs[1].categories, (Texts{" e ", "\"q\"", "plain \"quote\" inside"}));
  EXPECT_EQ(csv_inputs(table), (Floats{0, 1, 1, 1, 0, 2, 0, 2, 3}));
}

TEST_F(Csv, FindsTheSeparatorAndTakesEveryLineEnd) {
  const Floats expected = {1, 2, 3, 4};
  EXPECT_EQ(csv_inputs(read("a;b\n1;2\n3;4\n")), expected);
  EXPECT_EQ(csv_inputs(read("a\tb\r1\t2\r3\t4")), expected);
  EXPECT_EQ(csv_inputs(read("\n\n\"a;;;\",b\n1,2\n3,4\n")), expected);
  EXPECT_EQ(csv_inputs(read("a|b\n1|2\n3|4\n", {.separator = '|'})), expected);
  EXPECT_EQ(csv_inputs(read("a b\n1\t 2\n3 4\n", {.separator = ' '})), expected);
  EXPECT_EQ(csv_inputs(read("\xEF\xBB\xBF"
                            "a,b\n1,2\n3,4\n")),
            expected);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n1,2\n")
                .data.input_names[0],
            "a");
  EXPECT_EQ(csv_inputs(read("a;b\n1,5;2\n", {.decimal_comma = true})), (Floats{1.5F, 2}));
  EXPECT_TRUE(
      contains(error("a;b\n1,5;2\n2;3\n3;4\n"), "found \"1,5\"; expected a number; decimal_comma reads"));
}

TEST_F(Csv, MakesNoCategoriesOfNumbersWithAComma) {
  EXPECT_EQ(error("a;b\n1,5;2\n2,5;3\n"),
            ", column \"a\": \"1,5\" and other numbers with a comma; expected decimal_comma to be set, or "
            "the column "
            "among the categories");
  EXPECT_EQ(read("a;b\n1,5;2\n2,5;3\n", {.categories = {"a"}}).data.features(), 3);
}

TEST_F(Csv, FindsOutWhetherThereIsAHeader) {
  EXPECT_EQ(read("5.1,3.5,setosa\n4.9,3,setosa\n6,3,virginica\n", {.target = "3"}).data.size(), 3);
  EXPECT_EQ(read("1,2\n3,4\n").data.input_names, (Texts{"1", "2"}));
  EXPECT_EQ(read("0,1,2,target\n5,6,7,8\n1,2,3,4\n", {.target = "target"}).data.size(), 2);
  EXPECT_EQ(read("0,1,2\n5,6,7\n").data.size(), 1);
  EXPECT_EQ(
      error("39,State-gov\n40,Private\n"),
      "@row 1: found \"39\" beside text, which may be a name or a number; expected to be told whether the "
      "file has a header");
  EXPECT_EQ(read("39,State-gov\n40,Private\n", {.header = false}).data.size(), 2);
  EXPECT_EQ(read("2019,country\n40,A\n", {.header = true}).data.input_names[0], "2019");
}

TEST_F(Csv, KeepsTheIndexOfPandasAsIdentifiers) {
  const CsvTable table = read(",x,y\n7,1,2\n8,3,4\n", {.target = "y"});
  EXPECT_EQ(table.identifiers, (Texts{"7", "8"}));
  EXPECT_EQ(table.data.input_names, (Texts{"x"}));
  const CsvTable named = read("x,id,y\n1,p,2\n3,q,4\n", {.target = "y", .identifiers = "id"});
  EXPECT_EQ(named.identifiers, (Texts{"p", "q"}));
  EXPECT_EQ(named.data.input_names, (Texts{"x"}));
}

TEST_F(Csv, LeavesOutWhatIsToBeIgnored) {
  EXPECT_EQ(read("name,x,note\nA,1,?\nB,2,k\n", {.ignore = {"name", "note"}}).data.input_names, (Texts{"x"}));
}

TEST_F(Csv, MeetsMissingValuesByPolicy) {
  const std::string_view text = "x,c,t\n1,u,1\n?,v,2\n3,NA,3\n5,u,4\n";
  EXPECT_EQ(error(text, {.target = "t"}),
            "@row 3, column \"x\": found \"?\"; expected a number, as missing values are refused here");
  const CsvTable dropped = read(text, {.target = "t", .missing = MissingValues::drop_rows});
  EXPECT_EQ(csv_inputs(dropped), (Floats{1, 1, 5, 1}));  // v is in no row that is kept
  EXPECT_EQ(dropped.dropped_rows, (std::vector<std::int64_t>{3, 4}));
  const CsvTable filled = read(text, {.target = "t", .missing = MissingValues::fill});
  EXPECT_EQ(filled.data.input_names, (Texts{"x", "c=(missing)", "c=u", "c=v"}));
  EXPECT_EQ(csv_inputs(filled), (Floats{1, 0, 1, 0, 3, 0, 0, 1, 3, 1, 0, 0, 5, 0, 1, 0}));
  const CsvTable kept = read(text, {.target = "t", .missing = MissingValues::keep});
  EXPECT_TRUE(std::isnan(csv_inputs(kept)[4]));
  EXPECT_EQ(error("x,t\n1,\n2,3\n", {.target = "t", .missing = MissingValues::fill}),
            "@row 2, column \"t\": found \"\"; expected a number, as missing values are refused here");
  EXPECT_EQ(csv_inputs(read("x\n1\n-999\n3\n", {.missing = MissingValues::fill, .missing_words = {"-999"}})),
            (Floats{1, 2, 3}));
  EXPECT_EQ(error("x,y\n1,\n2,\n", {.missing = MissingValues::fill}),
            ", column \"y\": no value in 2 rows; expected some, or the column among those to ignore");
}

TEST_F(Csv, RefusesTextAmongNumbersWithRowAndColumn) {
  std::string text = "name,price\n";
  for (int i = 0; i < 10; ++i) text += "\"two\nlines\",1\n";
  EXPECT_EQ(error(text + "x,abc\n", {.target = "price"}),
            "@row 12, column \"price\": found \"abc\"; expected a number, as most values of the column are");
  EXPECT_EQ(error("x\n1\ninf\n"), "@row 3, column \"x\": found \"inf\"; expected a finite number");
  EXPECT_EQ(error("x\n1\n1e999\n"), "@row 3, column \"x\": found \"1e999\"; expected a finite number");
  EXPECT_EQ(error("x\n1\n1e39\n"),
            "@row 3, column \"x\": found \"1e39\"; expected a number that float32 has");
  EXPECT_EQ(read("x\n1\n1e39\n", {.dtype = DType::float64}).data.inputs.as<double>()[1], 1e39);
  EXPECT_EQ(csv_inputs(read("x\n+1\n1e-999\n", {.dtype = DType::float32})), (Floats{1, 0}));
}

TEST_F(Csv, RefusesRowsThatAreNotAsTheyShouldBe) {
  EXPECT_EQ(error("a,b\n1,2\n1,2,3\n"), "@row 3: 3 fields; expected 2, as in the first row");
  EXPECT_EQ(error("a,b\n1\n"), "@row 2: 1 fields; expected 2, as in the first row");
  EXPECT_TRUE(contains(error("a,b\n1,\"2\n"), "@row 2, column 2: the end of the file within quotes"));
  EXPECT_TRUE(
      contains(error("a,b\n1,\"2\"3\n"), "@row 2, column 2: \"3\" behind the quote that ends the field"));
  EXPECT_TRUE(
      contains(error(std::string_view("a,b\n1,\0\n", 8)), "@row 2, column 2: a zero byte; expected text"));
  EXPECT_TRUE(contains(error("a,a\n1,2\n"), "@row 1, column 2: the name \"a\" twice"));
  EXPECT_TRUE(contains(error("a,\n1,2\n"), "@row 1, column 2: a column without a name"));
  EXPECT_EQ(error(""), ": an empty file, not a gzip file; expected a CSV file, plain or gzip");
  EXPECT_EQ(error("\n \n"), ": blank lines only; expected a CSV file");
  EXPECT_EQ(error("a,b\n"), ": no rows; expected at least one row behind the header");
  EXPECT_TRUE(contains(error("\xff\xfe"
                             "a"),
                       "@byte 0: UTF-16 text; expected UTF-8"));
  EXPECT_TRUE(contains(error("a\n?\n", {.missing = MissingValues::drop_rows}),
                       ": 1 rows, each with a missing value"));
}

TEST_F(Csv, TakesBoundedMemoryForAnEndlessLine) {
  const std::string line(std::size_t{20} << 20, 'x');
  EXPECT_TRUE(contains(error("a,b\n" + line), "@row 2, column 1: a row of more than 16777216 bytes"));
  EXPECT_TRUE(contains(error("a,b\n1,\"" + line), "@row 2, column 2: a row of more than 16777216 bytes"));
  EXPECT_TRUE(contains(error(std::string(200'000, ',')), "more than 131072 fields"));
  EXPECT_TRUE(contains(error("a\n1\n2\n3\n", {.memory_limit = 8, .memory_limit_name = "data.memory_limit"}),
                       "12 bytes or more in memory; expected at most 8 bytes, data.memory_limit"));
}

TEST_F(Csv, NamesColumnsThatAreNotThere) {
  const std::string_view text = "rooms,price,prices_old\n1,2,3\n2,3,4\n";
  EXPECT_EQ(error(text, {.target = "prise"}),
            ": no column \"prise\", which the target was to be; expected one that is there; the nearest is "
            "\"price\"");
  EXPECT_TRUE(
      contains(error(text, {.ignore = {"zzz"}}),
               ": no column \"zzz\", to be ignored; expected one that is there; the 3 there are \"rooms\", "
               "\"price\", \"prices_old\""));
  EXPECT_TRUE(
      contains(error(text, {.target = "price", .ignore = {"price"}}), "read_csv: expected the target"));
  EXPECT_TRUE(contains(error("a\n1\n2\n", {.target = "a"}), ": 1 columns, none of which is an input"));
}

TEST_F(Csv, RefusesTargetsThatTeachNothing) {
  EXPECT_EQ(error("x,t\n1,a\n2,a\n", {.target = "t"}),
            ", column \"t\": one class only, \"a\"; expected two classes at least");
  EXPECT_EQ(error("x,t\n1,5\n2,5\n", {.target = "t"}),
            ", column \"t\": 2 targets, all 5; expected targets that differ");
}

TEST_F(Csv, RefusesNamesAsCategories) {
  std::string text = "name,x\n";
  for (int i = 0; i < 40; ++i) text += "n" + std::to_string(i) + "," + std::to_string(i) + "\n";
  EXPECT_EQ(
      error(text),
      ", column \"name\": 40 different texts in 40 rows; expected categories that repeat, or numbers, or the "
      "column among those to ignore");
  EXPECT_TRUE(contains(error(text, {.most_categories = 10}), "more than 10 different texts"));
}

TEST_F(Csv, PreparesAnotherFileInTheSameWay) {
  const CsvTable train =
      read("x,color,t\n1,red,a\n3,blue,b\n", {.target = "t", .missing = MissingValues::fill});
  const CsvTable test = read_again("t;more;color;x\nb;k;red;\na;k;blue;7\n", train.preparation);
  EXPECT_EQ(csv_inputs(test), (Floats{2, 0, 1, 7, 1, 0}));
  EXPECT_EQ(csv_labels(test), (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(test.data.class_names, train.data.class_names);
  EXPECT_EQ(test.preparation, train.preparation);
  const CsvTable unlabelled = read_again("color,x\nred,5\n", train.preparation);
  EXPECT_FALSE(unlabelled.has_targets);
  EXPECT_EQ(unlabelled.data.classes, 2);
  EXPECT_NO_THROW(require_valid(unlabelled.data));
  EXPECT_EQ(error_again("color,y\nred,5\n", train.preparation),
            ": no column \"x\", an input of the preparation; expected one that is there; the 2 there are "
            "\"color\", "
            "\"y\"");
  EXPECT_EQ(
      error_again("color,x\nread,5\n", train.preparation),
      "@row 2, column \"color\": found \"read\"; expected one of the categories; the nearest is \"red\"");
  EXPECT_EQ(error_again("color,x,t\nred,5,c\n", train.preparation),
            "@row 2, column \"t\": found \"c\"; expected one of the classes; the 2 there are \"a\", \"b\"");
}

TEST_F(Csv, ReadsGzipAndManyRows) {
  std::string text = "a,b\n";
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + ",\"" + std::to_string(-i) + "\"\n";
  const testing::Bytes packed = testing::gzip({text.begin(), text.end()});
  const CsvTable table = read_csv(folder_.write("t.csv.gz", packed));
  EXPECT_EQ(table.data.inputs.shape(), (Shape{50'000, 2}));
  EXPECT_EQ(csv_inputs(table)[99'999], -49'999);
}

TEST_F(Csv, ReadsOrRefusesThousandsOfMutations) {
  const std::string text = "\"a\",b,t\r\n1.5,\"x\"\"y\",2\n,z,3\n4,x,\"5\"\n";
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = text;
    for (int flips = 0; flips < 3; ++flips)
      mutated[static_cast<std::size_t>(random.uniform(0, static_cast<double>(text.size())))] =
          i % 2 == 0 ? "\",;\t\n\r\0e.-1"[static_cast<std::size_t>(random.uniform(0, 11))]
                     : static_cast<char>(random.uniform(0, 256));
    const std::string message = error(mutated, {.missing = MissingValues::fill});
    EXPECT_TRUE(message == "nothing thrown" || message.find("; expected ") != std::string::npos) << message;
  }
}

}  // namespace
}  // namespace gradtable
